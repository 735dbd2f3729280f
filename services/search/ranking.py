"""The order of pages that were found: what the index says of them, and what their names say."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from services.aws import catalog
from services.models import Page, PageName
from services.search.backends.base import Among, Scored
from services.search.query import Query
from services.search.tokens import fold, numbers, script_of, squashed, tokens

# So many of the best by rank are looked at by name.
MOST_NAMED = 60
# Behind every name that begins with what stands before it.
LAST = "\U0010ffff"
# What a page's rank is multiplied with: where it is written in another script than the query; where
# the query's words stand side by side in its title, names or headings; and, added to 1, where they
# are the whole of its title.
OTHER_SCRIPT, SIDE_BY_SIDE, WHOLE_TITLE = 0.6, 2.0, 1.0
SCRIPT = re.compile(r'\{"script":"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Naming:
    """Pages by what they are called: `exact`, and beginning with what was typed, each in order."""

    exact: Sequence[int] = ()
    begins: Sequence[int] = ()


def named(query: Query, within: Among | None) -> Naming:
    """The pages that a query names: of equals services first, and those it names by their title."""
    name = catalog.name_key(query.plain)
    if not name or query.without or query.in_title or len(name) > 200:
        return Naming()
    condition, values = (f" AND n.page_id IN ({within[0]})", within[1]) if within else ("", ())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.page_id, n.key, n.rank, p.kind FROM services_pagename n "  # noqa: S608
            "JOIN services_page p ON p.id = n.page_id AND p.trashed_at IS NULL "
            f"WHERE n.key >= %s AND n.key < %s{condition} ORDER BY n.key LIMIT 200",
            [name, name + LAST, *values],
        )
        rows = cursor.fetchall()
    exact = [(rank, kind != Page.Kind.SERVICE, pk) for pk, key, rank, kind in rows if key == name]
    # The closest to what was typed is the shortest.
    begins = [
        (len(key), kind != Page.Kind.SERVICE, pk)
        for pk, key, rank, kind in rows
        if rank < PageName.Rank.FILE
    ]
    return Naming(
        [pk for *_, pk in sorted(exact)],
        list(dict.fromkeys(pk for *_, pk in sorted(begins)))[:MOST_NAMED],
    )


def ordered(
    query: Query, scored: Sequence[Scored], naming: Naming, together: Collection[int] = ()
) -> list[int]:
    """Pages in the order in which a person wants them.

    `together` are those in whose headings the query's words stand side by side. Names are compared
    without case, accents and spaces.
    """
    asked = squashed(query.plain)
    script = script_of(query.plain)
    words = {form for term in query.terms for word in term.words for form in _forms(word)}
    rows = _names(list(dict.fromkeys([*(pk for pk, _ in scored[:MOST_NAMED]), *naming.begins])))
    exact, begins, merit = [], [], {}
    for pk, title, short, aliases, outline in rows:
        # Most have no aliases, and then there is nothing to read.
        others = json.loads(aliases) if isinstance(aliases, str) and aliases != "[]" else aliases
        spelt = [squashed(str(name)) for name in (title, short, *others) if name]
        if asked in spelt:
            exact.append(pk)
        elif spelt[0].startswith(asked):
            begins.append((len(spelt[0]), pk))
        own = tokens(title)
        factor = 1 + WHOLE_TITLE * sum(word in words for word in own) / max(len(own), 1)
        found = SCRIPT.match(outline)
        if script and found and found[1] not in (script, ""):
            factor *= OTHER_SCRIPT
        merit[pk] = factor * (SIDE_BY_SIDE if pk in together else 1)
    best = sorted(
        ((score * merit.get(pk, 1), -at, pk) for at, (pk, score) in enumerate(scored)), reverse=True
    )
    first = [*naming.exact, *exact] if asked else []
    then = [*(pk for _, pk in sorted(begins)), *naming.begins] if asked else []
    return list(dict.fromkeys([*first, *then, *(pk for *_, pk in best)]))


def _names(pages: Sequence[int]) -> list[tuple[Any, ...]]:
    """What pages are called, and the beginning of their outlines, which names their script."""
    if not pages:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, title, abbreviation, aliases, substr(outline, 1, 40) FROM services_page "  # noqa: S608
            f"WHERE id IN ({', '.join(['%s'] * len(pages))})",
            list(pages),
        )
        return list(cursor.fetchall())


def _forms(word: str) -> set[str]:
    return {fold(word), *map(fold, numbers(word))}
