"""Sort the pages that were found, by the score of the index and by their names."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence

from django.db import connection

from services.aws import catalog
from services.models import Page, PageName
from services.search.backends.base import Scored, Subquery, select_rows
from services.search.query import Query
from services.search.tokens import find_script, fold, other_numbers, split_words, squash

# How many of the best pages are compared by name.
MAX_NAMED = 60
# Sorts after every continuation of the text before it.
LAST = "\U0010ffff"
# Factors of a page's score: if it is in another script than the query; if the query's words are
# side by side in its title, names or headings; and, added to 1, if they are its whole title.
OTHER_SCRIPT, ADJACENT, WHOLE_TITLE = 0.6, 2.0, 1.0
SCRIPT = re.compile(r'\{"script":"([^"]*)"')
# Pages with a name that is the query, and pages with a name that begins with it, each in order.
Named = tuple[Sequence[int], Sequence[int]]


def find_named(query: Query, subquery: Subquery | None) -> Named:
    """Return the pages that a query names, by rank of the name, services before topics."""
    name = catalog.name_key(query.plain)
    if not name or query.without or query.get_values("in") or len(name) > 200:
        return (), ()
    sql, values = subquery or ("", ())
    condition = f" AND n.page_id IN ({sql})" if sql else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.page_id, n.key, n.rank, p.kind FROM services_pagename n "  # noqa: S608
            "JOIN services_page p ON p.id = n.page_id AND p.trashed_at IS NULL "
            f"WHERE n.key >= %s AND n.key < %s{condition} ORDER BY n.key LIMIT 200",
            [name, name + LAST, *values],
        )
        rows = cursor.fetchall()
    exact = [(rank, kind != Page.Kind.SERVICE, pk) for pk, key, rank, kind in rows if key == name]
    # The shortest name is the closest to the query.
    begins = [
        (len(key), kind != Page.Kind.SERVICE, pk)
        for pk, key, rank, kind in rows
        if rank < PageName.Rank.FILE
    ]
    unique = dict.fromkeys(pk for *_, pk in sorted(begins))
    return [pk for *_, pk in sorted(exact)], list(unique)[:MAX_NAMED]


def sort_pages(
    query: Query,
    scored: Sequence[Scored],
    named: Named = ((), ()),
    adjacent: Collection[int] = (),
) -> list[int]:
    """Return pages in the order in which they are shown: by name first, then by score.

    `adjacent` are those in whose names or headings the query's words are side by side. Names are
    compared without case, accents and spaces.
    """
    wanted = squash(query.plain)
    script = find_script(query.plain)
    typed = [word for term in query.terms for word in term.words]
    words = {fold(form) for word in typed for form in (word, *other_numbers(word))}
    # The first characters of an outline contain the script.
    rows = select_rows(
        "SELECT id, title, abbreviation, aliases, substr(outline, 1, 40) FROM services_page "
        "WHERE id IN",
        list(dict.fromkeys([*(pk for pk, _ in scored[:MAX_NAMED]), *named[1]])),
    )
    exact, begins, factors = [], [], {}
    for pk, title, short, aliases, outline in rows:
        # Most pages have no aliases, and need no parsing.
        others = json.loads(aliases) if isinstance(aliases, str) and aliases != "[]" else aliases
        names = [squash(str(name)) for name in (title, short, *others) if name]
        if wanted in names:
            exact.append(pk)
        elif names[0].startswith(wanted):
            begins.append((len(names[0]), pk))
        own = split_words(title)
        factor = 1 + WHOLE_TITLE * sum(word in words for word in own) / max(len(own), 1)
        found = SCRIPT.match(outline)
        if script and found and found[1] not in (script, ""):
            factor *= OTHER_SCRIPT
        factors[pk] = factor * (ADJACENT if pk in adjacent else 1)
    # The sort is stable: of equal scores the first one stays first.
    best = sorted(scored, key=lambda one: one[1] * factors.get(one[0], 1), reverse=True)
    by_name = [*named[0], *exact, *(pk for _, pk in sorted(begins)), *named[1]] if wanted else []
    return list(dict.fromkeys([*by_name, *(pk for pk, _ in best)]))
