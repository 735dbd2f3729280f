"""Find pages with similar words: typos, parts of words, words joined or split."""

from __future__ import annotations

import re
from dataclasses import replace

from services.search.backends import search_engine
from services.search.backends.base import Groups, Match
from services.search.query import PIECE, Query, Term, parse
from services.search.ranking import sort_pages
from services.search.tokens import MIN_WORD_LENGTH, fold, other_numbers
from services.search.vocabulary import Vocabulary, load_vocabulary

# With this many pages, no further attempt is made.
ENOUGH = 20
# Words of English that most sentences have.
STOP_WORDS = frozenset(
    "a an and are as at be by can do does for from has have how i in is it my not of on or that "
    "the this to was what when where which who why will with you your".split()
)


def find_similar(query: Query, exact: Match, limit: int) -> tuple[list[int], list[Term], str]:
    """Search again, as `exact` found few pages: for similar words, joined words, some of the words.

    Return the pages, the terms by which they were found, and a suggested query: with unknown words
    replaced by the likeliest known ones, or blank.
    """
    known = load_vocabulary()
    groups = tuple(_list_similar(known, term) for term in query.terms)
    joined = _join_words(known, query)
    some = tuple(term for group in groups if not _is_stop_word(group) for term in group)
    attempts = [groups, *joined, *([(some,)] if len(groups) > 1 and some else [])]
    pages: dict[int, None] = {}
    terms: dict[Term, None] = {}
    for attempt in attempts:
        if len(pages) >= ENOUGH or attempt == exact.groups:
            continue
        found = search_engine().find_pages(replace(exact, groups=attempt), limit, ranked=True)
        similar = replace(query, terms=tuple(term for group in attempt for term in group))
        pages |= dict.fromkeys(sort_pages(similar, found))
        terms |= dict.fromkeys(similar.terms)
    return list(pages), list(terms), _suggest_query(query, groups, joined)


def _is_stop_word(group: tuple[Term, ...]) -> bool:
    return all(len(term.words) == 1 and fold(term.words[0]) in STOP_WORDS for term in group)


def _list_similar(known: Vocabulary, term: Term) -> tuple[Term, ...]:
    """Return the terms that may be meant by a term, without itself if no page has it."""
    if term.cjk or term.exact:
        return (term,)
    word = fold(term.words[0])
    forms = [term, *(Term((other,)) for other in other_numbers(word))]
    is_known = any(fold(form.words[0]) in known.words for form in forms)
    found = forms if is_known or term.prefix or len(word) < MIN_WORD_LENGTH else []
    if not is_known:
        found += [Term((other,)) for other in known.find_similar(word)]
        if parts := known.split_word(word):
            found.append(Term(parts))
    if len(word) >= MIN_WORD_LENGTH:
        found.append(Term((word,), prefix=True))
    found += [Term((other,)) for other in known.find_containing(word)]
    return tuple(found) or (term,)


def _join_words(known: Vocabulary, query: Query) -> list[Groups]:
    """Return the query with two neighbouring words joined, for each pair that makes a word."""
    attempts: list[Groups] = []
    rest = tuple((term,) for term in query.terms)
    for at in range(len(rest) - 1):
        pair = query.terms[at : at + 2]
        both = fold("".join(term.words[0] for term in pair))
        if both in known.words and not any(term.cjk or term.exact for term in pair):
            attempts.append((*rest[:at], (Term((both,)),), *rest[at + 2 :]))
    return attempts


def _suggest_query(query: Query, groups: Groups, joined: list[Groups]) -> str:
    """Return the query with unknown words replaced by those on the most pages; blank if none."""
    text = query.text
    for term, group in zip(query.terms, groups, strict=True):
        if term in group:
            continue
        count = search_engine().count_pages
        best = max(group[:4], key=lambda other: count(Match(((other,),)), 1_000))
        text = _replace_word(text, term.words[0], " ".join(best.words))
    if text == query.text == query.plain and joined:
        text = " ".join(" ".join(group[0].words) for group in joined[0])
    return text if text != query.text else ""


def _replace_word(text: str, word: str, other: str) -> str:
    """Return a query with one word replaced by another; filters are not changed."""
    whole = re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])")
    for piece in PIECE.finditer(text):
        found = whole.search(text, piece.start(), piece.end())
        if found and parse(piece[0]).terms:
            return text[: found.start()] + other + text[found.end() :]
    return text
