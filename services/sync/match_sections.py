"""Match the sections of a file with the stored ones: by title, then text, then place."""

from __future__ import annotations

import difflib
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.text.merge import similarity

# Of two texts as alike as this, one is the other under a new heading.
SAME_TEXT = 0.6
# In the same place, so much likeness of the titles or the texts is enough.
SAME_TITLE = 0.5
SAME_PLACE_TEXT = 0.5
# Shorter texts are alike by chance.
TELLING = 20
# Beyond this, comparing all that is left with all that is left takes too long.
MOST_PAIRS = 2_000


@dataclass(frozen=True, slots=True)
class Side:
    """A section as pairing sees it. `category` is set for a category's heading; `gone` for a
    stored section that the file had lost before; `now` is what its page is called now."""

    title: str
    text: str
    category: str = ""
    gone: bool = False
    now: str = ""


def pair(old: Sequence[Side], new: Sequence[Side]) -> list[int | None]:
    """Return for each new section the index of the stored one that it continues, or None.

    A renamed heading continues the section with nearly the same text, or the one in the same
    place that it is still like. Nothing is continued twice.
    """
    found: list[int | None] = [None] * len(new)
    waiting: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for index in sorted(range(len(old)), key=lambda i: old[i].gone):
        waiting[(old[index].category, "" if old[index].category else old[index].title)].append(
            index
        )
    for index, side in enumerate(new):
        queue = waiting.get((side.category, "" if side.category else side.title))
        if queue:
            found[index] = queue.popleft()
    _by_what(old, new, found, lambda side: side.now or side.title)
    _by_what(old, new, found, lambda side: side.text if len(side.text) >= TELLING else "")
    _by_text(old, new, found)
    _by_place(old, new, found)
    return found


def _by_what(
    old: Sequence[Side],
    new: Sequence[Side],
    found: list[int | None],
    what: Callable[[Side], str],
) -> None:
    """Pair what is left and the same in one respect, in order; a blank one is the same as none."""
    free, left = _left(old, new, found)
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for index in free:
        waiting[what(old[index])].append(index)
    waiting.pop("", None)
    for index in left:
        if queue := waiting.get(what(new[index])):
            found[index] = queue.popleft()


def _left(
    old: Sequence[Side], new: Sequence[Side], found: Sequence[int | None]
) -> tuple[list[int], list[int]]:
    used = set(found)
    return (
        [i for i, side in enumerate(old) if i not in used and not side.category],
        [i for i, side in enumerate(new) if found[i] is None and not side.category],
    )


def _by_text(old: Sequence[Side], new: Sequence[Side], found: list[int | None]) -> None:
    free, left = _left(old, new, found)
    if not free or not left or len(free) * len(left) > MOST_PAIRS:
        return
    scores = [
        (-score, abs(a - b), b, a)
        for b in left
        for a in free
        if min(len(old[a].text), len(new[b].text)) >= TELLING
        and (score := similarity(old[a].text, new[b].text)) >= SAME_TEXT
    ]
    taken = set()
    for _, _, b, a in sorted(scores):
        if found[b] is None and a not in taken:
            found[b] = a
            taken.add(a)


def _by_place(old: Sequence[Side], new: Sequence[Side], found: list[int | None]) -> None:
    free, left = _left(old, new, found)
    if not left or len(free) * len(left) > MOST_PAIRS:
        return
    used = set(found)
    places = {a: _neighbour(a, used) for a in free}
    for b in left:
        above = next((found[i] for i in range(b - 1, -1, -1) if found[i] is not None), None)
        for a in free:
            if a not in found and places[a] == above and _still_like(old[a], new[b]):
                found[b] = a
                break


def _neighbour(index: int, used: set[int | None]) -> int | None:
    return next((i for i in range(index - 1, -1, -1) if i in used), None)


def _still_like(one: Side, other: Side) -> bool:
    titles = difflib.SequenceMatcher(None, one.title.lower(), other.title.lower()).ratio()
    return titles >= SAME_TITLE or (
        min(len(one.text), len(other.text)) >= TELLING
        and similarity(one.text, other.text) >= SAME_PLACE_TEXT
    )
