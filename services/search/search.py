"""Search pages by words and filters.

Pages with a name that is the query come first, then those with a name that begins with it, then the
rest by a weighted bm25 of names, headings, questions and text. If these are few, pages with similar
words follow.
"""

from __future__ import annotations

from dataclasses import replace

from services.search.backends import search_engine
from services.search.backends.base import ALL, MARKS, NAMES, Match, Scored
from services.search.filters import build_subquery, find_newest
from services.search.fuzzy import find_similar
from services.search.hits import MAX_PLACES, read_hits
from services.search.query import Query, Term, parse
from services.search.ranking import find_named, sort_pages
from services.search.results import Results
from services.search.tokens import other_numbers

# How many pages a user can page through; filters find the others.
MAX_PAGES = 500
# bm25 reads all matches that it ranks, and says nothing about a word that most pages hold. With
# more matches than this, only names and headings are ranked, and the rest is the newest first.
MAX_RANKED = 3_000
# With no more pages than this, pages with similar words are added, up to a limit.
FEW = 5
MAX_SIMILAR = 20


def search_pages(text: str, *, start: int = 0, count: int = 20, typing: bool = False) -> Results:
    """Return the pages that match a query, the best first, `count` of them from `start` on.

    With `typing`, the last word may be the beginning of one, and each page has its best place only.
    The caller checks that the user may read pages.
    """
    query = parse(text, typing=typing)
    if not query:
        return Results(query)
    pages = build_subquery(query)
    if not query.terms:
        ids, total = find_newest(query, pages, MAX_PAGES)
        return Results(query, read_hits(query, ids[start : start + count]), len(ids), total)
    scope = NAMES if query.get_values("in") else ALL
    match = Match(tuple(map(add_numbers, query.terms)), query.without, scope, pages)
    ids, total = _find_exact(query, match)
    similar, similar_terms, instead = (
        find_similar(query, match, MAX_PAGES) if total <= FEW else ([], [], "")
    )
    others = [pk for pk in similar if pk not in ids][:MAX_SIMILAR]
    hits = read_hits(
        query,
        [*ids, *others][start : start + count],
        terms=[term for group in match.groups for term in group],
        similar_terms=similar_terms,
        similar_pages=frozenset(others),
        max_places=1 if typing else MAX_PLACES,
    )
    found = len(ids) + len(others)
    return Results(query, hits, found, total + len(others), len(others), instead)


def add_numbers(term: Term) -> tuple[Term, ...]:
    """Return a term and its singular or plural; only itself if it was quoted or is being typed."""
    if term.exact or term.prefix or term.cjk:
        return (term,)
    return (term, *(Term((other,)) for other in other_numbers(term.words[0])))


def _find_exact(query: Query, match: Match) -> tuple[list[int], int]:
    """Return the pages that hold all words, in order, and how many there are."""
    engine = search_engine()
    total = engine.count_pages(match, MAX_RANKED + 1)
    adjacent: set[int] = set()
    if total > MAX_RANKED:
        found = _find_common(match)
    else:
        found = engine.find_pages(match, MAX_PAGES, ranked=True)
        words = tuple(word for term in query.terms for word in term.words)
        if len(words) > 1 and found and not any(term.cjk for term in query.terms):
            phrase = ((Term(words, prefix=query.terms[-1].prefix),),)
            marked = Match(phrase, scope=MARKS, pages=match.pages)
            adjacent = {pk for pk, _ in engine.find_pages(marked, MAX_PAGES, ranked=False)}
    ids = sort_pages(query, found, find_named(query, match.pages), adjacent)
    return ids[:MAX_PAGES], max(total, min(len(ids), MAX_PAGES))


def _find_common(match: Match) -> list[Scored]:
    """Return pages for words that very many hold: by name, by heading, then the newest."""
    found: dict[int, float] = {}
    for scope in (NAMES, MARKS, ALL):
        part = replace(match, scope=scope)
        ranked = search_engine().count_pages(part, MAX_RANKED + 1) <= MAX_RANKED
        for pk, _ in search_engine().find_pages(part, MAX_PAGES, ranked=ranked):
            found.setdefault(pk, 1 / (1 + len(found)))
        if len(found) >= MAX_PAGES or scope == match.scope:
            break
    return list(found.items())[:MAX_PAGES]
