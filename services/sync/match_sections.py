"""Match the sections of a file with the stored ones: by title, then text, then place."""

from __future__ import annotations

import difflib
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from services.text.merge import similarity

# Two texts at least this similar are one text under two headings.
MIN_TEXT_SIMILARITY = 0.6
# For sections in the same place, this similarity of titles or of texts is enough.
MIN_TITLE_SIMILARITY = 0.5
MIN_TEXT_SIMILARITY_IN_PLACE = 0.5
# Shorter texts may be similar by chance.
MIN_TEXT_LENGTH = 20
# Comparing more pairs takes too long.
MAX_PAIRS = 2_000


@dataclass(frozen=True, slots=True)
class Side:
    """A section to be matched.

    `category` is set for a category's heading; `gone` for a stored section that the file did not
    have last time; `now` is the current name of its page.
    """

    title: str
    text: str
    category: str = ""
    gone: bool = False
    now: str = ""


def pair_sections(old: Sequence[Side], new: Sequence[Side]) -> list[int | None]:
    """Return for each new section the index of the stored one that it continues, or None.

    A renamed heading continues the section with nearly the same text, or the similar one in the
    same place. Each stored section is continued at most once.
    """
    found: list[int | None] = [None] * len(new)
    _pair_equal(old, new, found, lambda side: (side.category, side.category or side.title))
    _pair_equal(old, new, found, lambda side: "" if side.category else side.now or side.title)
    _pair_equal(old, new, found, lambda side: "" if side.category else _long_text(side))
    _pair_by_text(old, new, found)
    _pair_by_place(old, new, found)
    return found


def _pair_equal(
    old: Sequence[Side],
    new: Sequence[Side],
    found: list[int | None],
    key: Callable[[Side], Hashable],
) -> None:
    """Pair remaining sections of the same key in order, those that are gone last.

    A section with a blank key is not paired.
    """
    used = set(found)
    free: dict[Hashable, deque[int]] = defaultdict(deque)
    for index in sorted(range(len(old)), key=lambda i: old[i].gone):
        if index not in used:
            free[key(old[index])].append(index)
    free.pop("", None)
    for index, side in enumerate(new):
        if found[index] is None and (queue := free.get(key(side))):
            found[index] = queue.popleft()


def _long_text(side: Side) -> str:
    return side.text if len(side.text) >= MIN_TEXT_LENGTH else ""


def _remaining(
    old: Sequence[Side], new: Sequence[Side], found: Sequence[int | None]
) -> tuple[list[int], list[int]]:
    """Return what is not paired on both sides, or nothing if comparing it takes too long."""
    used = set(found)
    free = [i for i, side in enumerate(old) if i not in used and not side.category]
    left = [i for i, side in enumerate(new) if found[i] is None and not side.category]
    return (free, left) if len(free) * len(left) <= MAX_PAIRS else ([], [])


def _pair_by_text(old: Sequence[Side], new: Sequence[Side], found: list[int | None]) -> None:
    free, left = _remaining(old, new, found)
    scores = [
        (-score, abs(a - b), b, a)
        for b in left
        for a in free
        if (score := _text_similarity(old[a], new[b])) >= MIN_TEXT_SIMILARITY
    ]
    taken = set()
    for _, _, b, a in sorted(scores):
        if found[b] is None and a not in taken:
            found[b] = a
            taken.add(a)


def _pair_by_place(old: Sequence[Side], new: Sequence[Side], found: list[int | None]) -> None:
    """Pair sections below the same one, if their titles or texts are similar."""
    free, left = _remaining(old, new, found)
    used = set(found)
    places = {a: next((i for i in range(a - 1, -1, -1) if i in used), None) for a in free}
    for b in left:
        above = next((found[i] for i in range(b - 1, -1, -1) if found[i] is not None), None)
        for a in free:
            if a not in found and places[a] == above and _is_similar(old[a], new[b]):
                found[b] = a
                break


def _is_similar(one: Side, other: Side) -> bool:
    titles = difflib.SequenceMatcher(None, one.title.lower(), other.title.lower()).ratio()
    return (
        titles >= MIN_TITLE_SIMILARITY
        or _text_similarity(one, other) >= MIN_TEXT_SIMILARITY_IN_PLACE
    )


def _text_similarity(one: Side, other: Side) -> float:
    is_long = min(len(one.text), len(other.text)) >= MIN_TEXT_LENGTH
    return similarity(one.text, other.text) if is_long else 0
