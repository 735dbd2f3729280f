"""Finding pages: the one way into search.

First pages that are called what was typed, then those whose name begins so, then the rest by a
weighted bm25 over names, headings, questions and text. Where that is little, pages follow that
hold words like those asked for.
"""

from __future__ import annotations

from services.search.backends import search_engine
from services.search.backends.base import ALL, MARKS, NAMES, Among, Engine, Match, Scored
from services.search.filters import among, newest
from services.search.fuzzy import alike
from services.search.hits import MOST_PLACES, hits_of
from services.search.query import Query, Term, parse
from services.search.ranking import named, ordered
from services.search.results import Results
from services.search.tokens import numbers

# No more than so many can be turned to: whoever wants others narrows what is asked.
MOST = 500
# bm25 reads every match that it ranks, and says nothing of a word that most pages hold. Beyond so
# many matches, names and headings are ranked alone, and the rest is the newest first.
MOST_RANKED = 3_000
# Where no more than so many pages have the words, others with words like them are welcome.
FEW = 5
# And so many of those, at most.
MOST_ALIKE = 20


def search_pages(text: str, *, start: int = 0, count: int = 20, typing: bool = False) -> Results:
    """Return the pages that match a query, the best first, `count` of them from `start` on.

    `typing` finds words that the last one begins, and of each page the best place alone. Whoever
    calls this has made sure that the person may read pages.
    """
    query = parse(text, typing=typing)
    if not query:
        return Results(query)
    index, within = search_engine(), among(query)
    if not query.terms:
        ids, total = newest(index, query, within, MOST)
        return Results(query, hits_of(query, ids[start : start + count]), len(ids), total)
    groups = tuple(in_any_number(term) for term in query.terms)
    scope = NAMES if query.in_title else ALL
    ids, total = _strict(index, query, groups, within, scope)
    likely: list[int] = []
    instead, others = "", tuple[Term, ...]()
    if total <= FEW:
        found = alike(index, query, groups, within, scope, MOST)
        instead = found.instead
        likely = [pk for pk in found.pages if pk not in ids][:MOST_ALIKE]
        others = found.terms
    page = [*ids, *likely][start : start + count]
    hits = hits_of(
        query,
        page,
        terms=[term for group in groups for term in group],
        alike=others,
        forgiving=frozenset(likely),
        places=1 if typing else MOST_PLACES,
    )
    every = len(ids) + len(likely)
    return Results(query, hits, every, total + len(likely), len(likely), instead)


def in_any_number(term: Term) -> tuple[Term, ...]:
    """A term and its word's singular or plural; of what was quoted or is being typed, it alone."""
    if term.exact or term.prefix or term.cjk:
        return (term,)
    return (term, *(Term((other,)) for other in numbers(term.words[0])))


def _strict(
    index: Engine,
    query: Query,
    groups: tuple[tuple[Term, ...], ...],
    within: Among | None,
    scope: str,
) -> tuple[list[int], int]:
    """The pages that hold what is asked, in order, and how many there are."""
    match = Match(groups, query.without)
    total = index.count(match, within, scope, MOST_RANKED + 1)
    together: list[Scored] = []
    if total > MOST_RANKED:
        rest = _common(index, match, within, scope)
    else:
        rest = index.matching(match, within, scope, MOST, ranked=True)
        words = tuple(word for term in query.terms for word in term.words)
        if len(words) > 1 and rest and not any(term.cjk for term in query.terms):
            phrase = Match(((Term(words, prefix=query.terms[-1].prefix),),))
            together = index.matching(phrase, within, MARKS, MOST, ranked=False)
    ids = ordered(query, rest, named(query, within), {pk for pk, _ in together})
    return ids[:MOST], max(total, min(len(ids), MOST))


def _common(index: Engine, match: Match, within: Among | None, widest: str) -> list[Scored]:
    """For words that very many pages hold: by name, by heading, and then the newest."""
    found: dict[int, float] = {}
    for scope in (NAMES, MARKS, ALL):
        few = index.count(match, within, scope, MOST_RANKED + 1) <= MOST_RANKED
        for pk, _ in index.matching(match, within, scope, MOST, ranked=few):
            found.setdefault(pk, 1 / (1 + len(found)))
        if len(found) >= MOST or scope == widest:
            break
    return list(found.items())[:MOST]
