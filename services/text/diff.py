"""Compares two texts for a reader: by line, and by word within a line.

A template draws the result without decisions of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from services.text.line_ends import dominant_line_end, split_lines
from services.text.sequences import opcodes, split_words

# Unchanged lines shown around a change.
CONTEXT = 3
# Characters and lines; larger texts are not compared, as that takes long and is not read.
MAX_LENGTH, MAX_LINES = 1_000_000, 20_000
# Changed lines that are shown; unchanged lines in a fold that can be opened.
MAX_SHOWN_LINES, MAX_FOLDED_LINES = 2_000, 500
# Steps of comparing all lines, and the words in one; beyond, the most frequent are only compared
# next to rarer ones.
MAX_LINE_STEPS, MAX_WORD_STEPS = 6_000_000, 200_000
# Pairs of changed lines that are compared to match them, in a text and in one block.
MAX_PAIRS, MAX_BLOCK_PAIRS = 10_000, 1_600
# Lines with less than this in common are not versions of one line.
MIN_SIMILARITY = 0.4
END_NAMES = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a line; `changed` if the other side does not have them."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of one side: its number from 1, its words, and the line end (may be blank)."""

    number: int
    pieces: tuple[Piece, ...]
    end: str

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """A line before and after; None on one side if it was added or removed."""

    old: Line | None
    new: Line | None
    same: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that are shown together. A folded block is unchanged; a long one has no `rows`."""

    rows: tuple[Row, ...]
    folded: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Diff:
    """All changes. `remarks` are sentences about what lines do not show, such as line ends.

    `too_long` means that nothing was compared, `cut` that `blocks` has only the first changes.
    """

    blocks: tuple[Block, ...] = ()
    remarks: tuple[str, ...] = ()
    added: int = 0
    removed: int = 0
    too_long: bool = False
    cut: bool = False

    @property
    def is_same(self) -> bool:
        return not (self.added or self.removed or self.remarks or self.too_long)


def diff(old: str, new: str) -> Diff:
    """Compare two texts. The lines of a side with their ends, joined, are that side's text."""
    if old == new:
        return Diff()
    if max(len(old), len(new)) > MAX_LENGTH:
        return Diff(too_long=True)
    before, after = split_lines(old), split_lines(new)
    if max(len(before), len(after)) > MAX_LINES:
        return Diff(too_long=True)
    rows = list(_rows(before, after))
    shown, cut = _first_changes(rows)
    return Diff(
        blocks=tuple(_folded(shown)),
        remarks=tuple(_remarks(old, new, rows)),
        added=sum(not row.same and row.new is not None for row in rows),
        removed=sum(not row.same and row.old is not None for row in rows),
        cut=cut,
    )


# -- lines -------------------------------------------------------------------------------------


def _rows(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Iterator[Row]:
    old, new = [words for words, _ in before], [words for words, _ in after]
    left = MAX_PAIRS
    for kind, a, a_end, b, b_end in opcodes(old, new, MAX_LINE_STEPS, lambda line: not line):
        if kind == "equal":
            for k in range(a_end - a):
                one = _line(a + k, before), _line(b + k, after)
                yield Row(*one, same=True)
            continue
        size = (a_end - a) * (b_end - b)
        pairs: Iterable[tuple[int | None, int | None]]
        if size <= min(left, MAX_BLOCK_PAIRS):
            pairs = _best_pairs(old[a:a_end], new[b:b_end])
        else:
            pairs = zip_longest(range(a_end - a), range(b_end - b))
        left -= min(size, left)
        for i, j in pairs:
            yield _changed_row(
                None if i is None else _line(a + i, before),
                None if j is None else _line(b + j, after),
            )


def _line(at: int, lines: list[tuple[str, str]]) -> Line:
    words, end = lines[at]
    return Line(at + 1, (Piece(words),), end)


def _best_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int | None, int | None]]:
    """Match the lines with most in common (an alignment after Needleman and Wunsch)."""
    a, b = [_vocabulary(line) for line in old], [_vocabulary(line) for line in new]
    best = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            shared = _similarity(a[i], b[j])
            together = shared + best[i + 1][j + 1] if shared >= MIN_SIMILARITY else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < len(a) and j < len(b):
        if best[i][j] == best[i + 1][j]:
            pairs.append((i, None))
            i += 1
        elif best[i][j] == best[i][j + 1]:
            pairs.append((None, j))
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    pairs += [(k, None) for k in range(i, len(a))]
    return pairs + [(None, k) for k in range(j, len(b))]


