"""What is sent here is looked at by its length, and by who sends it, before any of it is read.

A form is read, and its files are written to the disk, before a view can ask who may.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Never

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat

from services.admin.importing import MAX_ZIP
from services.permissions import may_edit
from services.views.request import wants_json

View = Callable[[HttpRequest], HttpResponseBase]


class NoFiles(FileUploadHandler):
    """For those who may add none: their files are passed over, and never kept anywhere."""

    def new_file(self, *args: object, **kwargs: object) -> Never:
        raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing gets here."""

    def file_complete(self, file_size: int) -> None:
        """Nothing gets here."""


def bodies(get_response: View) -> View:
    """Middleware: a body that is too large, or not for its sender to send, is not read.

    What somebody wrote whose session has ended is no longer than a form may be, and is read: it is
    shown to them again. A body without a length is never read; Django takes it for empty.
    """

    def respond(request: HttpRequest) -> HttpResponseBase:
        size = _size(request)
        if size > most():
            return _too_large(request)
        too_long = size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        # Who is asking costs no query here that the view would not make.
        if (too_long or _has_files(request)) and not may_edit(request.user):
            if too_long and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if too_long:
                raise PermissionDenied
            request.upload_handlers = [NoFiles(request)]
        return get_response(request)

    return respond


def most() -> int:
    """Bytes of the largest body that anything here takes: a file or zip, with a form around it."""
    largest: int = max(settings.UPLOAD_MAX_BYTES, MAX_ZIP) + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return largest


def _size(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isascii() and length.isdigit() else 0


def _has_files(request: HttpRequest) -> bool:
    return request.method == "POST" and request.content_type == "multipart/form-data"


def _too_large(request: HttpRequest) -> HttpResponseBase:
    words = (
        f"What your browser sent is too large: all of it may have {filesizeformat(most())}, and "
        f"each file {filesizeformat(settings.UPLOAD_MAX_BYTES)}. Nothing was saved."
    )
    if wants_json(request):
        return JsonResponse({"error": words}, status=413)
    return render(request, "413.html", {"words": words}, status=413)
