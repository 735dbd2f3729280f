"""List the files of a page; rename, replace, delete and restore them."""

from __future__ import annotations

import uuid as uuids

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from services.attachments import manage
from services.attachments.errors import UploadRefused
from services.models import Attachment, Page
from services.permissions import editors_only, may_edit, readers_only
from services.selectors.attachments import find_file_ids
from services.selectors.lists import paginate
from services.views.flash import undo_form
from services.views.request import get_page, get_user, redirect_back

PER_PAGE = 100


@require_safe
@readers_only
def files(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the files of a page, and those of other pages that its notes show."""
    page = get_page(slug, Page.objects.select_related("category"))
    if page.slug != slug:
        return redirect("files", page.slug)
    rows = Attachment.objects.live().filter(Q(page=page) | Q(pk__in=find_file_ids(page.notes)))
    rows = rows.select_related("created_by", "page").defer(
        "page__notes", "page__outline", "page__kept"
    )
    found = paginate(rows, request.GET, PER_PAGE)
    used = manage.pages_using(found)
    trashed = Attachment.objects.trashed().filter(page=page).select_related("trashed_by")
    context = {
        "page": page,
        "part": found,
        "rows": [(row, used[row.pk]) for row in found],
        "trashed": list(trashed[:PER_PAGE]) if may_edit(request.user) else [],
    }
    return render(request, "files.html", context)


@require_POST
@editors_only
def rename(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    row = _find_file(uuid)
    name = request.POST.get("name", "").strip()
    if not name:
        messages.error(request, "A file needs a name.")
    else:
        manage.rename(row, name)
        messages.success(request, f"The file is called “{row.name}” now. Its address stays.")
    return _redirect_back(request, row)


@require_POST
@editors_only
def replace(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    row, file = _find_file(uuid), request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        messages.error(request, "No file arrived. Choose one first.")
        return _redirect_back(request, row)
    try:
        row = manage.replace(row, file)
    except UploadRefused as refusal:
        messages.error(request, f"{row.name} stays as it was. {refusal}")
    else:
        messages.success(request, f"“{row.name}” is replaced, and shown wherever it was.")
    return _redirect_back(request, row)


@require_POST
@editors_only
def delete(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    row = _find_file(uuid)
    used = manage.pages_using([row])[row.pk]
    manage.move_to_trash(row, by=get_user(request))
    response = _redirect_back(request, row)
    undo = undo_form(request, reverse("restore_file", args=[row.pk]), next=response.url)
    context = {"file": row, "used": used, "undo": undo}
    messages.success(request, render_to_string("partials/file_deleted.html", context, request))
    return response


@require_POST
@editors_only
def restore(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    row = _find_file(uuid)
    if manage.restore(row):
        messages.success(request, f"“{row.name}” is restored.")
    else:
        messages.error(request, f"“{row.name}” was deleted for good in the meantime.")
    return _redirect_back(request, row)


def _find_file(uuid: uuids.UUID) -> Attachment:
    return get_object_or_404(Attachment.objects.select_related("page"), pk=uuid)


def _redirect_back(request: HttpRequest, row: Attachment) -> HttpResponseRedirect:
    files = reverse("files", args=[row.page.slug]) if row.page else reverse("home")
    return redirect_back(request, files)
