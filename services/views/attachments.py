"""Attachments as browsers get them."""

from __future__ import annotations

import uuid as uuids
from typing import Any

from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from services.access import may_edit, reading
from services.attachments import RASTER
from services.models import Attachment, Page
from services.trash import shows

# Even what looks like a page can neither run nor load anything.
SANDBOX = "sandbox; default-src 'none'"
CACHE_CONTROL = "private, max-age=300"
# A signed address of the storage is good for 600 seconds and given out for the first half.
SIGNED_FOR, REUSED_FOR = 600, 300


@require_safe
@reading
def attachment(request: HttpRequest, uuid: uuids.UUID, name: str) -> HttpResponseBase:
    """A stored file; its name in the address is for people and not compared."""
    found = get_object_or_404(Attachment, pk=uuid)
    if _is_trashed(found) and not may_edit(request.user):
        raise Http404("The page of this file is in the trash.")
    etag = f'"{found.sha256}"'
    response = get_conditional_response(request, etag=etag) or _body(found)
    response.headers["Cache-Control"] = CACHE_CONTROL
    if not isinstance(response, HttpResponseRedirect):
        response.headers["ETag"] = etag
    return response


def _is_trashed(found: Attachment) -> bool:
    """Is a file only on a page in the trash? Text that was split off shows it on another."""
    page = Page.everything.filter(pk=found.page_id or 0).exclude(trashed_at=None)
    return page.exists() and not shows(found).filter(trashed_at=None).exists()


def _body(found: Attachment) -> HttpResponseBase:
    download = found.content_type not in RASTER
    try:
        found.file.storage.path(str(found.file.name))
    except NotImplementedError:  # The storage is elsewhere, and browsers fetch it there.
        return HttpResponseRedirect(_signed_address(found, download))
    try:
        file = found.file.open("rb")
    except OSError:
        raise Http404(f"The file “{found.name}” is missing from the storage.") from None
    response = FileResponse(
        file, as_attachment=download, filename=found.name, content_type=found.content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _signed_address(found: Attachment, download: bool) -> str:
    """An address at the storage itself, the same for some time so that browsers can cache."""
    key = f"attachment-address-{found.pk}"
    url: str | None = cache.get(key)
    if url is None:
        storage: Any = found.file.storage
        parameters = {
            "ResponseContentType": found.content_type,
            "ResponseContentDisposition": content_disposition_header(download, found.name),
        }
        url = storage.url(found.file.name, parameters=parameters, expire=SIGNED_FOR)
        cache.set(key, url, REUSED_FOR)
    return url
