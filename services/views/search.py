"""Search: the full page, and HTML for the search box and the palette."""

from __future__ import annotations

import logging

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from services.models import Category, Page
from services.permissions import readers_only
from services.search.filter_fields import EXAMPLES, FIELDS, add_filters, list_chips
from services.search.search import MOST, search_pages
from services.views.palette import KEYS, commands
from services.views.request import parse_number
from services.views.tags import in_use

AT_ONCE = 20
SUGGESTED = 8
RECENT = 8
# A field offers no more tags than these; others can be typed.
TAGS = 300
logger = logging.getLogger(__name__)


@require_safe
@readers_only
def search(request: HttpRequest) -> HttpResponse:
    """Show the pages that match the query `q`; filters from fields become part of it."""
    text = request.GET.get("q", "")
    form = {name: request.GET.getlist(name) for name in FIELDS if name in request.GET}
    if form:
        query = urlencode({"q": add_filters(text, form)})
        return HttpResponseRedirect(f"{reverse('search')}?{query}")
    last = MOST // AT_ONCE
    wanted = min(max(parse_number(request.GET.get("page")) or 1, 1), last)
    results = search_pages(text, start=(wanted - 1) * AT_ONCE, count=AT_ONCE)
    part = Paginator(range(results.total), AT_ONCE).get_page(wanted)
    if part.number != wanted:
        results = search_pages(text, start=(part.number - 1) * AT_ONCE, count=AT_ONCE)
    context = {
        "search_text": results.query.text,
        "results": results,
        "part": part,
        "exact": [hit for hit in results.hits if not hit.forgiving],
        "similar": [hit for hit in results.hits if hit.forgiving],
        "examples": EXAMPLES,
        "filters": list_chips(text),
        "categories": Category.objects.all(),
        "tags": in_use().distinct().order_by("name").values_list("name", flat=True)[:TAGS],
    }
    return render(request, "search.html", context)


@require_safe
@readers_only
def suggest(request: HttpRequest) -> HttpResponse:
    """Return the best pages for the typed words, as options of a list."""
    text = request.GET.get("q", "")
    try:
        results = search_pages(text, count=SUGGESTED, typing=True)
    except Exception:
        # Whoever types has a list open here and now, and no use for a page about a fault.
        logger.exception("Suggesting pages failed")
        return render(request, "search/fault.html", status=500)
    return render(request, "search/suggestions.html", {"results": results, "text": text})


@require_safe
@readers_only
def recent(request: HttpRequest) -> HttpResponse:
    """Return what the palette offers before anything is typed: the pages `ids`, and commands."""
    wanted = [parse_number(part) for part in request.GET.get("ids", "").split(",")[: 2 * RECENT]]
    here = parse_number(request.GET.get("page"))
    rows = Page.objects.filter(pk__in={pk for pk in (*wanted, here) if pk is not None})
    pages = rows.select_related("category").only(
        "kind", "title", "abbreviation", "slug", "category__name", "category__slug"
    )
    found = {page.pk: page for page in pages}
    order = dict.fromkeys(pk for pk in wanted if pk in found and pk != here)
    context = {
        "pages": [found[pk] for pk in order if pk is not None][:RECENT],
        "commands": commands(request.user, found.get(here) if here is not None else None),
    }
    return render(request, "search/recent.html", context)


@require_safe
@readers_only
def keys(request: HttpRequest) -> HttpResponse:
    """Show all keys."""
    return render(request, "keys.html", {"groups": KEYS})
