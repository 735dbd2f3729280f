"""Import Markdown files, or a zip of a folder, in the admin: show the plan first, then apply it.

An upload is stored on this machine as a zip, for a day at most; the form that shows the plan holds
its name, signed. The second step makes the plan again, and applies it only if it is still the one
that was shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from zipfile import ZipFile

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat, pluralize
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from services.models import Document, StaleVersion
from services.pages.examples import example_documents
from services.sync import zips
from services.sync.apply import Overtaken, apply_plan
from services.sync.import_attachments import import_files
from services.sync.plan import Action, Plan
from services.sync.read_files import SUFFIXES
from services.sync.sources import Sources
from services.sync.stored import plan_import
from services.views.request import get_user

# Bytes of a zip, or of all files of an upload together.
MAX_ZIP = 1024 * 1024 * 1024
SALT = "services.admin.importing"
MAX_AGE = 24 * 3600
# How many import warnings to list individually.
MAX_WARNINGS = 20


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Markdown files; or one zip."""

    widget = FilesInput(attrs={"accept": ",".join((*SUFFIXES, "text/markdown", zips.SUFFIX))})

    def clean(
        self, data: Sequence[UploadedFile[bytes] | None], initial: object = None
    ) -> list[UploadedFile[bytes]]:
        files = [super(FilesField, self).clean(file) for file in data or [None]]
        names = [file.name for file in files]
        if len(files) > 1 and any(map(is_zip, files)):
            raise forms.ValidationError("Upload a zip by itself.")
        if sum(file.size for file in files) > MAX_ZIP:
            raise forms.ValidationError(
                f"This is larger than {filesizeformat(MAX_ZIP)}. Import the folder on the server "
                "with `manage.py import_markdown`."
            )
        for name in names:
            if not name.lower().endswith((*SUFFIXES, zips.SUFFIX)):
                raise forms.ValidationError(
                    f"{name} is not a Markdown file. Choose files that end in "
                    f"{' or '.join(SUFFIXES)}, or a zip of them."
                )
            if name.startswith("."):
                raise forms.ValidationError(f"{name} is a hidden file. Rename it to import it.")
            if names.count(name) > 1:
                raise forms.ValidationError(f"Two of these files are called {name}.")
        return files


def is_zip(file: UploadedFile[bytes]) -> bool:
    return str(file.name).lower().endswith(zips.SUFFIX)


class UploadForm(forms.Form):
    files = FilesField(  # type: ignore[assignment]
        label="Markdown files or a zip",
        help_text="Markdown files; or one zip of a folder, such as a vault, with the pictures and "
        f"files that its notes refer to. Up to {filesizeformat(MAX_ZIP)}.",
    )


