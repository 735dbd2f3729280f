"""Pages by what they are called: exactly so, or beginning so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from services import catalog
from services.models import Page, PageName
from services.search.engine import Among
from services.search.query import Query
from services.search.words import squashed

MOST_NAMED = 60
# Behind every name that begins with what stands before it.
LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Naming:
    """`exact` and `prefixed` pages by name, each in order; `asked` is the name without spaces."""

    exact: Sequence[int]
    prefixed: Sequence[int]
    asked: str

    def order(self, ranked: Sequence[int]) -> list[int]:
        """All pages, those with the very name first, then those whose name begins with it.

        Of the best by rank the names are looked at, too: they may differ by accents or by how
        their words are run together.
        """
        top = list(ranked[:MOST_NAMED])
        rows = Page.objects.filter(pk__in=top).values_list("pk", "title", "abbreviation", "aliases")
        spelt = {pk: [squashed(str(n)) for n in (title, short, *aliases)] for pk, title, short, aliases in rows}
        exact = [pk for pk in top if self.asked in spelt.get(pk, ())]
        begins = [pk for pk in top if spelt.get(pk) and spelt[pk][0].startswith(self.asked)]
        return list(dict.fromkeys([*self.exact, *exact, *begins, *self.prefixed, *ranked]))


def first_by_name(query: Query, within: Among | None) -> Naming:
    """The pages that a query names: of equals services first, and those it names by their title."""
    name = catalog.key(query.plain)
    asked = squashed(name)
    if not asked or query.without or query.in_title or len(name) > 200:
        return Naming((), (), asked or "\0")
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
    ranks = (PageName.Rank.TITLE, PageName.Rank.ABBREVIATION, PageName.Rank.ALIAS)
    begins = [(kind != Page.Kind.SERVICE, len(key), pk) for pk, key, rank, kind in rows if rank in ranks]
    return Naming(
        [pk for *_, pk in sorted(exact)], [pk for *_, pk in sorted(begins)][:MOST_NAMED], asked
    )
