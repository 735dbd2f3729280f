"""Search: the full page, and HTML for the search box and the palette."""

from __future__ import annotations

import logging

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from services.models import Category, Page
from services.permissions import readers_only
from services.search.filter_fields import EXAMPLES, FIELDS, add_filters, list_chips
from services.search.search import MAX_PAGES, search_pages
from services.views.palette import KEYS, list_commands
from services.views.request import parse_number
from services.views.tags import used_tags

PER_PAGE = 20
MAX_SUGGESTIONS = 8
MAX_RECENT = 8
# How many tags a field offers; others can be typed.
MAX_TAGS = 300
logger = logging.getLogger(__name__)


@require_safe
@readers_only
def search(request: HttpRequest) -> HttpResponse:
    """Show the pages that match the query `q`; filters from fields become part of it."""
    text = request.GET.get("q", "")
    form = {name: request.GET.getlist(name) for name in FIELDS if name in request.GET}
    if form:
        return redirect(reverse("search", query={"q": add_filters(text, form)}))
    number = min(parse_number(request.GET.get("page")) or 1, MAX_PAGES // PER_PAGE)
    results = search_pages(text, start=(number - 1) * PER_PAGE, count=PER_PAGE)
    part = Paginator(range(results.total), PER_PAGE).get_page(number)
    if part.number != number:
        results = search_pages(text, start=(part.number - 1) * PER_PAGE, count=PER_PAGE)
    context = {
        "search_text": results.query.text,
        "results": results,
        "part": part,
        "exact": [hit for hit in results.hits if not hit.forgiving],
        "similar": [hit for hit in results.hits if hit.forgiving],
        "examples": EXAMPLES,
        "filters": list_chips(text),
        "categories": Category.objects.all(),
        "tags": used_tags().distinct().order_by("name").values_list("name", flat=True)[:MAX_TAGS],
    }
    return render(request, "search.html", context)


@require_safe
@readers_only
def suggest(request: HttpRequest) -> HttpResponse:
    """Return the best pages for the typed words, as options of a list."""
    text = request.GET.get("q", "")
    try:
        results = search_pages(text, count=MAX_SUGGESTIONS, typing=True)
    except Exception:
        # The list stays open while its user types: a page about the fault would not help.
        logger.exception("Suggesting pages failed")
        return render(request, "search/fault.html", status=500)
    return render(request, "search/suggestions.html", {"results": results, "text": text})


@require_safe
@readers_only
def recent(request: HttpRequest) -> HttpResponse:
    """Return what the palette offers before anything is typed: the pages `ids`, and commands."""
    ids = request.GET.get("ids", "").split(",")[: 2 * MAX_RECENT]
    wanted = dict.fromkeys(parse_number(pk) or 0 for pk in ids)
    current = parse_number(request.GET.get("page")) or 0
    pages = Page.objects.select_related("category").only(
        "kind", "title", "abbreviation", "slug", "category__name", "category__slug"
    )
    found = pages.in_bulk([*wanted, current])
    context = {
        "pages": [found[pk] for pk in wanted if pk in found and pk != current][:MAX_RECENT],
        "commands": list_commands(request.user, found.get(current)),
    }
    return render(request, "search/recent.html", context)


@require_safe
@readers_only
def keys(request: HttpRequest) -> HttpResponse:
    """Show all keys."""
    return render(request, "keys.html", {"groups": KEYS})
