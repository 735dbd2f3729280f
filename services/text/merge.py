"""Three-way merge by line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, starmap

from services.text.line_ends import dominant_line_end, split_lines
from services.text.sequences import matching_blocks, split_words

# Texts of fewer letters together are compared by letters to tell how alike they are, others by
# words, and long ones by lines.
SHORT, LONG, MOST_STEPS = 400, 2_000, 2_000_000


# Changes that touch are told apart in places of at most so many lines.
MOST_LINES_APART = 400
# A line that continues nothing above it: a blank one, an item, a heading or a row of a table. Only
# to be careful: what is none of these, and what only looks like one, is decided by a person.
BLOCK = re.compile(r"\s*([-*+]|\d{1,9}[.)])\s|#{1,6}\s|\||\s*$")

# The base of a merge where no one has the text that both began with: no stored text holds a NUL,
# so every line that differs is disputed.
UNKNOWN = "\0"

Region = tuple[list[str], list[str], list[str]]


class Use(StrEnum):
    """Which side is used where both changed the same lines; with BOTH, theirs below mine."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged text, and the regions where both sides changed the same lines differently."""

    text: str
    disputed: list[Region]


def merge(base: str, ours: str, theirs: str, uses: Sequence[Use] = ()) -> Merge:
    """Merge two texts that both come from `base`, as diff3 does.

    Lines that only one side changed are that side's; lines that both changed alike are taken
    once; the rest is disputed. `uses` says what is used of each disputed region; by default ours.
    Line ends are part of a line.
    """
    text: list[str] = []
    disputed: list[Region] = []
    end = dominant_line_end(ours)
    for region in regions(base, ours, theirs):
        before, mine, their = region
        if not _is_disputed(region):
            text += their if mine == before else mine
            continue
        use = uses[len(disputed)] if len(disputed) < len(uses) else Use.MINE
        both = _joined(mine, their, end)
        text += {Use.MINE: mine, Use.THEIRS: their, Use.BOTH: both}[use]
        disputed.append(region)
    return Merge("".join(text), disputed)


def _joined(above: list[str], below: list[str], end: str) -> list[str]:
    """Lines with others below them, apart from them where they would read on as one paragraph."""
    if not above or not below:
        return above or below
    gap = [] if above[-1].endswith(("\n", "\r")) else [end]
    return [*above, *gap, *([] if BLOCK.match(below[0]) else [end]), *below]


def regions(base: str, ours: str, theirs: str) -> Iterator[Region]:
    """Three texts cut alike, by lines: what they differ in, and between that what all share.

    Changes that only touch are regions of their own where each begins a block, as two ticks below
    each other do. Where it could be otherwise, what touches stays one region.
    """
    a, b, c = _lines(base), _lines(ours), _lines(theirs)
    i = j = k = 0
    for start, stop, in_ours, in_theirs in _agreed(a, b, c):
        if i < start or j < in_ours or k < in_theirs:
            yield from _apart((a[i:start], b[j:in_ours], c[k:in_theirs]))
        if start < stop:
            yield a[start:stop], a[start:stop], a[start:stop]
        i, j, k = stop, in_ours + stop - start, in_theirs + stop - start


def _is_disputed(region: Region) -> bool:
    before, mine, their = region
    return mine != their and before not in (mine, their)


def _apart(whole: Region) -> list[Region]:
    """A region in parts that can all be merged, or else as it is."""
    if not _is_disputed(whole) or sum(map(len, whole)) > MOST_LINES_APART:
        return [whole]
    cut = list(_cut(*whole))
    clean = not any(map(_is_disputed, cut)) and all(starmap(_may_part, pairwise(cut)))
    within = any(_is_within(*three) for three in zip(cut, cut[1:], cut[2:], strict=False))
    return cut if clean and not within and _loses_nothing(whole, cut) else [whole]


