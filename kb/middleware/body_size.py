"""Refuse request bodies by their length and sender before any of the body is read.

Django reads a form, and writes its files to the disk, before a view can check permissions.
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


class SkipFiles(FileUploadHandler):
    """Skips the files of users who may add none; they are never stored anywhere."""

    def new_file(self, *args: object, **kwargs: object) -> Never:
        raise SkipFile


def limit_bodies(get_response: View) -> View:
    """Middleware: do not read a body that is too large, or that its sender may not send.

    A form without files is read even if the session has ended, so that it can be shown again.
    Django treats a body without a length as empty.
    """

    def respond(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or ""
        size = int(length) if length.isascii() and length.isdigit() else 0
        if size > max_body_bytes():
            return _too_large(request)
        too_long = size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        has_files = request.method == "POST" and request.content_type == "multipart/form-data"
        # Reading the user here costs no query that the view would not make.
        if (too_long or has_files) and not may_edit(request.user):
            if too_long and not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if too_long:
                raise PermissionDenied
            request.upload_handlers = [SkipFiles(request)]
        return get_response(request)

    return respond


def max_body_bytes() -> int:
    """Return the bytes of the largest body that any view takes: a file or zip, and its form."""
    largest: int = max(settings.UPLOAD_MAX_BYTES, MAX_ZIP) + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return largest


def _too_large(request: HttpRequest) -> HttpResponseBase:
    whole, file = filesizeformat(max_body_bytes()), filesizeformat(settings.UPLOAD_MAX_BYTES)
    words = (
        f"What your browser sent is too large: all of it may have {whole}, and each file {file}. "
        "Nothing was saved."
    )
    if wants_json(request):
        return JsonResponse({"error": words}, status=413)
    return render(request, "413.html", {"words": words}, status=413)
