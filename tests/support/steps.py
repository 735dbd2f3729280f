"""Count what comparing texts does, where a clock would measure the machine too."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager

# Three times what the hardest text of the tests takes; difflib alone takes thousands of times more.
MAX_STEPS = 1_000_000


class TooManySteps(AssertionError):
    """More work than any text may take; raised at once, as the rest could take minutes."""


@contextmanager
def at_most(limit: int) -> Iterator[None]:
    """Allow difflib so many steps in all: one for each element and each place where it occurs."""
    steps = 0

    class Counting(difflib.SequenceMatcher):
        def find_longest_match(self, alo=0, ahi=None, blo=0, bhi=None):
            nonlocal steps
            ahi = len(self.a) if ahi is None else ahi
            for word in self.a[alo:ahi]:
                steps += 1 + len(self.b2j.get(word, ()))
            if steps > limit:
                raise TooManySteps(f"more than {limit:,}")
            return super().find_longest_match(alo, ahi, blo, bhi)

    usual = difflib.SequenceMatcher
    difflib.SequenceMatcher = Counting
    try:
        yield
    finally:
        difflib.SequenceMatcher = usual
