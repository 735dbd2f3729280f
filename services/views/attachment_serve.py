"""Serve attachments: check permission, then send the bytes or redirect to the storage."""

from __future__ import annotations

import uuid as uuids
from typing import Any
from zlib import crc32

from django.core.cache import cache
from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from services.attachments.http_range import FilePart, NotSatisfiable, parse_range
from services.attachments.sniff import INLINE, PDF
from services.attachments.storage.s3 import is_remote
from services.models import Attachment, Page
from services.pages.trash import pages_showing
from services.permissions import may_edit, readers_only

# Even a file that looks like a page can neither run nor load anything.
SANDBOX = "sandbox; default-src 'none'"
# Chromium shows no PDF in a sandbox. The type was verified; Django's `nosniff` prevents a guess.
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
# For so many seconds a browser shows the file without a new check of permissions.
CACHE_CONTROL = "private, max-age=300"
# Seconds that a signed address of the storage is valid, and that the same one is given out.
SIGNED_FOR, REUSED_FOR = 600, 300


@require_safe
@readers_only
def attachment(request: HttpRequest, uuid: uuids.UUID, name: str) -> HttpResponseBase:
    """Serve a stored file; the name in its address is for people and not checked."""
    return _serve(request, _find_attachment(request, uuid), small=False)


@require_safe
@readers_only
def thumbnail(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    """Serve the thumbnail of a picture; the picture itself if it has none."""
    found = _find_attachment(request, uuid)
    return _serve(request, found, small=bool(found.thumbnail))


def _find_attachment(request: HttpRequest, uuid: uuids.UUID) -> Attachment:
    found = get_object_or_404(Attachment, pk=uuid)
    if not may_edit(request.user) and (found.trashed_at or _is_trashed(found)):
        raise Http404("This file, or the page that it is on, is in the trash.")
    return found


def _is_trashed(found: Attachment) -> bool:
    """Return whether a file is only on pages in the trash; another page may show it too."""
    own, shown = Page.everything.filter(pk=found.page_id or 0), pages_showing(found)
    trashed = (own if found.page_id else shown).exclude(trashed_at=None)
    return trashed.exists() and not shown.filter(trashed_at=None).exists()


def _serve(request: HttpRequest, found: Attachment, *, small: bool) -> HttpResponseBase:
    key, content_type, etag = str(found.file.name), found.content_type, f'"{found.sha256}"'
    if small:
        key, content_type, etag = str(found.thumbnail.name), "image/webp", f'"{found.sha256}-small"'
    response: HttpResponseBase | None
    if is_remote():
        response = HttpResponseRedirect(_sign_url(found, key, content_type))
    else:
        response = get_conditional_response(request, etag=etag)
        response = response or _send(request, found, key, content_type, etag)
        response.headers["ETag"] = etag
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


def _send(
    request: HttpRequest, found: Attachment, key: str, content_type: str, etag: str
) -> HttpResponseBase:
    """Send the bytes from this server, whole or the requested part."""
    try:
        file = default_storage.open(key, "rb")
    except OSError:
        raise Http404(f"The file “{found.name}” is missing from the storage.") from None
    try:
        # A part only of the very file that the other parts came from (RFC 9110, 13.1.5).
        is_same = request.headers.get("If-Range", etag) == etag
        part = parse_range(request.headers.get("Range", "") if is_same else "", file.size)
    except NotSatisfiable:
        response: HttpResponseBase = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{file.size}"
        file.close()
        return response
    if part is None:
        response = FileResponse(file, content_type=content_type)
    else:
        response = FileResponse(FilePart(file, part), status=206, content_type=content_type)
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    response.headers["Content-Length"] = str(file.size if part is None else len(part))
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = _disposition(found, content_type)
    is_pdf = content_type == PDF.content_type
    response.headers["Content-Security-Policy"] = PDF_POLICY if is_pdf else SANDBOX
    return response


def _disposition(found: Attachment, content_type: str) -> str:
    return content_disposition_header(content_type not in INLINE, found.name) or "inline"


def _sign_url(found: Attachment, key: str, content_type: str) -> str:
    """Return an address at the storage itself, the same for some time so that browsers can cache.

    Signing needs no request: it works as quickly while the storage is down.
    """
    known = f"attachment-address-{key}-{crc32(found.name.encode())}"
    url: str | None = cache.get(known)
    if url is None:
        storage: Any = default_storage
        parameters = {
            "ResponseContentType": content_type,
            "ResponseContentDisposition": _disposition(found, content_type),
        }
        url = storage.url(key, parameters=parameters, expire=SIGNED_FOR)
        cache.set(known, url, REUSED_FOR)
    return url