def _may_part(left: Region, right: Region) -> bool:
    """Do these two mean the same whatever becomes of the other?"""
    if any(lines and not lines[-1].endswith(("\n", "\r")) for lines in left):
        return False
    for above, below in zip(left, right, strict=True):
        follows_text = not above or above[-1].strip()
        if below and follows_text and not BLOCK.match(below[0]):
            return False
    for one, other in ((left, right), (right, left)):
        # What is put in belongs to a line that stays, perhaps with other words.
        if not one[0] and any(len(side) != len(other[0]) for side in other[1:]):
            return False
    # What is below a line that goes may have been part of it.
    goes = left[0] and not all(left[1:])
    return not goes or not right[0] or _indent(right[0][0]) <= _indent(left[0][0])


def _is_within(above: Region, added: Region, below: Region) -> bool:
    """Was something put in between lines that the other side changed, above and below?"""
    if added[0]:
        return False
    other = 2 if added[1] else 1
    return above[other] != above[0] and below[other] != below[0]


def _loses_nothing(whole: Region, cut: list[Region]) -> bool:
    """Of lines that are alike, each side may have removed another one; then none would be left."""
    both = Counter(whole[1]) & Counter(whole[2])
    merged = [line for before, mine, their in cut for line in (their if mine == before else mine)]
    return not both - Counter(merged)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _cut(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[Region]:
    """A region in as many as can be told apart: cut where no change of either side goes across."""
    one, other = _Changes(base, ours), _Changes(base, theirs)
    at = 0
    while True:
        if at in one.added or at in other.added:
            yield [], one.added.get(at, []), other.added.get(at, [])
        if at == len(base):
            return
        start, ends = at, [at, at]
        sides: tuple[list[str], list[str]] = ([], [])
        while at == start or ends[0] != ends[1]:
            # The side that is behind goes on; what it adds within the other's change goes along.
            who = 0 if ends[0] <= ends[1] else 1
            changes = (one, other)[who]
            if ends[who] > start:
                sides[who].extend(changes.added.get(ends[who], []))
            ends[who], lines = changes.instead[ends[who]]
            sides[who].extend(lines)
            at = min(ends)
        yield base[start:at], *sides


class _Changes:
    """What a side made of each place: `instead[start]` is where a piece of base stops and what
    stands for it, `added[at]` what is put in before that line."""

    def __init__(self, base: list[str], side: list[str]) -> None:
        self.instead: dict[int, tuple[int, list[str]]] = {}
        self.added: dict[int, list[str]] = {}
        i = j = 0
        for start, in_side, length in [*matching_blocks(base, side), (len(base), len(side), 0)]:
            if i == start and j < in_side:
                self.added[i] = side[j:in_side]
            elif start - i == in_side - j:
                # As many lines as before: each stands for its own.
                self._keep(i, side[j:in_side])
            elif i < start:
                self.instead[i] = (start, side[j:in_side])
            self._keep(start, side[in_side : in_side + length])
            i, j = start + length, in_side + length

    def _keep(self, at: int, lines: list[str]) -> None:
        for n, line in enumerate(lines, start=at):
            self.instead[n] = (n + 1, [line])


def similarity(one: str, other: str) -> float:
    """How alike two texts are, from 0 to 1: how much of both they share in the same order."""
    if one == other:
        return 1.0
    size = len(one) + len(other)
    cut: Callable[[str], Sequence[str]] = _lines
    if size < LONG:
        cut = str if size < SHORT else split_words
    a = cut(one)
    found = matching_blocks(a, cut(other), MOST_STEPS, str.isspace)
    shared = sum(len(piece) for i, _, length in found for piece in a[i : i + length])
    return 2 * shared / size


def _lines(text: str) -> list[str]:
    return [words + end for words, end in split_lines(text)]


def _agreed(a: list[str], b: list[str], c: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """The runs of base that both sides kept: (start, stop, start in ours, start in theirs)."""
    ours, theirs = matching_blocks(a, b), matching_blocks(a, c)
    x = y = 0
    while x < len(ours) and y < len(theirs):
        (a1, b1, n1), (a2, c2, n2) = ours[x], theirs[y]
        start, stop = max(a1, a2), min(a1 + n1, a2 + n2)
        if start < stop:
            yield start, stop, b1 + start - a1, c2 + start - a2
        if a1 + n1 < a2 + n2:
            x += 1
        else:
            y += 1
    yield len(a), len(a), len(b), len(c)
