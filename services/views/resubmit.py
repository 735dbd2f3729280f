"""Forms with what somebody wrote: it is not lost where they were logged out in the meantime."""

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
    """For views, like `access.editing`; what a stranger posts is shown to be sent again.

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
    """A page with all that was posted, and a button that posts it once more."""
    posted = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in UNWRITTEN
        for value in values
    ]
    texts = [(name, WRITTEN[name], value) for name, value in posted if _is_written(name, value)]
    hidden = [(name, value) for name, value in posted if not _is_written(name, value)]
    context = {"texts": texts, "hidden": hidden, "status": status}
    return render(request, "send_again.html", context, status=status)


def _is_written(name: str, value: str) -> bool:
    """Is this a text of its author's? A page may also have been emptied, nothing else."""
    return name in WRITTEN and bool(value.strip() or name == "notes")


def has_written(request: HttpRequest) -> bool:
    """Is there a text of its author's in what was posted?"""
    return any(_is_written(name, request.POST[name]) for name in request.POST)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Logging in or out makes open forms too old; what was written in them is kept."""
    own = "Origin" in request.headers and not reason.startswith(FROM_ELSEWHERE)
    if own and has_written(request):
        return send_again(request, 403)
    return plain_failure(request, reason)
