"""Security headers that Django does not set itself."""

import os
from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse


def origin(url: str) -> str:
    """The scheme, host and port of an address; blank for none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


# Notes may show pictures from the web, and from the storage where that has an address of its own;
# nothing else comes from elsewhere, and nothing is inline.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        f"img-src 'self' https: data: {origin(os.environ.get('AWS_S3_ENDPOINT_URL', ''))}".strip(),
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def headers(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: a Content-Security-Policy without exceptions on every page, the admin's too."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return respond
