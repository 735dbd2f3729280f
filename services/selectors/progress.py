"""Progress with a page: by its own checklist, and by items of other pages that name it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count

from services.models import ChecklistItem, Question

State = ChecklistItem.State


@dataclass(frozen=True, slots=True)
class Learning:
    """Numbers of items: all, closed ones (done or n/a), and those in progress."""

    total: int = 0
    closed: int = 0
    doing: int = 0

    @property
    def level(self) -> str:
        """A word for style sheets; blank where there is nothing to learn."""
        if not self.total:
            return ""
        if self.closed == self.total:
            return "learned"
        return "learning" if self.closed or self.doing else "not-started"

    @property
    def label(self) -> str:
        return self.level.replace("-", " ").capitalize()

    @property
    def percent(self) -> int:
        """Rounded down, so that only what is complete looks complete."""
        return self.closed * 100 // self.total if self.total else 0

    def __bool__(self) -> bool:
        return self.total > 0


def learning(states: Iterable[str] | Mapping[str, int]) -> Learning:
    """Sum up items by their states, or the number of items of each state."""
    counts = Counter(states)
    return Learning(
        total=counts.total(),
        closed=counts[State.DONE] + counts[State.NA],
        doing=counts[State.DOING],
    )


def learning_of(pages: Collection[int]) -> dict[int, Learning]:
    """Return the progress of each page, in two queries; pages without items are left out.

    No item counts twice, since none names its own page.
    """
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    own = ChecklistItem.objects.filter(page__in=pages).order_by()
    for page, state, number in own.values_list("page", "state").annotate(Count("pk")):
        counts[page][state] += number
    naming = ChecklistItem.names.through.objects.filter(page__in=pages)
    rows = naming.values_list("page", "checklistitem__state").annotate(Count("pk"))
    for page, state, number in rows:
        counts[page][state] += number
    return {page: learning(states) for page, states in counts.items()}


def open_questions_of(pages: Collection[int]) -> dict[int, int]:
    """Return the number of open questions of each page."""
    rows = Question.objects.open().filter(page__in=pages).order_by()
    return dict(rows.values_list("page").annotate(Count("pk")))
