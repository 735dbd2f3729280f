"""The filters of a query: fields of a form add them to its text, a link for each leaves it out.

A query is one text, shown by its address, the search box and every link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.search.query import LONGEST_QUERY, PIECE, Filter, parse

# The fields of the form, in the order in which they are added.
FIELDS = ("category", "tag", "is", "has", "in", "changed", "phrase", "without")
# Characters of one field; no category, tag or sensible phrase has more.
MAX_VALUE = 200
# What can be typed besides words.
EXAMPLES = (
    ('"cold start"', "an exact phrase"),
    ("lambda -python", "without a word"),
    ("category:compute", "in one category"),
    ("tag:web-dev", "with a tag"),
    ("is:open", "with open items or questions"),
    ("is:done", "with done items or answered questions"),
    ("is:question", "with questions; with is:open, open ones"),
    ("has:attachment", "with attachments"),
    ("in:title lambda", "words in the title or other names only"),
    ("changed:>2026-01-01", "changed after a day; also <, >=, <=, a month or a year"),
)
LABELS = {
    ("is", "open"): "Open",
    ("is", "done"): "Done",
    ("is", "question"): "Questions",
    ("has", ""): "Attachments",
    ("in", ""): "Title only",
}
SIGNS = {">": "after", ">=": "since", "<": "before", "<=": "until", "=": "in"}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words; `rest` is the query without it."""

    label: str
    rest: str


def list_chips(text: str) -> list[Chip]:
    """Return a chip for each filter of a query, in the order in which they were typed."""
    query = parse(text)
    return [
        Chip(
            _label(one),
            f"{query.text[: one.start].rstrip()} {query.text[one.end :].lstrip()}".strip(),
        )
        for one in query.filters
    ]


def _label(one: Filter) -> str:
    if one.kind == "changed":
        day = one.value.lstrip("<>=")
        return f"Changed {SIGNS[one.value.removesuffix(day) or '=']} {day}"
    known = LABELS.get((one.kind, one.value.lower())) or LABELS.get((one.kind, ""))
    return known or f"{one.kind.capitalize()}: {one.value}"


def add_filters(text: str, form: Mapping[str, Sequence[str]]) -> str:
    """Return a query with what the fields of a form add to it; its own words stay."""
    text = parse(text).text
    pieces = [
        piece
        for field in FIELDS
        for value in form.get(field, ())
        for piece in _pieces(field, " ".join(parse(value).text[:MAX_VALUE].split()))
    ]
    for piece in pieces:
        if piece.casefold() not in [known[0].casefold() for known in PIECE.finditer(text)]:
            text = f"{_close(text, LONGEST_QUERY - len(piece) - 1)} {piece}".strip()
    return text


def _pieces(field: str, value: str) -> list[str]:
    """Return the pieces of a query that a field's value means; none where it means nothing."""
    if field == "without":
        words = [piece[0].lstrip("-") for piece in PIECE.finditer(_close(value, MAX_VALUE + 1))]
        return [f"-{word}" for word in words if parse(f"-{word}").filters]
    value = " ".join(value.replace('"', " ").split())
    if field == "phrase":
        return [f'"{value}"'] if parse(f'"{value}"').terms else []
    value = f">{value}" if field == "changed" else value
    piece = f'{field}:"{value}"' if " " in value else f"{field}:{value}"
    return [piece] if parse(piece).filters else []


def _close(text: str, room: int) -> str:
    """Cut a text so that more can be added to it: a quote that is open gets closed."""
    text = text[:room]
    return text[: room - 1] + '"' if text.count('"') % 2 else text
