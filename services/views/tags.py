"""All tags, and the pages that have one."""

from __future__ import annotations

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from taggit.models import Tag

from services.models import Page
from services.permissions import readers_only
from services.selectors.lists import cards, listed, paginate
from services.selectors.tree import tree

AT_ONCE = 100
ON_PAGES = {
    "taggit_taggeditem_items__content_type__app_label": "services",
    "taggit_taggeditem_items__content_type__model": "page",
}


def in_use() -> QuerySet[Tag]:
    """Return tags that pages have."""
    found: QuerySet[Tag] = Tag.objects.filter(**ON_PAGES)
    return found


@require_safe
@readers_only
def tags(request: HttpRequest) -> HttpResponse:
    found = in_use().annotate(number=Count("taggit_taggeditem_items")).order_by("name")
    return render(request, "tags.html", {"tags": found, "tree": tree()})


@require_safe
@readers_only
def tag(request: HttpRequest, name: str) -> HttpResponse:
    same = named(name)
    if not same:
        raise Http404("No page has this tag.")
    pages = Page.objects.filter(tags__in=list(same)).in_order().distinct()
    found = paginate(listed(pages), request.GET.get("page"), AT_ONCE)
    names = sorted(same.values(), key=lambda other: other != name)
    context = {"name": names[0], "part": found, "cards": cards(found), "tree": tree()}
    return render(request, "tag.html", context)


def named(name: str) -> dict[int, str]:
    """Return tags in use by name in any case; SQLite itself folds only the case of A to Z."""
    wanted = name.casefold()
    known = in_use().distinct().values_list("pk", "name")
    return {pk: other for pk, other in known if other.casefold() == wanted}
