"""Show posted text again if its user was logged out in the meantime."""

from __future__ import annotations

from functools import wraps

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.csrf import csrf_failure as plain_failure

from services.permissions import P, View, editors_only, may_edit
from services.views.request import wants_json

# The fields that users type text in, with the labels that it is shown with to be sent again.
WRITTEN = {"notes": "Your text", "words": "Your question", "answer": "Your answer"}
# Django's reason where the form may be on another site, whose text is not from this user.
FROM_ELSEWHERE = "Origin checking failed"


def editors_or_resubmit(view: View[P]) -> View[P]:
    """Decorate a view like `editors_only`, but show what others post, to be sent again.

    Scripts still have it, and get the response of `editors_only`.
    """
    guarded = editors_only(view)

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        posted = request.method == "POST" and request.POST and not wants_json(request)
        if posted and not may_edit(request.user):
            return send_again(request, 403 if request.user.is_authenticated else 401)
        return guarded(request, *args, **kwargs)

    return wrapped


def send_again(request: HttpRequest, status: int) -> HttpResponse:
    """Show a page with everything that was posted, and a button that posts it again."""
    posted = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    texts = [(name, WRITTEN[name], value) for name, value in posted if _is_written(name, value)]
    hidden = [(name, value) for name, value in posted if not _is_written(name, value)]
    context = {"texts": texts, "hidden": hidden}
    return render(request, "send_again.html", context, status=status)


def _is_written(name: str, value: str) -> bool:
    """Return whether a posted field is a text that the user typed; blank notes count too."""
    return name in WRITTEN and bool(value.strip() or name == "notes")


def has_written(request: HttpRequest) -> bool:
    """Return whether a request has text that the user typed."""
    return any(_is_written(name, request.POST[name]) for name in request.POST)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show what was typed in a form that is too old since its user logged in or out."""
    own = "Origin" in request.headers and not reason.startswith(FROM_ELSEWHERE)
    if own and has_written(request):
        return send_again(request, 403)
    return plain_failure(request, reason)
