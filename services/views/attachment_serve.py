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

# Even what looks like a page can neither run nor load anything.
SANDBOX = "sandbox; default-src 'none'"
# Chromium shows no PDF in a sandbox; that it is one was verified, and nothing may guess otherwise.
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
# For that long a browser need not ask again whether this person may.
CACHE_CONTROL = "private, max-age=300"
# A signed address of the storage is good for 600 seconds and given out for the first half.
SIGNED_FOR, REUSED_FOR = 600, 300


@require_safe
@readers_only
def attachment(request: HttpRequest, uuid: uuids.UUID, name: str) -> HttpResponseBase:
    """Serve a stored file; the name in its address is for people and not checked."""
    found = _found(request, uuid)
    etag = f'"{found.sha256}"'
    return _answer(request, found, str(found.file.name), found.content_type, etag)


@require_safe
@readers_only
def thumbnail(request: HttpRequest, uuid: uuids.UUID) -> HttpResponseBase:
    """Serve the thumbnail of a picture; the picture itself if it has none."""
    found = _found(request, uuid)
    if not found.thumbnail:
        return _answer(
            request, found, str(found.file.name), found.content_type, f'"{found.sha256}"'
        )
    etag = f'"{found.sha256}-small"'
    return _answer(request, found, str(found.thumbnail.name), "image/webp", etag)


def _found(request: HttpRequest, uuid: uuids.UUID) -> Attachment:
    found = get_object_or_404(Attachment, pk=uuid)
    if not may_edit(request.user) and (found.trashed_at or _is_trashed(found)):
        raise Http404("This file, or the page that it is on, is in the trash.")
    return found


def _is_trashed(found: Attachment) -> bool:
    """Tell whether a file is only on pages in the trash; another page may show it too."""
    own, shown = Page.everything.filter(pk=found.page_id or 0), pages_showing(found)
    trashed = (own if found.page_id else shown).exclude(trashed_at=None)
    return trashed.exists() and not shown.filter(trashed_at=None).exists()


def _answer(
    request: HttpRequest, found: Attachment, key: str, content_type: str, etag: str
) -> HttpResponseBase:
    if is_remote():
        response: HttpResponseBase = HttpResponseRedirect(_signed(found, key, content_type))
        response.headers["Cache-Control"] = CACHE_CONTROL
        return response
    response = get_conditional_response(request, etag=etag) or _body(
        request, found, key, content_type, etag
    )
    response.headers["Cache-Control"] = CACHE_CONTROL
    response.headers["ETag"] = etag
    return response


def _body(
    request: HttpRequest, found: Attachment, key: str, content_type: str, etag: str
) -> HttpResponseBase:
    """Send the bytes from this server, whole or the requested part."""
    try:
        file = default_storage.open(key, "rb")
    except OSError:
        raise Http404(f"The file “{found.name}” is missing from the storage.") from None
    try:
        part = _part(request, file.size, etag)
    except NotSatisfiable:
        response: HttpResponseBase = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{file.size}"
        file.close()
        return response
    if part is None:
        response = FileResponse(file, content_type=content_type)
        response.headers["Content-Length"] = str(file.size)
    else:
        response = FileResponse(FilePart(file, part), status=206, content_type=content_type)
        response.headers["Content-Length"] = str(len(part))
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{file.size}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = _disposition(found, content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    is_pdf = content_type == PDF.content_type
    response.headers["Content-Security-Policy"] = PDF_POLICY if is_pdf else SANDBOX
    return response


def _part(request: HttpRequest, size: int, etag: str) -> range | None:
    """Only of the very file that the other parts came from (RFC 9110, 13.1.5)."""
    if request.headers.get("If-Range", etag) != etag:
        return None
    return parse_range(request.headers.get("Range", ""), size)


def _disposition(found: Attachment, content_type: str) -> str:
    return content_disposition_header(content_type not in INLINE, found.name) or "inline"


def _signed(found: Attachment, key: str, content_type: str) -> str:
    """An address at the storage itself, the same for some time so that browsers can cache.

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
