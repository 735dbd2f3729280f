"""Compares two sequences of words or lines, in bounded time for any text."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

# A word is a run of letters and digits, a single character in scripts without blanks (Chinese,
# Japanese, Korean), a run of blanks, or a run of the same punctuation.
SINGLE = "\u2e80-\u2fff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
WORDS = re.compile(rf"[{SINGLE}]|[^\W_{SINGLE}]+|\s+|(.)\1*")
# What difflib may take for two texts, as `_limit` counts; well below a second.
MAX_STEPS = 6_000_000
# How often a range is cut at words that occur once on both sides; each cut reads all of it.
MAX_CUTS = 16

Block = tuple[int, int, int]


def split_words(line: str) -> list[str]:
    """Return a line's words, which joined are the line again."""
    return [found[0] for found in WORDS.finditer(line)]


def no_junk(_: str) -> bool:
    """Treat nothing as junk."""
    return False


def opcodes(
    old: Sequence[str], new: Sequence[str], max_steps: int, is_junk: Callable[[str], bool]
) -> list[tuple[str, int, int, int, int]]:
    """Return what changed, in the form of `difflib.SequenceMatcher.get_opcodes`."""
    codes = []
    i = j = 0
    for a, b, size in [*matching_blocks(old, new, max_steps, is_junk), (len(old), len(new), 0)]:
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
    max_steps: int = MAX_STEPS,
    is_junk: Callable[[str], bool] = no_junk,
) -> list[Block]:
    """Return the runs that two sequences share, in order: (start in old, start in new, length).

    They are difflib's if that takes no more than `max_steps` steps, which grow by the cube. If it
    takes more, the sequences are first cut at elements that occur once in both; without any, the
    most frequent elements are treated as junk. Junk only extends a run next to it.
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
        frequent, steps = _limit(left, right, max_steps // 2, is_junk)
        if frequent and cuts and (at := _anchors(left, right, is_junk)):
            for (i, j), (k, m) in pairwise([(0, 0), *at, (len(left), len(right))]):
                waiting.append((a + i, a + k, b + j, b + m, cuts - 1))
            continue
        max_steps -= steps
        junk = {word for word in right if word in frequent or is_junk(word)}
        matcher = difflib.SequenceMatcher(junk.__contains__, left, right, autojunk=False)
        found += [(a + i, b + j, size) for i, j, size in matcher.get_matching_blocks()]
    return list(_joined(sorted(found)))


def _ends(
    old: Sequence[str], new: Sequence[str], a: int, a_end: int, b: int, b_end: int
) -> tuple[int, int]:
    """Return how many elements two ranges share at their beginnings and at their ends."""
    top, below, shorter = 0, 0, min(a_end - a, b_end - b)
    while top < shorter and old[a + top] == new[b + top]:
        top += 1
    while below < shorter - top and old[a_end - 1 - below] == new[b_end - 1 - below]:
        below += 1
    return top, below


def _limit(
    old: Sequence[str], new: Sequence[str], max_steps: int, is_junk: Callable[[str], bool]
) -> tuple[set[str], int]:
    """Return the words to leave out to stay below a number of steps, and the steps for the rest.

    difflib walks through all of `old`, and for each word through its places in `new`, once for
    each run that it finds and for what is before and after that.
    """
    left, right = Counter(old), Counter(new)
    common = [word for word in left.keys() & right.keys() if not is_junk(word)]
    common.sort(key=lambda word: (left[word] * right[word], word))
    pairs = runs = steps = 0
    for at, word in enumerate(common):
        pairs += left[word] * right[word]
        runs += min(left[word], right[word])
        needed = (2 * runs + 1) * (len(old) + pairs)
        if needed > max_steps:
            return set(common[at:]), steps
        steps = needed
    return set(), steps


def _anchors(
    old: Sequence[str], new: Sequence[str], is_junk: Callable[[str], bool]
) -> list[tuple[int, int]]:
    """Return the places of words that occur once on both sides: the most that are in one order."""
    left, right = Counter(old), Counter(new)
    places = {word: at for at, word in enumerate(new) if right[word] == 1 == left[word]}
    pairs = [
        (i, places[word]) for i, word in enumerate(old) if word in places and not is_junk(word)
    ]
    # The longest increasing subsequence by patience sorting: the last place, and the pair, that
    # end one of each length, and for each pair the one before it.
    lasts: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(lasts, j)
        before.append(ends[length - 1] if length else -1)
        # A slice beyond the end appends.
        lasts[length : length + 1] = [j]
        ends[length : length + 1] = [number]
    chain = []
    number = ends[-1] if ends else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _joined(found: list[Block]) -> Iterator[Block]:
    """Join blocks that touch and drop empty ones."""
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
