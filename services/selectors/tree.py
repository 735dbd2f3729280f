"""Read the tree of categories and pages, by one query of bounded size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.core.cache import cache
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from services.models import Category, Page
from services.models.urls import page_url

# Up to this many pages the whole tree is shown; with more, only the pages around the current one.
MAX_WHOLE = 300
AROUND = 20
MAX_ABOUT = 50
# Whether there are more is cached for a minute, so that they need not be read to know it.
BIG = "navigation.big"
FIELDS = ("kind", "title", "abbreviation", "slug", "position", "about", "category__name")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the tree."""

    title: str
    address: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A category with its pages, or all topics."""

    name: str
    address: str
    accent: str
    entries: Sequence[Entry]
    current: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree beside a page, and the pages before, after and about it."""

    groups: list[Group] = field(default_factory=list)
    previous: Entry | None = None
    next: Entry | None = None
    also_about: list[Entry] = field(default_factory=list)


def read_tree(page: Page | None = None, category: Category | None = None) -> Tree:
    """Read the tree around a page, a category, or neither."""
    rows = list(_read_pages(page))
    whole = not cache.get(BIG) and len(rows) <= MAX_WHOLE
    if not whole:
        cache.set(BIG, True, 60)
    here = page.category_id if page else category.pk if category else -1
    groups, before, after = [], None, None
    for category_id, group in groupby(rows, key=lambda row: row.category_id):
        pages, current = list(group), category_id == here
        shown = entries = [_build_entry(row, page) for row in pages]
        at = next((i for i, entry in enumerate(entries) if entry.current), None)
        if at is not None:
            before = entries[at - 1] if at else None
            after = entries[at + 1] if at + 1 < len(entries) else None
        if not whole:
            # Leave out pages that were read for other reasons than being near the current one.
            first, last = (0, 2 * AROUND) if at is None else (max(0, at - AROUND), at + AROUND + 1)
            shown = entries[first:last] if current else []
        if kind := pages[0].category:
            label = kind.name, page_url("category", kind.slug), kind.accent
        else:
            label = "Topics", reverse("topics"), "topics"
        groups.append(Group(*label, shown, current, whole))
    about = [_build_entry(row) for row in rows if page and row.about_id == page.pk]
    return Tree(groups, before, after, about)


def _read_pages(page: Page | None) -> QuerySet[Page]:
    """Return the pages that the tree may show, by indexed conditions."""
    pages = Page.objects.order_by("position", "pk")
    first = pages.filter(category=OuterRef("pk")).values("pk")[:1]
    categories = Category.objects.order_by().annotate(first=Subquery(first))
    wanted = Q(pk__in=categories.values("first"))
    wanted |= Q(pk__in=pages.filter(category=None).values("pk")[:1])
    if not cache.get(BIG):
        wanted |= Q(pk__in=pages.values("pk")[: MAX_WHOLE + 1])
    if page is not None:
        same = pages.filter(category=page.category_id)
        at = page.position
        after = same.filter(position__gte=at).filter(Q(position__gt=at) | Q(pk__gt=page.pk))
        before = same.filter(position__lte=at).filter(Q(position__lt=at) | Q(pk__lt=page.pk))
        before = before.order_by("-position", "-pk")
        wanted |= Q(pk=page.pk) | Q(pk__in=after.values("pk")[:AROUND])
        wanted |= Q(pk__in=before.values("pk")[:AROUND])
        wanted |= Q(pk__in=pages.filter(about=page).values("pk")[:MAX_ABOUT])
    order = F("category__position").asc(nulls_last=True), "category__name", "position", "pk"
    return (
        Page.objects.filter(wanted)
        .select_related("category")
        .only(*FIELDS, "category__slug", "category__position")
        .order_by(*order)
    )


def _build_entry(row: Page, current: Page | None = None) -> Entry:
    is_current = current is not None and row.pk == current.pk
    return Entry(str(row), page_url(row.kind, row.slug), is_current)
