"""Markdown files uploaded in the admin: the plan is read first, then applied or dropped.

Nothing is kept between the two steps. The files travel in the form, signed, and the plan is made
again from them; it is applied only if it is still the one that was read.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse

from services.admin.site import KnowledgeBaseAdminSite
from services.examples import example_documents
from services.models import Document, StaleVersion
from services.sync.apply import Overtaken, apply_plan
from services.sync.files import SUFFIXES, SourceFile
from services.sync.importing import plan_import
from services.sync.plan import Plan

# In the second step files are one field of a form, a third larger than they are; that field has
# to fit into DATA_UPLOAD_MAX_MEMORY_SIZE.
MOST_BYTES = 16 * 1024 * 1024
SALT = "admin-import"
A_DAY = 24 * 3600


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more Markdown files, together small enough to travel through a form twice."""

    widget = FilesInput(attrs={"accept": ",".join((*SUFFIXES, "text/markdown"))})

    def clean(self, data: Any, initial: Any = None) -> list[SourceFile]:
        files = [super(FilesField, self).clean(file) for file in data or [None]]
        if sum(file.size for file in files) > MOST_BYTES:
            most = filesizeformat(MOST_BYTES)
            raise forms.ValidationError(
                f"Together these files are larger than {most}. Upload fewer at once, or import "
                "the folder on the server with `manage.py import_markdown`."
            )
        if others := [file.name for file in files if not file.name.lower().endswith(SUFFIXES)]:
            raise forms.ValidationError(
                f"Only Markdown files ({', '.join(SUFFIXES)}): {others[0]} is none."
            )
        names = [file.name for file in files]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise forms.ValidationError(f"Two of these files are called {twice}.")
        return [SourceFile(path=file.name, data=file.read()) for file in files]


class UploadForm(forms.Form):
    files = FilesField(label="Markdown files")  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = f"Up to {filesizeformat(MOST_BYTES)} together."


def import_view(request: HttpRequest, site: KnowledgeBaseAdminSite) -> HttpResponse:
    """Ask for files, show the plan, apply it: one address, told apart by what is posted."""
    if request.method == "POST" and "packed" in request.POST:
        return _apply(request, site)
    form = UploadForm(
        request.POST or None, MultiFiles(request) if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        files = form.cleaned_data["files"]
        return _show(request, site, files, plan_import(files))
    are_examples = example_documents().exists()
    context = {"title": "Import Markdown", "form": form, "are_examples": are_examples}
    return _page(request, site, "import.html", context, 400 if form.errors else 200)


class MultiFiles(dict[str, Any]):
    """The uploaded files as Django's multiple-file widgets read them."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(files=request.FILES.getlist("files"))
        self._lists = {"files": request.FILES.getlist("files")}

    def getlist(self, name: str) -> list[UploadedFile[Any]]:
        return self._lists.get(name, [])


def _apply(request: HttpRequest, site: KnowledgeBaseAdminSite) -> HttpResponse:
    again = reverse("admin:services_document_import")
    try:
        files = unpack(request.POST["packed"])
    except signing.BadSignature:
        messages.error(request, "This plan is more than a day old. Choose the files again.")
        return HttpResponseRedirect(again)
    plan = plan_import(files)
    if request.POST.get("plan") != fingerprint(plan):
        return _show(request, site, files, plan, changed=True)
    try:
        apply_plan(plan, by=cast(User, request.user))
    except (StaleVersion, Overtaken):
        return _show(request, site, files, plan_import(files), changed=True)
    messages.success(request, f"Imported {summary(plan)}.")
    return HttpResponseRedirect(reverse("admin:services_document_changelist"))


def _show(
    request: HttpRequest,
    site: KnowledgeBaseAdminSite,
    files: Sequence[SourceFile],
    plan: Plan,
    *,
    changed: bool = False,
) -> HttpResponse:
    context = {
        "title": "What the import will do",
        "plan": plan,
        "summary": summary(plan),
        "packed": pack(files),
        "fingerprint": fingerprint(plan),
        "changed": changed,
        "writes": len(plan.refused) < len(files),
    }
    return _page(request, site, "plan.html", context, 409 if changed else 200)


def _page(
    request: HttpRequest,
    site: KnowledgeBaseAdminSite,
    name: str,
    extra: dict[str, Any],
    status: int,
) -> HttpResponse:
    context = site.each_context(request) | {"opts": Document._meta} | extra
    return TemplateResponse(request, f"admin/services/document/{name}", context, status=status)


def summary(plan: Plan) -> str:
    """The counts of a plan in words: "3 created, 1 unchanged"."""
    return ", ".join(f"{n} {fate}" for fate, n in plan.counts().items()) or "nothing"


def pack(files: Iterable[SourceFile]) -> str:
    """Files as one signed text."""
    named = [(file.path, base64.b64encode(file.data).decode()) for file in files]
    return signing.dumps(named, salt=SALT, compress=True)


def unpack(packed: str) -> list[SourceFile]:
    """The files of `pack`; raises BadSignature for anything else, and after a day."""
    named = signing.loads(packed, salt=SALT, max_age=A_DAY)
    return [SourceFile(path=path, data=base64.b64decode(data)) for path, data in named]


def fingerprint(plan: Plan) -> str:
    """Tells whether two plans would do the same."""
    texts = [(change.text, change.theirs, change.base) for change in plan.changes]
    facts = json.dumps([plan.as_dict(), texts], sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()
