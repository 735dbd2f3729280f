"""Two sequences of words or lines compared, in a time that any text keeps to. Pure."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Sequence

# Words are letters and digits; in scripts without blanks (Chinese, Japanese, Korean) each character
# is one; blanks, and Markdown's punctuation as far as it repeats, stand for themselves.
ALONE = "\u2e80-\u2fff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
WORDS = re.compile(rf"[{ALONE}]|[^\W_{ALONE}]+|\s+|(.)\1*")


def words_of(line: str) -> list[str]:
    """A line cut into what is compared as one; joined, it is the line again."""
    return [found[0] for found in WORDS.finditer(line)]


def opcodes(
    old: Sequence[str], new: Sequence[str], most: int, is_junk: Callable[[str], bool]
) -> list[tuple[str, int, int, int, int]]:
    """What difflib says of two sequences, in a time that does not grow by the square.

    What is junk or recurs too often is not looked for, only joined to what stands beside it.
    """
    top, below, shorter = 0, 0, min(len(old), len(new))
    while top < shorter and old[top] == new[top]:
        top += 1
    while below < shorter - top and old[-1 - below] == new[-1 - below]:
        below += 1
    middle = old[top : len(old) - below], new[top : len(new) - below]
    left, right = Counter(middle[0]), Counter(middle[1])
    common = sorted((left[word] * right[word], word) for word in left.keys() & right.keys())
    junk, pairs = {word for word in right if is_junk(word)}, 0
    for number, word in common:
        pairs += number
        if pairs > most:
            junk.add(word)
    matcher = difflib.SequenceMatcher(junk.__contains__, *middle, autojunk=False)
    codes = [
        (kind, a + top, a_end + top, b + top, b_end + top)
        for kind, a, a_end, b, b_end in matcher.get_opcodes()
    ]
    first = [("equal", 0, top, 0, top)] if top else []
    at = len(old) - below, len(new) - below
    last = [("equal", at[0], len(old), at[1], len(new))] if below else []
    return [*first, *codes, *last]
