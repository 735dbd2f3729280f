"""Pages for what somebody may have meant: typos, parts of words, words run together or apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from services.search.backends.base import ALL, Among, Engine, Match
from services.search.query import PIECE, Query, Term, parse
from services.search.ranking import Naming, ordered
from services.search.tokens import SHORTEST_WORD, fold, numbers
from services.search.vocabulary import Vocabulary, vocabulary

# With so many pages no other way to look is tried.
ENOUGH = 20
# Words of English that most sentences have.
LITTLE = frozenset(
    "a an and are as at be by can do does for from has have how i in is it my not of on or that "
    "the this to was what when where which who why will with you your".split()
)


@dataclass(frozen=True, slots=True)
class Alike:
    """Pages that hold words like those asked for, the terms they were found by, and the query
    with the likeliest of them in the place of what no page holds; blank where there is none."""

    pages: list[int]
    terms: tuple[Term, ...]
    instead: str


def alike(
    index: Engine,
    query: Query,
    strict: tuple[tuple[Term, ...], ...],
    within: Among | None,
    scope: str,
    most: int,
) -> Alike:
    """Look again: for words like those, for words run together, and for some of the words."""
    known = vocabulary()
    groups = [_meant(known, term) for term in query.terms]
    joined = _joined(known, query)
    some = [term for group in groups if not _little(group) for term in group]
    attempts = [groups, *joined, *([[some]] if len(groups) > 1 and some else [])]
    pages: dict[int, None] = {}
    terms: list[Term] = []
    for attempt in attempts:
        if len(pages) >= ENOUGH or tuple(map(tuple, attempt)) == strict:
            continue
        match = Match(tuple(map(tuple, attempt)), query.without)
        found = index.matching(match, within, scope, most, ranked=True)
        meant = replace(query, terms=tuple(term for group in attempt for term in group))
        pages |= dict.fromkeys(ordered(meant, found, Naming()))
        terms += meant.terms
    return Alike(list(pages), tuple(dict.fromkeys(terms)), _instead(index, query, groups, joined))


def _little(group: list[Term]) -> bool:
    """Does a word say nothing by itself?"""
    return all(len(term.words) == 1 and fold(term.words[0]) in LITTLE for term in group)


def _meant(known: Vocabulary, term: Term) -> list[Term]:
    """A term, and those that it may stand for; empty where nothing is like it and none has it."""
    if term.cjk or term.exact:
        return [term]
    word = fold(term.words[0])
    forms = [term, *(Term((other,)) for other in numbers(word))]
    here = any(fold(form.words[0]) in known for form in forms)
    found = forms if here or term.prefix or len(word) < SHORTEST_WORD else []
    if not here:
        found += [Term((other,)) for other in known.alike(word)]
        if two := known.apart(word):
            found.append(Term(two))
    if len(word) >= SHORTEST_WORD:
        found.append(Term((word,), prefix=True))
    found += [Term((other,)) for other in known.holding(word)]
    return found or [term]


def _joined(known: Vocabulary, query: Query) -> list[list[list[Term]]]:
    """The query with two neighbouring words run together, wherever that is a word."""
    attempts = []
    terms = query.terms
    for at in range(len(terms) - 1):
        left, right = terms[at], terms[at + 1]
        if left.cjk or right.cjk or left.exact or right.exact:
            continue
        both = fold(left.words[0] + right.words[0])
        if both in known:
            rest = [[term] for term in terms]
            attempts.append([*rest[:at], [Term((both,))], *rest[at + 2 :]])
    return attempts


def _instead(
    index: Engine, query: Query, groups: list[list[Term]], joined: list[list[list[Term]]]
) -> str:
    """The query with other words, where those are on more pages than none."""
    text = query.text
    for term, group in zip(query.terms, groups, strict=True):
        others = [other for other in group if other != term]
        if term in group or not others:
            continue
        best = max(others[:4], key=lambda o: index.count(Match(((o,),)), None, ALL, 1_000))
        text = _replaced(text, term.words[0], " ".join(best.words))
    if text == query.text and joined:
        words = [" ".join(group[0].words) for group in joined[0]]
        text = " ".join(words) if query.plain == query.text else text
    return text if text != query.text else ""


def _replaced(text: str, word: str, other: str) -> str:
    """A query with one word in the place of another; what narrows it is none of its words."""
    whole = re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])")
    for piece in PIECE.finditer(text):
        found = whole.search(text, piece.start(), piece.end())
        if found and parse(piece[0]).terms:
            return text[: found.start()] + other + text[found.end() :]
    return text
