"""Pages for what somebody may have meant: typos, parts of words, words run together or apart."""

from __future__ import annotations

from dataclasses import dataclass

from services.search.engine import ALL, Among, Engine, Match
from services.search.query import Query, Term
from services.search.vocabulary import Vocabulary, vocabulary
from services.search.words import SHORTEST_WORD, fold


@dataclass(frozen=True, slots=True)
class Alike:
    """Pages that hold words like those asked for, the terms they were found by, and the query
    with the likeliest of them in the place of what no page holds; blank where there is none."""

    pages: list[int]
    terms: tuple[Term, ...]
    instead: str


def alike(index: Engine, query: Query, within: Among | None, most: int) -> Alike:
    """Look again with each word replaced by those it may stand for."""
    known = vocabulary()
    groups = [_meant(known, term) for term in query.terms]
    joined = _joined(known, query)
    pages: list[int] = []
    terms: list[Term] = []
    for attempt in (groups, *joined):
        if all(attempt) and attempt != [[term] for term in query.terms]:
            match = Match(tuple(map(tuple, attempt)), query.without, title_only=query.in_title)
            found = index.matching(match, within, ALL, most, ranked=True)
            pages += [pk for pk in found if pk not in pages]
            terms += [term for group in attempt for term in group]
    return Alike(pages, tuple(dict.fromkeys(terms)), _instead(index, query, groups, joined))


def _meant(known: Vocabulary, term: Term) -> list[Term]:
    """A term, and those that it may stand for; empty where nothing is like it and none has it."""
    if term.cjk or len(term.words) > 1:
        return [term]
    word = fold(term.words[0])
    here = word in known
    found = [term] if here or term.prefix or len(word) < SHORTEST_WORD else []
    if not here:
        found += [Term((other,)) for other in known.alike(word)]
        if two := known.apart(word):
            found.append(Term(two))
    found += [Term((other,)) for other in known.holding(word)]
    return found or [term]


def _joined(known: Vocabulary, query: Query) -> list[list[list[Term]]]:
    """The query with two neighbouring words run together, wherever that is a word."""
    attempts = []
    terms = query.terms
    for at in range(len(terms) - 1):
        left, right = terms[at], terms[at + 1]
        if left.cjk or right.cjk or len(left.words) > 1 or len(right.words) > 1:
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
        text = text.replace(term.words[0], " ".join(best.words), 1)
    if text == query.text and joined:
        words = [" ".join(group[0].words) for group in joined[0]]
        text = " ".join(words) if query.plain == query.text else text
    return text if text != query.text else ""
