"""Recent changes of all pages: as a page, and as a feed."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from services.permissions import feed_key, may_edit, readers_only, readers_or_key_only
from services.selectors import timeline
from services.selectors.feed import MAX_ENTRIES, find_latest, render_feed
from services.selectors.timeline import Filter
from services.selectors.tree import read_tree
from services.views.request import parse_number

TYPE = "application/atom+xml; charset=utf-8"


@require_safe
@readers_only
def changes(request: HttpRequest) -> HttpResponse:
    asked = Filter.from_query(request.GET)
    before = parse_number(request.GET.get("before"))
    context = {
        "part": timeline.list_changes(asked, before),
        "filter": asked,
        "before": before,
        "feed": _feed_address(request, asked),
        "tree": read_tree(),
    }
    return render(request, "changes.html", context)


def _feed_address(request: HttpRequest, asked: Filter) -> str:
    """Return the feed's address; with a key for a feed reader, which cannot log in."""
    wanted = {"from": asked.origin, "by": asked.by}
    if request.user.is_authenticated:
        wanted["key"] = feed_key(request.user)
    return reverse("feed", query={name: value for name, value in wanted.items() if value})


@require_safe
@readers_or_key_only
def feed(request: HttpRequest) -> HttpResponseBase:
    part = timeline.list_changes(Filter.from_query(request.GET), None, MAX_ENTRIES)
    own, site, trash = request.get_full_path(), request.build_absolute_uri, may_edit(request.user)
    text = render_feed(list(part.entries), own=own, site=site, trash=trash)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()}"'
    changed = int(find_latest(part.entries).timestamp())
    known = get_conditional_response(request, etag=etag, last_modified=changed)
    response = known or HttpResponse(text, content_type=TYPE)
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(changed)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
