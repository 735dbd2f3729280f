"""Which row of before is which of now: identity for rows derived anew from changed notes."""

from __future__ import annotations

import difflib
from collections import defaultdict, deque
from collections.abc import Hashable, Sequence

# Rewording keeps more than half of the letters; what keeps less is something new.
SIMILAR = 0.5
# Beyond this many left over on both sides, comparing all pairs would cost more than it tells.
MOST_PAIRS = 2_500


def match(
    old: Sequence[tuple[str, str]],
    new: Sequence[tuple[str, str]],
    waiting: Sequence[tuple[str, str]] = (),
) -> list[int | None]:
    """For each new row the index of the old row that it continues, or None.

    A row is a pair of its place (the title of its list) and its text. The same text in the same
    place continues first, in order; then the same text anywhere; then the most alike of what is
    left, as after a rewording. No old row is continued twice.

    `waiting` are rows that went earlier. They count on from the old ones, come after them, and
    are continued by the same text alone.
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
    alike = [index for index in free if index < len(old)]
    if alike and left and len(alike) * len(left) <= MOST_PAIRS:
        _match_alike(old, new, alike, left, found)
    return found


def _match_alike(
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
            if matcher.quick_ratio() >= SIMILAR and (ratio := matcher.ratio()) >= SIMILAR:
                scores.append((-ratio, abs(a - b), b, a))
    taken = set()
    for _, _, b, a in sorted(scores):
        if found[b] is None and a not in taken:
            found[b] = a
            taken.add(a)