def _vocabulary(line: str) -> frozenset[str]:
    return frozenset(word for word in split_words(line) if not word.isspace())


def _similarity(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


# -- words -------------------------------------------------------------------------------------


def _changed_row(old: Line | None, new: Line | None) -> Row:
    """Return a row whose pieces mark the words that the two lines do not share."""
    if old is None or new is None:
        return Row(old, new)
    a, b = split_words(old.text), split_words(new.text)
    codes = opcodes(a, b, MAX_WORD_STEPS, str.isspace)
    shared = sum(
        not word.isspace()
        for kind, start, end, _, _ in codes
        if kind == "equal"
        for word in a[start:end]
    )
    if 2 * shared < MIN_SIMILARITY / 2 * (len(a) + len(b)):
        return Row(old, new)
    left = [("".join(a[c[1] : c[2]]), c[0] != "equal") for c in codes]
    right = [("".join(b[c[3] : c[4]]), c[0] != "equal") for c in codes]
    return Row(Line(old.number, _pieces(left), old.end), Line(new.number, _pieces(right), new.end))


def _pieces(found: list[tuple[str, bool]]) -> tuple[Piece, ...]:
    """Join words to pieces; a blank between two changed pieces is changed as well."""
    some = [(text, changed) for text, changed in found if text]
    for at in range(1, len(some) - 1):
        if some[at][0].isspace() and some[at - 1][1] and some[at + 1][1]:
            some[at] = (some[at][0], True)
    return tuple(
        Piece("".join(text for text, _ in group), changed)
        for changed, group in groupby(some, key=lambda one: one[1])
    )


# -- what is shown -----------------------------------------------------------------------------


def _first_changes(rows: list[Row]) -> tuple[list[Row], bool]:
    seen = 0
    for at, row in enumerate(rows):
        seen += not row.same
        if seen > MAX_SHOWN_LINES:
            return rows[:at], True
    return rows, False


def _folded(rows: list[Row]) -> Iterator[Block]:
    """Yield blocks in order: the changes with some lines around them, the rest folded."""
    at = 0
    for same, group in groupby(rows, key=lambda row: row.same):
        some = list(group)
        first, last = at == 0, at + len(some) == len(rows)
        at += len(some)
        top, below = 0 if first else CONTEXT, 0 if last else CONTEXT
        hidden = len(some) - top - below
        # A fold takes as much room as a line.
        if not same or hidden < 2:
            yield Block(tuple(some))
            continue
        middle = tuple(some[top : top + hidden])
        blocks = (
            Block(tuple(some[:top])),
            Block(middle if hidden <= MAX_FOLDED_LINES else (), folded=True, count=hidden),
            Block(tuple(some[top + hidden :])),
        )
        yield from (block for block in blocks if block.rows or block.folded)


def _remarks(old: str, new: str, rows: Sequence[Row]) -> Iterator[str]:
    """Yield sentences about line ends, which would otherwise show as no or as every change."""
    ends = [(row.old.end, row.new.end) for row in rows if row.old and row.new]
    ends = [(before, after) for before, after in ends if before and after]
    changed = sum(before != after for before, after in ends)
    if changed:
        lines = "1 line" if changed == 1 else f"{changed:,} lines"
        was, now = END_NAMES[dominant_line_end(old)], END_NAMES[dominant_line_end(new)]
        how = f" (mostly {was} before, mostly {now} now)" if was != now else ""
        yield f"The line end of {lines} changed{how}; this is not marked below."
    if old and new:
        ended, ends_now = (text.endswith(("\n", "\r")) for text in (old, new))
        if ends_now and not ended:
            yield "The last line now has a line end; before, it had none."
        elif ended and not ends_now:
            yield "The last line no longer has a line end."
