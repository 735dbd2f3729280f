"""Merges two texts that come from one, by line (three-way merge)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, starmap

from services.text.line_ends import dominant_line_end, split_lines
from services.text.sequences import matching_blocks, split_words

# Two texts with fewer characters than SHORT are compared by character for their similarity, with
# more than LONG by line, others by word.
SHORT, LONG, MAX_STEPS = 400, 2_000, 2_000_000
# Adjacent changes are separated in regions of at most this many lines.
MAX_SPLIT_LINES = 400
# A line that starts a block: a blank one, an item, a heading or a row of a table. Being cautious:
# a user decides about all others.
BLOCK_START = re.compile(r"\s*([-*+]|\d{1,9}[.)])\s|#{1,6}\s|\||\s*$")

# The base of a merge if the common text is not known. No stored text contains a NUL, so every line
# that differs is disputed.
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

    Lines that only one side changed are that side's; lines that both changed in the same way are
    taken once; the rest is disputed. `uses` has the side to use for each disputed region; the
    default is ours. Line ends are part of a line.
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
    """Join lines, with a blank line between if they would be read as one paragraph."""
    if not above or not below:
        return above or below
    gap = [] if above[-1].endswith(("\n", "\r")) else [end]
    return [*above, *gap, *([] if BLOCK_START.match(below[0]) else [end]), *below]


def regions(base: str, ours: str, theirs: str) -> Iterator[Region]:
    """Yield the regions of three texts, by lines: those that differ, and those that all share.

    Adjacent changes are separate regions if each starts a block, as two ticks below each other do.
    If that is not certain, adjacent changes are one region.
    """
    a, b, c = _lines(base), _lines(ours), _lines(theirs)
    i = j = k = 0
    for start, stop, in_ours, in_theirs in _shared_runs(a, b, c):
        if i < start or j < in_ours or k < in_theirs:
            yield from _split((a[i:start], b[j:in_ours], c[k:in_theirs]))
        if start < stop:
            yield a[start:stop], a[start:stop], a[start:stop]
        i, j, k = stop, in_ours + stop - start, in_theirs + stop - start


def _is_disputed(region: Region) -> bool:
    before, mine, their = region
    return mine != their and before not in (mine, their)


def _split(whole: Region) -> list[Region]:
    """Split a region into regions that can all be merged, or return it as it is."""
    if not _is_disputed(whole) or sum(map(len, whole)) > MAX_SPLIT_LINES:
        return [whole]
    cut = list(_cut(*whole))
    clean = not any(map(_is_disputed, cut)) and all(starmap(_are_independent, pairwise(cut)))
    within = any(_is_within(*three) for three in zip(cut, cut[1:], cut[2:], strict=False))
    return cut if clean and not within and _loses_nothing(whole, cut) else [whole]


def _are_independent(left: Region, right: Region) -> bool:
    """Does each of two regions mean the same, however the other is merged?"""
    if any(lines and not lines[-1].endswith(("\n", "\r")) for lines in left):
        return False
    for above, below in zip(left, right, strict=True):
        follows_text = not above or above[-1].strip()
        if below and follows_text and not BLOCK_START.match(below[0]):
            return False
    for one, other in ((left, right), (right, left)):
        # Added lines belong to a line that stays, perhaps with other words.
        if not one[0] and any(len(side) != len(other[0]) for side in other[1:]):
            return False
    # What is below a removed line may have been part of it.
    removed = left[0] and not all(left[1:])
    return not removed or not right[0] or _indent(right[0][0]) <= _indent(left[0][0])


def _is_within(above: Region, added: Region, below: Region) -> bool:
    """Were lines added between lines that the other side changed, above and below?"""
    if added[0]:
        return False
    other = 2 if added[1] else 1
    return above[other] != above[0] and below[other] != below[0]


def _loses_nothing(whole: Region, cut: list[Region]) -> bool:
    """Are all lines of both sides left? Each may have removed another of several equal ones."""
    both = Counter(whole[1]) & Counter(whole[2])
    merged = [line for before, mine, their in cut for line in (their if mine == before else mine)]
    return not both - Counter(merged)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _cut(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[Region]:
    """Cut a region wherever no change of either side spans the cut."""
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
            # Advance the side that is behind, with what it adds within the other's change.
            who = 0 if ends[0] <= ends[1] else 1
            changes = (one, other)[who]
            if ends[who] > start:
                sides[who].extend(changes.added.get(ends[who], []))
            ends[who], lines = changes.replaced[ends[who]]
            sides[who].extend(lines)
            at = min(ends)
        yield base[start:at], *sides


class _Changes:
    """A side's changes: `replaced[start]` is where a piece of base stops and its new lines,
    `added[at]` the lines added before that line."""

    def __init__(self, base: list[str], side: list[str]) -> None:
        self.replaced: dict[int, tuple[int, list[str]]] = {}
        self.added: dict[int, list[str]] = {}
        i = j = 0
        for start, in_side, length in [*matching_blocks(base, side), (len(base), len(side), 0)]:
            if i == start and j < in_side:
                self.added[i] = side[j:in_side]
            elif start - i == in_side - j:
                # As many lines as before: each replaces one.
                self._replace_each(i, side[j:in_side])
            elif i < start:
                self.replaced[i] = (start, side[j:in_side])
            self._replace_each(start, side[in_side : in_side + length])
            i, j = start + length, in_side + length

    def _replace_each(self, at: int, lines: list[str]) -> None:
        for n, line in enumerate(lines, start=at):
            self.replaced[n] = (n + 1, [line])


def similarity(one: str, other: str) -> float:
    """Return how much of two texts is the same, in the same order, from 0 to 1."""
    if one == other:
        return 1.0
    size = len(one) + len(other)
    cut: Callable[[str], Sequence[str]] = _lines
    if size < LONG:
        cut = str if size < SHORT else split_words
    a = cut(one)
    found = matching_blocks(a, cut(other), MAX_STEPS, str.isspace)
    shared = sum(len(piece) for i, _, length in found for piece in a[i : i + length])
    return 2 * shared / size


def _lines(text: str) -> list[str]:
    return [words + end for words, end in split_lines(text)]


def _shared_runs(a: list[str], b: list[str], c: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the unchanged runs of base: (start, stop, start in ours, start in theirs)."""
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
