"""Security headers that Django does not set itself."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from services.attachments.storage import s3

# Notes may show pictures from the web; nothing else is loaded from elsewhere, nothing is inline.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' https: http: data:",
        "font-src 'self'",
        "connect-src {connect}",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
View = Callable[[HttpRequest], HttpResponse]
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def build_policy() -> str:
    """Return the Content-Security-Policy; uploads go straight to the bucket if there is one."""
    return POLICY.format(connect=f"'self' {s3.origin()}".strip())


def add_security_headers(get_response: View) -> View:
    """Middleware: set a Content-Security-Policy on every page, the admin's too."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if "Content-Security-Policy" not in response.headers:
            response.headers["Content-Security-Policy"] = build_policy()
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response

    return respond
