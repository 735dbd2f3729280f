"""Show posted text again if its user was logged out in the meantime."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.csrf import csrf_failure as plain_failure

from services.permissions import editors_only, may_edit
from services.views.request import wants_json

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
# What a browser sends that nobody wrote.
UNWRITTEN = ("csrfmiddlewaretoken",)
# The fields that people write in, and what each is called where it is shown to be sent again.
WRITTEN = {
    "notes": "Your text",
    "words": "Your question",
    "answer": "Your answer",
}
# Said by Django where the form may stand on another site, whose words are none of this person's.
FROM_ELSEWHERE = "Origin checking failed"


def writing(view: View[P]) -> View[P]:
    """Decorate a view like `editors_only`; what an anonymous user posts is shown to be sent again.

    Our scripts have it still, and are answered as there.
    """
    guarded = editors_only(view)

    @wraps(view)
    def kept(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        posted = request.method == "POST" and request.POST and not wants_json(request)
        if posted and not may_edit(request.user):
            return send_again(request, 403 if request.user.is_authenticated else 401)
        return guarded(request, *args, **kwargs)

    return kept


def send_again(request: HttpRequest, status: int) -> HttpResponse:
    """Show a page with everything that was posted, and a button that posts it again."""
    posted = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in UNWRITTEN
        for value in values
    ]
    texts = [(name, WRITTEN[name], value) for name, value in posted if _is_written(name, value)]
    hidden = [(name, value) for name, value in posted if not _is_written(name, value)]
    context = {"texts": texts, "hidden": hidden}
    return render(request, "send_again.html", context, status=status)


def _is_written(name: str, value: str) -> bool:
    """Tell whether a posted field is a text that the user typed; blank notes count too."""
    return name in WRITTEN and bool(value.strip() or name == "notes")


def has_written(request: HttpRequest) -> bool:
    """Tell whether a request has text that the user typed."""
    return any(_is_written(name, request.POST[name]) for name in request.POST)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show a form that logging in or out has made too old, with what was typed in it."""
    own = "Origin" in request.headers and not reason.startswith(FROM_ELSEWHERE)
    if own and has_written(request):
        return send_again(request, 403)
    return plain_failure(request, reason)
