"""The tree of categories and pages, read in one query of bounded size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from django.core.cache import cache
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from services.models import Category, Page
from services.models.urls import page_url

# The whole tree is shown up to this many pages; beyond, only what stands around the page.
WHOLE = 300
AROUND = 20
ABOUT = 50
# Whether there are more than that is remembered for a minute, so as not to read them to see.
BIG = "navigation.big"
FIELDS = ("kind", "title", "abbreviation", "slug", "position", "about", "category__name")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the tree."""

    title: str
    address: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """A category with its pages, or the topics."""

    name: str
    address: str
    accent: str
    entries: Sequence[Entry]
    current: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree next to a page, and the pages before, after and about it."""

    shelves: list[Shelf] = field(default_factory=list)
    previous: Entry | None = None
    next: Entry | None = None
    also_about: list[Entry] = field(default_factory=list)


def tree(page: Page | None = None, category: Category | None = None) -> Tree:
    """Read the tree around a page, around a category, or around neither."""
    rows = list(_rows(page))
    whole = not cache.get(BIG) and len(rows) <= WHOLE
    if not whole:
        cache.set(BIG, True, 60)
    here = page.category_id if page else category.pk if category else -1
    shelves, before, after = [], None, None
    for category_id, group in groupby(rows, key=lambda row: row.category_id):
        pages, current = list(group), category_id == here
        at = next((i for i, row in enumerate(pages) if page and row.pk == page.pk), None)
        if at is not None:
            before = _entry(pages[at - 1]) if at else None
            after = _entry(pages[at + 1]) if at + 1 < len(pages) else None
        shown = pages if whole else _near(pages, at) if current else []
        shelves.append(_shelf(pages[0], shown, page, current=current, complete=whole))
    about = [row for row in rows if page and row.about_id == page.pk]
    return Tree(shelves, before, after, [_entry(row) for row in about])


def _rows(page: Page | None) -> QuerySet[Page]:
    """Return the pages that the tree may need, by indexed queries."""
    pages = Page.objects.order_by("position", "pk")
    first = pages.filter(category=OuterRef("pk")).values("pk")[:1]
    categories = Category.objects.order_by().annotate(first=Subquery(first))
    wanted = Q(pk__in=categories.values("first"))
    wanted |= Q(pk__in=pages.filter(category=None).values("pk")[:1])
    if not cache.get(BIG):
        wanted |= Q(pk__in=pages.values("pk")[: WHOLE + 1])
    if page is not None:
        same = pages.filter(category=page.category_id)
        at = page.position
        after = same.filter(position__gte=at).filter(Q(position__gt=at) | Q(pk__gt=page.pk))
        before = same.filter(position__lte=at).filter(Q(position__lt=at) | Q(pk__lt=page.pk))
        before = before.order_by("-position", "-pk")
        wanted |= Q(pk=page.pk) | Q(pk__in=after.values("pk")[:AROUND])
        wanted |= Q(pk__in=before.values("pk")[:AROUND])
        wanted |= Q(pk__in=pages.filter(about=page).values("pk")[:ABOUT])
    order = F("category__position").asc(nulls_last=True), "category__name", "position", "pk"
    return (
        Page.objects.filter(wanted)
        .select_related("category")
        .only(*FIELDS, "category__slug", "category__position")
        .order_by(*order)
    )


def _near(pages: Sequence[Page], at: int | None) -> Sequence[Page]:
    """Return the pages on either side of one, without those that were read for other reasons."""
    return pages[: 2 * AROUND] if at is None else pages[max(0, at - AROUND) : at + AROUND + 1]


def _entry(row: Page, current: Page | None = None) -> Entry:
    here = current is not None and row.pk == current.pk
    return Entry(str(row), page_url(row.kind, row.slug), here)


def _shelf(
    first: Page, shown: Sequence[Page], page: Page | None, *, current: bool, complete: bool
) -> Shelf:
    entries = [_entry(row, page) for row in shown]
    if first.category is None:
        return Shelf("Topics", reverse("topics"), "topics", entries, current, complete)
    name, accent = first.category.name, first.category.accent
    at = page_url("category", first.category.slug)
    return Shelf(name, at, accent, entries, current, complete)
