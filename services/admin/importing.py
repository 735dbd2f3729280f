"""Import Markdown files, or a zip of a folder, in the admin: show the plan first, then apply it.

The second step makes the plan again, and applies it only if it is still the one that was shown.
Markdown files travel between the two in the form, signed. A zip may be too large for that and is
stored on this machine, for a day at most; the form holds its name.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from services.models import Document, StaleVersion
from services.pages.examples import example_documents
from services.sync import zips
from services.sync.apply import Overtaken, apply_plan
from services.sync.import_attachments import foresee_files, import_files
from services.sync.plan import Plan
from services.sync.read_files import SUFFIXES, SourceFile
from services.sync.sources import Sources
from services.sync.stored import plan_import

# In the second step files are one field of a form, a third larger than they are; that field has
# to fit into DATA_UPLOAD_MAX_MEMORY_SIZE.
MAX_BYTES = 16 * 1024 * 1024
MAX_ZIP = 1024 * 1024 * 1024
SALT = "services.admin.importing"
MAX_AGE = 24 * 3600
# How many import warnings to list individually.
MAX_WARNINGS = 20


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Markdown files, together small enough to travel through a form twice; or one zip."""

    widget = FilesInput(attrs={"accept": ",".join((*SUFFIXES, "text/markdown", zips.SUFFIX))})

    def clean(
        self, data: Sequence[UploadedFile[bytes] | None], initial: object = None
    ) -> list[UploadedFile[bytes]]:
        files = [super(FilesField, self).clean(file) for file in data or [None]]
        if any(map(is_zip, files)):
            return self._clean_zip(files)
        if sum(file.size for file in files) > MAX_BYTES:
            most = filesizeformat(MAX_BYTES)
            raise forms.ValidationError(
                f"Together these files are larger than {most}. Upload fewer at a time, a zip of "
                "them, or import the folder on the server with `manage.py import_markdown`."
            )
        if others := [file.name for file in files if not file.name.lower().endswith(SUFFIXES)]:
            raise forms.ValidationError(
                f"{others[0]} is not a Markdown file. Choose files that end in "
                f"{' or '.join(SUFFIXES)}, or a zip of them."
            )
        names = [file.name for file in files]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise forms.ValidationError(f"Two of these files are called {twice}.")
        return files

    def _clean_zip(self, files: list[UploadedFile[bytes]]) -> list[UploadedFile[bytes]]:
        if len(files) > 1:
            raise forms.ValidationError("Upload a zip by itself.")
        if (files[0].size or 0) > MAX_ZIP:
            raise forms.ValidationError(
                f"This zip is larger than {filesizeformat(MAX_ZIP)}. Import the folder on the "
                "server with `manage.py import_markdown`."
            )
        return files


def is_zip(file: UploadedFile[bytes]) -> bool:
    return str(file.name).lower().endswith(zips.SUFFIX)


class UploadForm(forms.Form):
    files = FilesField(  # type: ignore[assignment]
        label="Markdown files or a zip",
        help_text=f"Files up to {filesizeformat(MAX_BYTES)} together; or one zip of a folder, "
        "such as a vault, with the pictures and files that its notes refer to, up to "
        f"{filesizeformat(MAX_ZIP)}.",
    )


@dataclass(frozen=True, slots=True)
class Upload:
    """Uploaded files; or a zip, by the key it is stored under and its own name."""

    files: Sequence[SourceFile] = ()
    zip_key: str = ""
    zip_name: str = ""