def import_view(request: HttpRequest) -> HttpResponse:
    """Show the form, then the plan for the posted files, then apply it, all at one URL."""
    if request.method == "POST" and "packed" in request.POST:
        return _apply(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        key, name = _store_upload(form.cleaned_data["files"])
        try:
            with make_plan(key, name) as (plan, _):
                packed = signing.dumps([key, name], salt=SALT)
                return _show_plan(request, packed, plan, changed=False)
        except zips.ZipRefused as error:
            zips.delete_zip(key)
            form.add_error("files", f"{name}: {error}.")
    are_examples = example_documents().exists()
    context = {"title": "Import Markdown", "form": form, "are_examples": are_examples}
    return _render(request, "import.html", context, 400 if form.errors else 200)


def _store_upload(files: Sequence[UploadedFile[bytes]]) -> tuple[str, str]:
    """Store a zip, or Markdown files as one; return its key and the name to show for it."""
    if is_zip(files[0]):
        return zips.store_zip(files[0].chunks()), str(files[0].name)
    with TemporaryFile() as packed:
        with ZipFile(packed, "w") as opened:
            for file in files:
                with opened.open(str(file.name), "w") as entry:
                    entry.writelines(file.chunks())
        return zips.store_zip(File(packed).chunks()), "notes.zip"


@contextmanager
def make_plan(key: str, name: str) -> Iterator[tuple[Plan, Sources]]:
    """Plan a stored upload; yield the plan and its unpacked sources. Raises ZipRefused."""
    file = zips.find_zip(key)
    if file is None:
        raise zips.ZipRefused("it is not stored any more")
    with ExitStack() as stack:
        sources = Sources(stack)
        sources.add_uploaded(file, name)
        problems = list(sources.refused)
        plan = plan_import(sources.load(problems), refused=problems)
        import_files(plan, sources.origins, sources.roots, dry_run=True)
        yield plan, sources


def _apply(request: HttpRequest) -> HttpResponse:
    packed = request.POST["packed"]
    try:
        key, name = signing.loads(packed, salt=SALT, max_age=MAX_AGE)
        with make_plan(key, name) as (plan, sources):
            if request.POST.get("plan") != fingerprint(plan):
                return _show_plan(request, packed, plan, changed=True)
            try:
                apply_plan(plan, by=get_user(request))
            except (StaleVersion, Overtaken):
                with make_plan(key, name) as (newer, _):
                    return _show_plan(request, packed, newer, changed=True)
            _import_files(request, plan, sources)
    except (signing.BadSignature, zips.ZipRefused):
        messages.error(request, "This plan is more than a day old. Choose the files again.")
        return HttpResponseRedirect(reverse("admin:services_document_import"))
    zips.delete_zip(key)
    words = 'Imported: {}. <a href="{}">View them</a>'
    messages.success(request, format_html(words, summary(plan), reverse("changes")))
    return HttpResponseRedirect(reverse("admin:services_document_changelist"))


def _import_files(request: HttpRequest, plan: Plan, sources: Sources) -> None:
    """Store the files that the notes refer to, and report those that could not be stored."""
    plan.warnings, plan.replaced = [], []
    import_files(plan, sources.origins, sources.roots, by=get_user(request))
    for warning in plan.warnings[:MAX_WARNINGS]:
        # Quoted, since the admin starts each message with a capital letter.
        messages.warning(request, f"“{warning.path}”: {warning.reason}")
    if (more := len(plan.warnings) - MAX_WARNINGS) > 0:
        messages.warning(request, f"{more} more files were left out.")


def _show_plan(request: HttpRequest, packed: str, plan: Plan, *, changed: bool) -> HttpResponse:
    context = {
        "title": "What the import will do",
        "plan": plan,
        "summary": summary(plan),
        "packed": packed,
        "fingerprint": fingerprint(plan),
        "changed": changed,
        "writes": bool(plan.documents or plan.untouched or plan.files or plan.replaced),
    }
    return _render(request, "plan.html", context, 409 if changed else 200)


def _render(request: HttpRequest, name: str, extra: dict[str, object], status: int) -> HttpResponse:
    context = admin.site.each_context(request) | {"opts": Document._meta} | extra
    return TemplateResponse(request, f"admin/services/document/{name}", context, status=status)


def summary(plan: Plan) -> str:
    """Return the counts of a plan in words: "2 pages created, 1 attachment imported"."""
    counts = plan.counts()
    # A category's heading is a section without a page.
    headings = sum(c.action == Action.CREATED and not c.kind for c in plan.changes)
    pages = counts.pop(Action.CREATED, 0) - headings
    created = ((pages, "page"), (headings, "category heading"))
    words = [f"{n} {noun}{pluralize(n)} created" for n, noun in created if n]
    words += [f"{n} {action}" for action, n in counts.items()]
    return ", ".join(words + plan.files_in_words()) or "nothing"


def fingerprint(plan: Plan) -> str:
    """Return a digest that is equal for plans that do the same."""
    texts = [(change.text, change.theirs, change.base) for change in plan.changes]
    facts = json.dumps([plan.as_dict(), texts], sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()
