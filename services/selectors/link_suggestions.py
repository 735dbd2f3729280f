"""Suggest pages while the user types the name of a link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from services.aws.catalog import name_key
from services.models import Page, PageName
from services.pages.names import KEY_LENGTH, link_key, look_up

MAX_SUGGESTIONS = 10
# A page has several names: this many rows are of enough pages.
MAX_ROWS = 60
# Characters that would end a link or its target (Obsidian, "Internal links").
NOT_IN_LINKS = set("[]|#^\n")
LAST = "\U0010ffff"
FACTS = ("title", "category__name", "abbreviation", "aliases")
# Title, category and name for links, by page.
Found = dict[int, tuple[str, str, str]]


def suggest_pages(words: str) -> list[tuple[str, str, str]]:
    """Return pages, best first: title, category (blank for topics), and name for links.

    First pages with a name that begins with the words, then those with a name that contains them;
    without words, those that changed last. The name for links is the title or, if a link cannot
    hold it, another name; a page without such a name is left out. This takes two queries, and one
    more if other names are looked up.
    """
    # PostgreSQL rejects NUL, and no name has it.
    wanted = name_key(words.replace("\0", ""))[:KEY_LENGTH]
    found: Found = {}
    if not wanted:
        _add_pages(found, Page.objects.recent().values_list("pk", *FACTS)[:MAX_ROWS])
        return list(found.values())
    names = PageName.objects.filter(page__trashed_at=None).values_list(
        "page_id", *(f"page__{name}" for name in FACTS), "key"
    )
    beginning = names.filter(key__startswith=wanted, key__gte=wanted)
    if connection.vendor == "sqlite":
        # LIKE uses no index there; on PostgreSQL the collation may have no last character.
        beginning = beginning.filter(key__lt=wanted + LAST)
    _add_pages(found, [row[:5] for row in beginning.order_by("key", "rank")[:MAX_ROWS]])
    if len(found) < MAX_SUGGESTIONS:
        inside = list(names.filter(key__contains=wanted).order_by("rank", "key")[: MAX_ROWS * 2])
        inside.sort(key=lambda row: f" {wanted}" not in f" {row[5]}")
        _add_pages(found, [row[:5] for row in inside])
    return list(found.values())


def _add_pages(found: Found, rows: Iterable[tuple[Any, ...]]) -> None:
    pages = {pk: rest for pk, *rest in rows if pk not in found}
    links = _find_other_names(pages)
    for pk, (title, category, *_) in pages.items():
        link = title if can_link(title) else links.get(pk)
        if link and len(found) < MAX_SUGGESTIONS:
            found[pk] = (title, category or "", link)


def _find_other_names(pages: Mapping[int, Sequence[Any]]) -> dict[int, str]:
    """Return names for links to pages whose titles links cannot hold, the abbreviation first."""
    wanted = {
        pk: [str(name) for name in (short, *aliases) if can_link(str(name))]
        for pk, (title, _, short, aliases) in pages.items()
        if not can_link(title)
    }
    known = look_up({link_key(name) for names in wanted.values() for name in names})
    owners = {key: named.page_id for key, named in known.items()}
    return {
        pk: next((name for name in names if owners.get(link_key(name)) == pk), "")
        for pk, names in wanted.items()
    }


def can_link(title: str) -> bool:
    """Return whether a link can have this name as its target and finds a page by it."""
    key = link_key(title)
    is_whole = key == name_key(title)[:KEY_LENGTH]
    return bool(key) and is_whole and NOT_IN_LINKS.isdisjoint(title)
