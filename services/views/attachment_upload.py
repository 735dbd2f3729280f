"""Upload files: through this server, or straight to the bucket if there is one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from services.attachments import direct_upload
from services.attachments.errors import StorageFailed, UploadRefused
from services.attachments.storage.s3 import is_remote
from services.attachments.store import PAGE_GONE, markdown_of, store
from services.models import Attachment, Page
from services.permissions import editors_only
from services.views.request import get_user, parse_number, redirect_back, report_error, wants_json


@require_POST
@editors_only
def upload(request: HttpRequest) -> HttpResponseBase:
    """Store the posted files `file` (one or more) on the page `page` (its id), if given.

    A script gets the result of each, `{"files": [{"url", "name", "markdown"} or {"name",
    "error"}]}`, with the status of the first that was refused; a form leads back.
    """
    files, home = request.FILES.getlist("file"), reverse("home")
    if not files:
        return report_error(request, "No file arrived. Choose one first.", 400, home)
    try:
        page = _page(request)
    except UploadRefused as refusal:
        return report_error(request, str(refusal), _status(refusal), home)
    results, status = [], 200
    for file in files:
        try:
            row = store(file, name=file.name or "", page=page, by=get_user(request))
            results.append(_describe(row))
        except UploadRefused as refusal:
            results.append({"name": file.name or "The file", "error": str(refusal)})
            status = _status(refusal) if status == 200 else status
    if wants_json(request):
        return JsonResponse({"files": results}, status=status)
    for each in results:
        if "error" in each:
            messages.error(request, f"{each['name']}: {each['error']}")
    added = [each["name"] for each in results if "error" not in each]
    if added:
        messages.success(request, f"Added: {', '.join(added)}.")
    return redirect_back(request, reverse("files", args=[page.slug]) if page else home)


@require_POST
@editors_only
def begin(request: HttpRequest) -> HttpResponseBase:
    """Return where to send a file with the posted `name`, `size` in bytes and `page`.

    With a bucket, `{"put": address, "type": …, "token": …}`: the bytes alone go there by PUT, and
    then the token to `finish`. Without one, `{}`: the file goes to `upload`.
    """
    if not is_remote():
        return JsonResponse({})
    name, size = request.POST.get("name", ""), parse_number(request.POST.get("size")) or 0
    try:
        page = _page(request)
        answer = direct_upload.start_upload(name=name, size=size, page=page, by=get_user(request))
    except UploadRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=_status(refusal))
    return JsonResponse(answer)


@require_POST
@editors_only
def finish(request: HttpRequest) -> HttpResponseBase:
    """Verify and store a file that arrived in the bucket; return it as `upload` does."""
    try:
        row = direct_upload.finish_upload(request.POST.get("token", ""), by=get_user(request))
    except UploadRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=_status(refusal))
    return JsonResponse(_describe(row))


@require_POST
@editors_only
def abandon(request: HttpRequest) -> HttpResponseBase:
    """Cancel an upload to the bucket."""
    try:
        direct_upload.cancel_upload(request.POST.get("token", ""), by=get_user(request))
    except UploadRefused as refusal:
        return JsonResponse({"error": str(refusal)}, status=_status(refusal))
    return JsonResponse({})


def _describe(row: Attachment) -> dict[str, str]:
    return {"url": row.get_absolute_url(), "name": row.name, "markdown": markdown_of(row)}


def _status(refusal: UploadRefused) -> int:
    """Return 503 if the storage is down, 409 to start again, 400 if trying again does not help."""
    if isinstance(refusal, StorageFailed):
        return 503
    return 409 if isinstance(refusal, direct_upload.NotArrived) else 400


def _page(request: HttpRequest) -> Page | None:
    """Return the posted page, or None. Raises UploadRefused if it is gone."""
    if not request.POST.get("page"):
        return None
    page = Page.objects.filter(pk=parse_number(request.POST["page"]) or 0).first()
    if page is None:
        raise UploadRefused(PAGE_GONE)
    return page
