"""The files of a page: what they are, where they are used, and what to do with them."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from services.access import editing, reading
from services.files import shelf
from services.files.storing import UploadRefused
from services.models import Attachment, Page
from services.views.back import back
from services.views.finding import moved_to, person


@require_safe
@reading
def files(request: HttpRequest, slug: str) -> HttpResponse:
    """The files of a page and those that its notes show from elsewhere."""
    page = Page.objects.filter(slug=slug).first()
    if page is None:
        if now := moved_to(slug):
            return redirect("files", now.slug)
        raise Http404("There is no page at this address.")
    shown = shelf.addresses_in(page.notes)
    rows = Attachment.objects.live().filter(Q(page=page) | Q(pk__in=shown))
    found = list(rows.select_related("created_by", "page"))
    used = shelf.used_on(found)
    context = {
        "page": page,
        "files": [(row, used[row.pk]) for row in found],
        "trashed": Attachment.objects.trashed().filter(page=page),
    }
    return render(request, "files.html", context)


@require_POST
@editing
def rename(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    row = _file(uuid)
    name = request.POST.get("name", "").strip()
    if not name:
        messages.error(request, "A file needs a name.")
    else:
        shelf.rename(row, name)
        messages.success(request, f"The file is called “{row.name}” now. Its address stays.")
    return _back(request, row)


@require_POST
@editing
def replace(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    row, file = _file(uuid), request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        messages.error(request, "No file arrived. Choose one first.")
        return _back(request, row)
    try:
        row = shelf.replace(row, file)
    except UploadRefused as refusal:
        messages.error(request, f"{row.name} stays as it was. {refusal}")
    else:
        messages.success(request, f"“{row.name}” is replaced, and shown wherever it was.")
    return _back(request, row)


@require_POST
@editing
def delete(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    row = _file(uuid)
    shelf.throw_away(row, by=person(request))
    context = {"file": row, "next": _there(row)}
    messages.success(request, render_to_string("partials/file_deleted.html", context, request))
    return _back(request, row)


@require_POST
@editing
def restore(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    row = _file(uuid)
    shelf.take_out(row)
    messages.success(request, f"“{row.name}” is restored.")
    return _back(request, row)


def _file(uuid: uuids.UUID) -> Attachment:
    return get_object_or_404(Attachment.objects.select_related("page"), pk=uuid)


def _there(row: Attachment) -> str:
    return reverse("files", args=[row.page.slug]) if row.page else reverse("home")


def _back(request: HttpRequest, row: Attachment) -> HttpResponseBase:
    return back(request, _there(row))
