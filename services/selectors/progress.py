"""Count progress: of a page's own items, and of those on other pages that name it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from django.db.models import Count

from services.models import ChecklistItem, Question

State = ChecklistItem.State


@dataclass(frozen=True, slots=True)
class Learning:
    """Numbers of items: all, closed (done or n/a), and in progress."""

    total: int = 0
    closed: int = 0
    doing: int = 0

    @property
    def level(self) -> str:
        """The progress as in class names; blank without items."""
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
        """The percentage of closed items, rounded down, so that 100 means all."""
        return self.closed * 100 // self.total if self.total else 0

    def __bool__(self) -> bool:
        return self.total > 0


def count_progress(states: Iterable[str] | Mapping[str, int]) -> Learning:
    """Return the progress for the states of items, or for the number of items of each state."""
    counts = Counter(states)
    return Learning(
        total=counts.total(),
        closed=counts[State.DONE] + counts[State.NA],
        doing=counts[State.DOING],
    )


def read_progress(pages: Collection[int]) -> dict[int, Learning]:
    """Return the progress of each page with items, in two queries.

    No item counts twice, since none names its own page.
    """
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    own = ChecklistItem.objects.filter(page__in=pages).order_by().values_list("page", "state")
    naming = ChecklistItem.names.through.objects.filter(page__in=pages)
    others = naming.values_list("page", "checklistitem__state")
    for page, state, number in chain(own.annotate(Count("pk")), others.annotate(Count("pk"))):
        counts[page][state] += number
    return {page: count_progress(states) for page, states in counts.items()}


def count_open_questions(pages: Collection[int]) -> dict[int, int]:
    """Return the number of open questions of each page."""
    rows = Question.objects.open().filter(page__in=pages).order_by()
    return dict(rows.values_list("page").annotate(Count("pk")))
