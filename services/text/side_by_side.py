"""Compares two texts with the one that both come from, side by side for a reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.text.diff import Piece, diff
from services.text.line_ends import split_lines
from services.text.merge import regions

# Unchanged lines shown around a change, and the fewest that are folded.
CONTEXT, MIN_FOLDED = 2, 3


class Who(StrEnum):
    """Who changed the lines of a row."""

    UNCHANGED = "unchanged"
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one side; `changed` if it differs from the base."""

    pieces: tuple[Piece, ...]
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Lines next to each other. `hidden` is the number of unchanged lines that are not shown."""

    who: Who
    base: tuple[Line, ...] = ()
    mine: tuple[Line, ...] = ()
    theirs: tuple[Line, ...] = ()
    hidden: int = 0


def side_by_side(base: str, mine: str, theirs: str) -> list[Row]:
    """Return three texts in rows: what was changed, on which side, with a few lines around it."""
    cut = [("".join(a), "".join(b), "".join(c)) for a, b, c in regions(base, mine, theirs)]
    rows: list[Row] = []
    for index, (before, ours, others) in enumerate(cut):
        who = _who(before, ours, others)
        if who is Who.UNCHANGED:
            rows += _unchanged(before, first=index == 0, last=index == len(cut) - 1)
            continue
        old = tuple(Line(line.pieces, changed=True) for line in _plain(before))
        rows.append(Row(who, old, _marked(before, ours), _marked(before, others)))
    return rows


def _who(before: str, mine: str, theirs: str) -> Who:
    if mine == theirs:
        return Who.UNCHANGED if mine == before else Who.BOTH
    if theirs == before:
        return Who.MINE
    return Who.THEIRS if mine == before else Who.DISPUTED


def _plain(text: str) -> tuple[Line, ...]:
    return tuple(Line((Piece(words),)) for words, _ in split_lines(text))


def _marked(before: str, after: str) -> tuple[Line, ...]:
    """Return the lines of `after`, with the words marked that `before` does not have."""
    if before == after:
        return _plain(after)
    found = diff(before, after)
    rows = [row for block in found.blocks for row in block.rows]
    lines = tuple(Line(row.new.pieces, not row.same) for row in rows if row.new)
    # A text that is too long to compare, or that has folds, is shown without marks.
    whole = _plain(after)
    return lines if len(lines) == len(whole) else tuple(Line(x.pieces, True) for x in whole)


def _unchanged(text: str, *, first: bool, last: bool) -> Iterator[Row]:
    lines = _plain(text)
    top, below = 0 if first else CONTEXT, 0 if last else CONTEXT
    hidden = len(lines) - top - below
    if hidden < MIN_FOLDED:
        yield Row(Who.UNCHANGED, lines, lines, lines)
        return
    if top:
        yield Row(Who.UNCHANGED, lines[:top], lines[:top], lines[:top])
    yield Row(Who.UNCHANGED, hidden=hidden)
    if below:
        rest = lines[len(lines) - below :]
        yield Row(Who.UNCHANGED, rest, rest, rest)
