"""Matches rows derived from changed notes with those derived before, so that they stay the same."""

from __future__ import annotations

import difflib
from collections import defaultdict, deque
from collections.abc import Hashable, Sequence

# A reworded text has more than half of its letters in common with the old one.
MIN_SIMILARITY = 0.5
# With more pairs of unmatched rows than this, comparing all of them would take too long.
MAX_PAIRS = 2_500


def match_rows(
    old: Sequence[tuple[str, str]],
    new: Sequence[tuple[str, str]],
    waiting: Sequence[tuple[str, str]] = (),
) -> list[int | None]:
    """Return for each new row the index of the old row that it continues, or None.

    A row is a pair of its place (the title of its list) and its text. The same text in the same
    place matches first, in order; then the same text anywhere; then the most similar of the rest,
    as after a rewording. No old row is matched twice.

    `waiting` are rows that were removed earlier. Their indexes follow those of the old rows, which
    match first, and only the same text matches them.
    """
    found: list[int | None] = [None] * len(new)
    rows = [*old, *waiting]
    if not rows:
        return found
    free = dict.fromkeys(range(len(rows)))
    for by_place in (True, False):
        queues: dict[Hashable, deque[int]] = defaultdict(deque)
        for index in free:
            queues[rows[index] if by_place else rows[index][1]].append(index)
        for index, row in enumerate(new):
            queue = queues.get(row if by_place else row[1])
            if found[index] is None and queue:
                found[index] = continued = queue.popleft()
                del free[continued]
    left = [index for index, row in enumerate(found) if row is None]
    similar = [index for index in free if index < len(old)]
    if similar and left and len(similar) * len(left) <= MAX_PAIRS:
        _match_similar(old, new, similar, left, found)
    return found


def _match_similar(
    old: Sequence[tuple[str, str]],
    new: Sequence[tuple[str, str]],
    free: list[int],
    left: list[int],
    found: list[int | None],
) -> None:
    scores = []
    for b in left:
        matcher = difflib.SequenceMatcher(b=new[b][1][:500])
        for a in free:
            matcher.set_seq1(old[a][1][:500])
            if (
                matcher.quick_ratio() >= MIN_SIMILARITY
                and (ratio := matcher.ratio()) >= MIN_SIMILARITY
            ):
                scores.append((-ratio, abs(a - b), b, a))
    taken = set()
    for _, _, b, a in sorted(scores):
        if found[b] is None and a not in taken:
            found[b] = a
            taken.add(a)
