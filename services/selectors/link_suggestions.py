"""Suggest pages for a link while its name is typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from services.aws.catalog import name_key
from services.models import Page, PageName
from services.pages.names import KEY_LENGTH, link_key, look_up

MOST = 10
# A page answers to several names: so many rows hold enough pages.
ROWS = 60
# What would end a link or its target (Obsidian, "Internal links").
NOT_IN_LINKS = set("[]|#^\n")
LAST = "\U0010ffff"
FACTS = ("title", "category__name", "abbreviation", "aliases")
# The title, the category, and what a link to it says, by the page.
Found = dict[int, tuple[str, str, str]]


def suggestions(words: str) -> list[tuple[str, str, str]]:
    """Return pages, best first: title, category (blank for topics), and name for links.

    Those are their titles, or where no link can hold a title another name that leads there; a page
    without any is not offered. Two queries, and one more where other names are looked up.

    First pages with a name that begins with the words, then those with a name that has them
    inside; without words, those that changed last.
    """
    # PostgreSQL can compare with no NUL, and no name has one.
    wanted = name_key(words.replace("\0", ""))[:KEY_LENGTH]
    found: Found = {}
    if not wanted:
        recent = Page.objects.recent().values_list("pk", *FACTS)
        _add(found, recent[:ROWS])
        return list(found.values())
    names = PageName.objects.filter(page__trashed_at=None).values_list(
        "page_id", *(f"page__{name}" for name in FACTS), "key"
    )
    beginning = names.filter(key__startswith=wanted, key__gte=wanted)
    if connection.vendor == "sqlite":
        # LIKE uses no index there; elsewhere names may be sorted in ways that know no last one.
        beginning = beginning.filter(key__lt=wanted + LAST)
    _add(found, [row[:5] for row in beginning.order_by("key", "rank")[:ROWS]])
    if len(found) < MOST:
        inside = list(names.filter(key__contains=wanted).order_by("rank", "key")[: ROWS * 2])
        inside.sort(key=lambda row: f" {wanted}" not in f" {row[5]}")
        _add(found, [row[:5] for row in inside])
    return list(found.values())


def _add(found: Found, rows: Iterable[tuple[Any, ...]]) -> None:
    pages = {pk: rest for pk, *rest in rows if pk not in found}
    links = _other_names(pages)
    for pk, (title, category, *_) in pages.items():
        link = title if leads_there(title) else links.get(pk)
        if link and len(found) < MOST:
            found[pk] = (title, category or "", link)


def _other_names(pages: Mapping[int, Sequence[Any]]) -> dict[int, str]:
    """Return names for links to pages whose titles cannot be used, the abbreviation first."""
    wanted = {
        pk: [str(name) for name in (short, *aliases) if leads_there(str(name))]
        for pk, (title, _, short, aliases) in pages.items()
        if not leads_there(title)
    }
    known = look_up({link_key(name) for names in wanted.values() for name in names})
    links = {}
    for pk, names in wanted.items():
        there = {name: known.get(link_key(name)) for name in names}
        own = (name for name, named in there.items() if named and named.page_id == pk)
        links[pk] = next(own, "")
    return links


def leads_there(title: str) -> bool:
    """Tell whether a link can have this name as its target and would find the page by it."""
    normal = link_key(title)
    return (
        bool(normal) and NOT_IN_LINKS.isdisjoint(title) and normal == name_key(title)[:KEY_LENGTH]
    )