def import_view(request: HttpRequest) -> HttpResponse:
    """Show the form, then the plan of what it posts, then apply that: all at one address."""
    if request.method == "POST" and "packed" in request.POST:
        return _apply(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        upload = _read_upload(form.cleaned_data["files"])
        try:
            with make_plan(upload) as (plan, _):
                return _show(request, upload, plan)
        except zips.ZipRefused as error:
            zips.forget(upload.zip_key)
            form.add_error("files", f"{upload.zip_name}: {error}.")
    are_examples = example_documents().exists()
    context = {"title": "Import Markdown", "form": form, "are_examples": are_examples}
    return _page(request, "import.html", context, 400 if form.errors else 200)


def _read_upload(files: Sequence[UploadedFile[bytes]]) -> Upload:
    if is_zip(files[0]):
        return Upload(zip_key=zips.keep(files[0].chunks()), zip_name=str(files[0].name))
    return Upload([SourceFile(path=str(file.name), data=file.read()) for file in files])


@contextmanager
def make_plan(upload: Upload) -> Iterator[tuple[Plan, Sources]]:
    """Plan an upload; yield the plan and its unpacked sources. Raises ZipRefused."""
    with ExitStack() as stack:
        sources = Sources(stack)
        if not upload.zip_key:
            yield plan_import(upload.files), sources
            return
        file = zips.kept(upload.zip_key)
        if file is None:
            raise zips.ZipRefused("it is not stored any more")
        sources.add_uploaded(file, upload.zip_name)
        problems = list(sources.refused)
        plan = plan_import(sources.load(problems), refused=problems)
        foresee_files(plan, sources.origins, sources.roots)
        yield plan, sources


def _apply(request: HttpRequest) -> HttpResponse:
    by = cast(User, request.user)
    try:
        upload = unpack(request.POST["packed"])
        with make_plan(upload) as (plan, sources):
            if request.POST.get("plan") != fingerprint(plan):
                return _show(request, upload, plan, changed=True)
            try:
                apply_plan(plan, by=by)
            except (StaleVersion, Overtaken):
                with make_plan(upload) as (newer, _):
                    return _show(request, upload, newer, changed=True)
            _import_files(request, plan, sources, by)
    except (signing.BadSignature, zips.ZipRefused):
        messages.error(request, "This plan is more than a day old. Choose the files again.")
        return HttpResponseRedirect(reverse("admin:services_document_import"))
    zips.forget(upload.zip_key)
    words = 'Imported: {}. <a href="{}">View them</a>'
    messages.success(request, format_html(words, summary(plan), reverse("changes")))
    return HttpResponseRedirect(reverse("admin:services_document_changelist"))


def _import_files(request: HttpRequest, plan: Plan, sources: Sources, by: User) -> None:
    """Store the files that the notes refer to, and report those that could not be stored."""
    plan.warnings, plan.replaced = [], []
    import_files(plan, sources.origins, sources.roots, by=by)
    for warning in plan.warnings[:MAX_WARNINGS]:
        # Quoted, since the admin starts each message with a capital letter.
        messages.warning(request, f"“{warning.path}”: {warning.reason}")
    if (more := len(plan.warnings) - MAX_WARNINGS) > 0:
        messages.warning(request, f"{more} more files were left out.")


def _show(request: HttpRequest, upload: Upload, plan: Plan, changed: bool = False) -> HttpResponse:
    context = {
        "title": "What the import will do",
        "plan": plan,
        "summary": summary(plan),
        "packed": pack(upload),
        "fingerprint": fingerprint(plan),
        "changed": changed,
        "writes": bool(plan.documents or plan.untouched or plan.files or plan.replaced),
    }
    return _page(request, "plan.html", context, 409 if changed else 200)


def _page(request: HttpRequest, name: str, extra: dict[str, object], status: int) -> HttpResponse:
    context = admin.site.each_context(request) | {"opts": Document._meta} | extra
    return TemplateResponse(request, f"admin/services/document/{name}", context, status=status)


def summary(plan: Plan) -> str:
    """Return the counts of a plan in words: "3 created, 1 unchanged, 2 attachments imported"."""
    counts = [f"{n} {fate}" for fate, n in plan.counts().items()]
    return ", ".join(counts + plan.files_in_words()) or "nothing"


def pack(upload: Upload) -> str:
    """Return an upload as one signed text."""
    named = [(file.path, base64.b64encode(file.data).decode()) for file in upload.files]
    return signing.dumps([named, upload.zip_key, upload.zip_name], salt=SALT, compress=True)


def unpack(packed: str) -> Upload:
    """Return the upload of `pack`; raises BadSignature for any other text, and after a day."""
    named, zip_key, zip_name = signing.loads(packed, salt=SALT, max_age=MAX_AGE)
    files = [SourceFile(path=path, data=base64.b64decode(data)) for path, data in named]
    return Upload(files, zip_key, zip_name)


def fingerprint(plan: Plan) -> str:
    """Return a digest that is equal for plans that do the same."""
    texts = [(change.text, change.theirs, change.base) for change in plan.changes]
    facts = json.dumps([plan.as_dict(), texts], sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()
