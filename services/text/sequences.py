"""Two sequences of words or lines compared, in a time that any text keeps to. Pure."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

# Words are letters and digits; in scripts without blanks (Chinese, Japanese, Korean) each character
# is one; blanks, and Markdown's punctuation as far as it repeats, stand for themselves.
ALONE = "\u2e80-\u2fff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
WORDS = re.compile(rf"[{ALONE}]|[^\W_{ALONE}]+|\s+|(.)\1*")
# What difflib may take for two texts, as `_steps` counts; well below a second.
MAX_STEPS = 6_000_000
# How often a range is cut where a word stands once on both sides: each time all of it is read.
MAX_CUTS = 16

Block = tuple[int, int, int]


def split_words(line: str) -> list[str]:
    """A line cut into what is compared as one; joined, it is the line again."""
    return [found[0] for found in WORDS.finditer(line)]


def never(_: str) -> bool:
    """Nothing is junk."""
    return False


def opcodes(
    old: Sequence[str], new: Sequence[str], most: int, is_junk: Callable[[str], bool]
) -> list[tuple[str, int, int, int, int]]:
    """What changed between two sequences, as `difflib.SequenceMatcher.get_opcodes` says it."""
    codes = []
    i = j = 0
    for a, b, size in [*matching_blocks(old, new, most, is_junk), (len(old), len(new), 0)]:
        if i < a or j < b:
            kind = "replace" if i < a and j < b else "delete" if i < a else "insert"
            codes.append((kind, i, a, j, b))
        if size:
            codes.append(("equal", a, a + size, b, b + size))
        i, j = a + size, b + size
    return codes


def matching_blocks(
    old: Sequence[str],
    new: Sequence[str],
    most: int = MAX_STEPS,
    is_junk: Callable[[str], bool] = never,
) -> list[Block]:
    """Runs that two sequences share, in order: (start in old, start in new, length).

    They are difflib's as long as it takes no more than `most` steps, which grow by the cube.
    Beyond, the sequences are first cut where something stands once in both; and where there is
    no such place, what recurs most often is not looked for. What is not looked for, or junk, is
    only joined to what stands beside it.
    """
    found: list[Block] = []
    waiting = [(0, len(old), 0, len(new), MAX_CUTS)]
    while waiting:
        a, a_end, b, b_end, cuts = waiting.pop()
        top, below = _ends(old, new, a, a_end, b, b_end)
        found += [(a, b, top), (a_end - below, b_end - below, below)]
        a, b, a_end, b_end = a + top, b + top, a_end - below, b_end - below
        if a == a_end or b == b_end:
            continue
        left, right = old[a:a_end], new[b:b_end]
        dear, steps = _too_dear(left, right, most // 2, is_junk)
        if dear and cuts and (at := _anchors(left, right, is_junk)):
            for (i, j), (k, m) in pairwise([(0, 0), *at, (len(left), len(right))]):
                waiting.append((a + i, a + k, b + j, b + m, cuts - 1))
            continue
        most -= steps
        junk = {word for word in right if word in dear or is_junk(word)}
        matcher = difflib.SequenceMatcher(junk.__contains__, left, right, autojunk=False)
        found += [(a + i, b + j, size) for i, j, size in matcher.get_matching_blocks()]
    return list(_joined(sorted(found)))


def _ends(
    old: Sequence[str], new: Sequence[str], a: int, a_end: int, b: int, b_end: int
) -> tuple[int, int]:
    """How much two ranges have in common at their beginnings and at their ends."""
    top, below, shorter = 0, 0, min(a_end - a, b_end - b)
    while top < shorter and old[a + top] == new[b + top]:
        top += 1
    while below < shorter - top and old[a_end - 1 - below] == new[b_end - 1 - below]:
        below += 1
    return top, below


def _too_dear(
    old: Sequence[str], new: Sequence[str], most: int, is_junk: Callable[[str], bool]
) -> tuple[set[str], int]:
    """The words that difflib may not look for, to keep to a number of steps; and that it takes.

    It walks through all of `old`, and for each word there through its places in `new`, once for
    each run that it finds and for what is before and behind that.
    """
    left, right = Counter(old), Counter(new)
    common = [word for word in left.keys() & right.keys() if not is_junk(word)]
    common.sort(key=lambda word: (left[word] * right[word], word))
    pairs = runs = steps = 0
    for at, word in enumerate(common):
        pairs += left[word] * right[word]
        runs += min(left[word], right[word])
        needed = (2 * runs + 1) * (len(old) + pairs)
        if needed > most:
            return set(common[at:]), steps
        steps = needed
    return set(), steps


def _anchors(
    old: Sequence[str], new: Sequence[str], is_junk: Callable[[str], bool]
) -> list[tuple[int, int]]:
    """Places of words that stand once on both sides: the most of them that are in one order."""
    left, right = Counter(old), Counter(new)
    places = {word: at for at, word in enumerate(new) if right[word] == 1 == left[word]}
    pairs = [
        (i, places[word]) for i, word in enumerate(old) if word in places and not is_junk(word)
    ]
    # The longest increasing run by patience: the last place, and the pair, that end one of each
    # length, and for each pair the one before it.
    lasts: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(lasts, j)
        before.append(ends[length - 1] if length else -1)
        # One beyond the last is put at the end.
        lasts[length : length + 1] = [j]
        ends[length : length + 1] = [number]
    chain = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _joined(found: list[Block]) -> Iterator[Block]:
    """Blocks without the empty ones, those that touch as one."""
    last = (0, 0, 0)
    for a, b, size in found:
        if (a, b) == (last[0] + last[2], last[1] + last[2]):
            last = (last[0], last[1], last[2] + size)
        elif size:
            if last[2]:
                yield last
            last = (a, b, size)
    if last[2]:
        yield last
