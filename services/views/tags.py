"""All tags, and the pages that have one."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from taggit.models import Tag

from services.models import Page
from services.permissions import readers_only
from services.selectors.lists import build_cards, defer_notes, paginate
from services.selectors.tree import read_tree

PER_PAGE = 100


def used_tags() -> QuerySet[Tag]:
    """Return tags that pages have."""
    items = "taggit_taggeditem_items__content_type__"
    found: QuerySet[Tag] = Tag.objects.filter(
        **{f"{items}app_label": "services", f"{items}model": "page"}
    )
    return found


@require_safe
@readers_only
def tags(request: HttpRequest) -> HttpResponse:
    found = used_tags().annotate(number=Count("taggit_taggeditem_items")).order_by("name")
    return render(request, "tags.html", {"tags": found, "tree": read_tree()})


@require_safe
@readers_only
def tag(request: HttpRequest, name: str) -> HttpResponse:
    # In any case: SQLite itself folds only the case of A to Z.
    known = used_tags().distinct().values_list("pk", "name")
    same = {pk: other for pk, other in known if other.casefold() == name.casefold()}
    if not same:
        raise Http404("No page has this tag.")
    pages = Page.objects.filter(tags__in=list(same)).in_order().distinct()
    found = paginate(defer_notes(pages), request.GET, PER_PAGE)
    shown = name if name in same.values() else next(iter(same.values()))
    context = {"name": shown, "part": found, "cards": build_cards(found), "tree": read_tree()}
    return render(request, "tag.html", context)
