"""What narrows a search: taken out of the text of a query, and put into it.

A query is one text, which its address and the box show as well. Filters are pieces of that text,
as `services.search.query` reads them; words are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.search.query import LONGEST_QUERY, PIECE, Query, parse

# What a form can narrow by, in the order in which it is put into a text.
KINDS = ("category", "tag", "is", "has", "in", "changed", "without")
# The field for words that stand side by side; they are words of the query from then on.
PHRASE = "phrase"
# A name that is longer than this is no category's and no tag's.
LONGEST_VALUE = 200
STATES = {"open": "Left to do", "done": "Done", "question": "Questions"}
# What a page can be asked to have by a mark in a box: the filter, and what stands beside the box.
BOXES = (
    ("is", "open", "something left to do"),
    ("is", "done", "something done"),
    ("is", "question", "questions"),
    ("has", "attachment", "files"),
    ("in", "title", "the words in their names"),
)
# What can be typed besides words, for whoever does not know.
EXAMPLES = (
    ('"cold start"', "these words side by side"),
    ("lambda -python", "without a word"),
    ("category:compute", "in one category"),
    ("tag:web-dev", "with a tag"),
    ("is:open", "something left to do or to answer"),
    ("is:done", "something done or answered"),
    ("is:question", "questions; with is:open, open ones"),
    ("has:attachment", "with files"),
    ("in:title lambda", "words in the title or other names alone"),
    ("changed:>2026-01-01", "changed after a day; also <, >=, <=, a month or a year"),
)
SIGNS = {">": "after", ">=": "since", "<": "before", "<=": "until", "=": "in"}


@dataclass(frozen=True, slots=True)
class Filter:
    """One piece of a query that narrows it; `rest` is the query without it."""

    kind: str
    value: str
    rest: str

    @property
    def label(self) -> str:
        """What it does, in words."""
        if self.kind == "is":
            return STATES[self.value]
        if self.kind == "changed":
            sign, day = _sign_and_day(self.value)
            return f"Changed {SIGNS[sign]} {day}"
        words = {"has": "With files", "in": "Only in titles"}
        return words.get(self.kind) or f"{self.kind.capitalize()}: {self.value}"


def filters(text: str) -> list[Filter]:
    """All that narrows a query, in the order in which it was typed."""
    text = parse(text).text
    return [
        Filter(kind, value, _cut(text, piece))
        for piece, kind, value in _pieces(text)
        if kind in KINDS
    ]


def add(text: str, kind: str, value: str) -> str:
    """A query narrowed by one more filter; what it has already is not added again."""
    text, piece = parse(text).text, _written(kind, value)
    if not piece or any(_same(found, kind, value) for found in filters(text)):
        return text
    room = LONGEST_QUERY - len(piece) - 1
    return f"{_closed(text, room)} {piece}".strip()


def remove(text: str, kind: str, value: str) -> str:
    """A query without a filter."""
    text = parse(text).text
    while found := next((one for one in filters(text) if _same(one, kind, value)), None):
        text = found.rest
    return text


def shown(text: str) -> dict[str, tuple[str, ...]]:
    """What the fields of a form show of a query: one category, tag and day, and all of the rest."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(KINDS, ())
    for one in filters(text):
        value = one.value
        if one.kind == "changed":
            sign, value = _sign_and_day(value)
            # A field for a day can show no other sign and no whole month.
            if sign != ">" or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                continue
        if one.kind in ("category", "tag", "changed") and found[one.kind]:
            continue
        found[one.kind] = tuple(dict.fromkeys((*found[one.kind], value)))
    return found


def put_together(text: str, seen: str, form: Mapping[str, Sequence[str]]) -> str:
    """One query of the words in the box and the fields of the form that was drawn for `seen`.

    A field that still says what it showed changes nothing, so what no field can show stays.
    """
    text, before = parse(text).text, shown(seen)
    for kind in KINDS:
        values = form.get(kind, ())
        after = [one for value in values for one in _values(kind, value)]
        for value in before[kind]:
            if value not in after:
                text = remove(text, kind, value)
        for value in after:
            if value not in before[kind]:
                text = add(text, kind, value)
    for value in form.get(PHRASE, ()):
        text = _with_phrase(text, value)
    return text


def _with_phrase(text: str, words: str) -> str:
    """A query with words that have to stand side by side, if it has not got them."""
    piece = f'"{" ".join(parse(words).text.replace(chr(34), " ").split())[:LONGEST_VALUE]}"'
    if not parse(piece).terms or piece.casefold() in text.casefold():
        return text
    return f"{_closed(text, LONGEST_QUERY - len(piece) - 1)} {piece}".strip()


def _values(kind: str, value: str) -> list[str]:
    """What a field says, as values of filters; that of words to leave out may say several."""
    if kind == "without":
        pieces = [piece[0].lstrip("-") for piece in PIECE.finditer(parse(value).text)]
        return [_closed(piece, LONGEST_VALUE) for piece in pieces if piece]
    return [value.strip()] if value.strip() else []


def _pieces(text: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """Each piece of a text with its kind and value; of words, the kind is blank."""
    for piece in PIECE.finditer(text):
        alone = parse(piece[0])
        if piece["not"]:
            yield piece, "without" if alone.without else "", piece[0].lstrip("-")
        elif piece["name"] and not alone.terms:
            yield piece, *_read(alone, piece["quoted"] or piece["value"] or "")
        else:
            yield piece, "", piece[0]


def _read(query: Query, written: str) -> tuple[str, str]:
    """The kind and value of a query that is nothing but one filter."""
    for kind, values in (
        ("category", query.categories),
        ("tag", query.tags),
        ("is", query.states),
        ("has", ("attachment",) if query.has_attachment else ()),
        ("in", ("title",) if query.in_title else ()),
        ("changed", (written,) if query.changed else ()),
    ):
        if values:
            return kind, values[0]
    return "", written


def _written(kind: str, value: str) -> str:
    """A filter as one types it; blank where it would be none."""
    if kind == "without":
        piece = "-" + _closed(value.lstrip("-"), LONGEST_VALUE)
    else:
        value = " ".join(value.replace("\0", " ").replace('"', " ").split())
        value = _day_or_same(kind, value[:LONGEST_VALUE].strip())
        piece = f'{kind}:"{value}"' if re.search(r"\s", value) else f"{kind}:{value}"
    return piece if [found for _, found, _ in _pieces(piece)] == [kind] else ""


def _same(found: Filter, kind: str, value: str) -> bool:
    value = _day_or_same(kind, value)
    return found.kind == kind and found.value.casefold() == value.casefold()


def _day_or_same(kind: str, value: str) -> str:
    """A form names the day after which pages were changed; any other value is as it is typed."""
    return f">{value}" if kind == "changed" and value[:1].isdigit() else value


def _cut(text: str, piece: re.Match[str]) -> str:
    return f"{text[: piece.start()].rstrip()} {text[piece.end() :].lstrip()}".strip()


def _closed(text: str, room: int) -> str:
    """A text of at most so many characters to which more can be added: its quotes are closed."""
    text = text[:room]
    return text[: room - 1] + '"' if text.count('"') % 2 else text


def _sign_and_day(value: str) -> tuple[str, str]:
    sign = value[: len(value) - len(value.lstrip("<>="))]
    return sign or "=", value[len(sign) :]
