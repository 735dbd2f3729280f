"""The pages that a link may be meant to lead to, while its name is being typed."""

from __future__ import annotations

from django.db import connection

from services.catalog import key
from services.models import Page, PageName
from services.names import KEY_LENGTH, link_key

MOST = 10
# A page answers to several names: so many rows hold enough pages.
ROWS = 60
# What would end a link or its target (Obsidian, "Internal links").
NOT_IN_LINKS = set("[]|#^\n")
LAST = "\U0010ffff"
FACTS = ("page_id", "page__title", "page__category__name")
Found = dict[int, tuple[str, str]]


def suggestions(words: str) -> list[tuple[str, str]]:
    """Titles of pages with their categories (blank for topics), the best first; two queries.

    First pages with a name that begins with the words, then those with a name that has them
    inside; without words, those that changed last.
    """
    # PostgreSQL can compare with no NUL, and no name has one.
    wanted = key(words.replace("\0", ""))[:KEY_LENGTH]
    found: Found = {}
    if not wanted:
        recent = Page.objects.recent().values_list("pk", "title", "category__name")
        _add(found, recent[:ROWS])
        return list(found.values())
    names = PageName.objects.filter(page__trashed_at=None).values_list(*FACTS, "key")
    beginning = names.filter(key__startswith=wanted, key__gte=wanted)
    if connection.vendor == "sqlite":
        # LIKE uses no index there; elsewhere names may be sorted in ways that know no last one.
        beginning = beginning.filter(key__lt=wanted + LAST)
    _add(found, [row[:3] for row in beginning.order_by("key", "rank")[:ROWS]])
    if len(found) < MOST:
        inside = list(names.filter(key__contains=wanted).order_by("rank", "key")[: ROWS * 2])
        inside.sort(key=lambda row: f" {wanted}" not in f" {row[3]}")
        _add(found, [row[:3] for row in inside])
    return list(found.values())


def _add(found: Found, rows: object) -> None:
    for pk, title, category in rows:  # type: ignore[attr-defined]
        if len(found) < MOST and leads_there(title):
            found.setdefault(pk, (title, category or ""))


def leads_there(title: str) -> bool:
    """Can a link have this title as its target, and would it be found by it?"""
    return NOT_IN_LINKS.isdisjoint(title) and link_key(title) == key(title)[:KEY_LENGTH]
