"""Finding pages: the one way into search.

First pages that are called what was typed, then those whose name begins so, then the rest by a
weighted bm25 over names, headings, questions and text. Where that is little, pages follow that
hold words like those asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.models import Page
from services.search.engine import ALL, MARKS, NAMES, Among, Engine, Match, engine
from services.search.hits import hits_of
from services.search.likeness import alike
from services.search.names import Naming, first_by_name
from services.search.narrowing import among, newest
from services.search.query import Query, parse
from services.search.results import Results

# No more than so many can be turned to: whoever wants others narrows what is asked.
MOST = 500
# bm25 reads every match that it ranks, and says nothing of a word that most pages hold. Beyond so
# many matches, names and headings are ranked alone, and the rest is the newest first.
MOST_RANKED = 3_000
# Where no more than so many pages have the words, others with words like them are welcome.
FEW = 5


def find(text: str, *, start: int = 0, count: int = 20, typing: bool = False) -> Results:
    """The pages that answer a query, the best first, `count` of them from `start` on.

    `typing` finds words that the last one begins. Whoever calls this has made sure that the
    person may read pages.
    """
    query = parse(text, typing=typing)
    if not query:
        return Results(query)
    index, within = engine(), among(query)
    if not query.terms:
        ids, total = newest(index, query, within, MOST)
        return Results(query, hits_of(query, ids[start : start + count]), len(ids), total)
    match = Match(
        tuple((term,) for term in query.terms), query.without, title_only=query.in_title
    )
    ids, total = _strict(index, match, within, query, start + count)
    likely, instead = [], ""
    if total <= FEW:
        found = alike(index, query, within, MOST)
        instead = found.instead
        likely = [pk for pk in found.pages if pk not in ids]
    page = [*ids, *likely][start : start + count]
    hits = hits_of(query, page, forgiving=frozenset(likely), more=found.terms if likely else ())
    return Results(query, hits, min(len(ids), MOST) + len(likely), total + len(likely), instead)


def _strict(
    index: Engine, match: Match, within: Among | None, query: Query, wanted: int
) -> tuple[list[int], int]:
    """The pages that hold what is asked, in order, and how many there are."""
    named = first_by_name(query, within)
    total = index.count(match, within, ALL, 1_000_000)
    if total <= MOST_RANKED:
        rest = index.matching(match, within, ALL, MOST, ranked=True)
    else:
        rest = _common(index, match, within)
    ordered = named.order(rest)[:MOST]
    return ordered, max(total, len(ordered))


def _common(index: Engine, match: Match, within: Among | None) -> list[int]:
    """For words that very many pages hold: by name, by heading, and then the newest."""
    found: dict[int, None] = {}
    for scope in (NAMES, MARKS):
        few = index.count(match, within, scope, MOST_RANKED + 1) <= MOST_RANKED
        found |= dict.fromkeys(index.matching(match, within, scope, MOST, ranked=few))
        if len(found) >= MOST:
            break
    if len(found) < MOST:
        found |= dict.fromkeys(index.matching(match, within, ALL, MOST, ranked=False))
    return list(found)[:MOST]
