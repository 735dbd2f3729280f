"""Add filters from form fields to the text of a query, and list them with links that remove them.

A query is one text, the same in the address, the search box and all links.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.search.query import MAX_QUERY_LENGTH, PIECE, Filter, parse

# The fields of the form, in the order in which they are added.
FIELDS = ("category", "tag", "is", "has", "in", "changed", "phrase", "without")
# No category, tag or sensible phrase is longer.
MAX_VALUE_LENGTH = 200
# What a user can type besides words.
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
    """The label of a filter; `rest` is the query without it."""

    label: str
    rest: str


def list_chips(text: str) -> list[Chip]:
    """Return a chip for each filter of a query, in the order of the text."""
    query = parse(text)
    chips = []
    for one in query.filters:
        before, after = query.text[: one.start].rstrip(), query.text[one.end :].lstrip()
        chips.append(Chip(_format_label(one), f"{before} {after}".strip()))
    return chips


def _format_label(one: Filter) -> str:
    if one.kind == "changed":
        day = one.value.lstrip("<>=")
        return f"Changed {SIGNS[one.value.removesuffix(day) or '=']} {day}"
    known = LABELS.get((one.kind, one.value)) or LABELS.get((one.kind, ""))
    return known or f"{one.kind.capitalize()}: {one.value}"


def add_filters(text: str, form: Mapping[str, Sequence[str]]) -> str:
    """Return a query with the filters of form fields added; its own words do not change."""
    text = parse(text).text
    pieces = [
        piece
        for field in FIELDS
        for value in form.get(field, ())
        for piece in _build_pieces(field, " ".join(parse(value).text[:MAX_VALUE_LENGTH].split()))
    ]
    for piece in pieces:
        if piece.casefold() not in [known[0].casefold() for known in PIECE.finditer(text)]:
            text = f"{_close(text, MAX_QUERY_LENGTH - len(piece) - 1)} {piece}".strip()
    return text


def _build_pieces(field: str, value: str) -> list[str]:
    """Return the pieces of a query for the value of a field; none if the value is not valid."""
    if field == "without":
        pieces = PIECE.finditer(_close(value, MAX_VALUE_LENGTH + 1))
        words = [piece[0].lstrip("-") for piece in pieces]
        return [f"-{word}" for word in words if parse(f"-{word}").filters]
    value = " ".join(value.replace('"', " ").split())
    if field == "phrase":
        return [f'"{value}"'] if parse(f'"{value}"').terms else []
    value = f">{value}" if field == "changed" else value
    piece = f'{field}:"{value}"' if " " in value else f"{field}:{value}"
    return [piece] if parse(piece).filters else []


def _close(text: str, room: int) -> str:
    """Return a text of at most `room` characters, with an open quote closed."""
    text = text[:room]
    return text[: room - 1] + '"' if text.count('"') % 2 else text
