"""The list of questions as an inbox: which ones, in which order, and the neighbours of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from services.models import Question

STATES = {"open": "Open", "all": "All", "answered": "Answered", "dismissed": "Dismissed"}
SORTS = {"page": "By page", "oldest": "Oldest first", "newest": "Newest first"}
# What each order goes by. Questions that came together, as in an import, stay in the files' order.
IN_PAGES = ("page__position", "page_id", "position")
KEYS = {
    "page": IN_PAGES,
    "oldest": ("asked_at", *IN_PAGES),
    "newest": ("-asked_at", *IN_PAGES),
}


@dataclass(frozen=True, slots=True)
class Inbox:
    """A choice of questions in an order."""

    state: str
    sort: str

    @classmethod
    def of(cls, query: Mapping[str, str], otherwise: str = "open") -> Inbox:
        """Read the choice from an address; `otherwise` is the state if it names none."""
        state, sort = query.get("state", ""), query.get("sort", "")
        return cls(
            state if state in STATES else otherwise,
            sort if sort in SORTS else "page",
        )

    @property
    def query(self) -> str:
        """The query string of this choice."""
        return urlencode({"state": self.state, "sort": self.sort})

    def rows(self) -> QuerySet[Question]:
        """The questions with their pages, in order."""
        asked = Question.objects
        ways = {"open": asked.open, "answered": asked.answered, "dismissed": asked.dismissed}
        return (
            ways.get(self.state, asked.shown)()
            .select_related("page__category")
            .defer("page__notes", "page__outline", "page__aliases", "page__kept")
            .order_by(*KEYS[self.sort])
        )

    def after(self, question: Question) -> Question | None:
        """Return the next question; the given one need not be in the inbox (any more)."""
        return self._beside(question, backwards=False)

    def before(self, question: Question) -> Question | None:
        return self._beside(question, backwards=True)

    def next_to_answer(self, question: Question) -> Question | None:
        """Return the next open question, from the start if none follows."""
        unanswered = Inbox("open", self.sort)
        after = unanswered.after(question)
        return after or unanswered.rows().exclude(pk=question.pk).first()

    def _beside(self, question: Question, *, backwards: bool) -> Question | None:
        """Found by the values that the order goes by, so that no list has to be read."""
        beyond, same, order = Q(), dict[str, Any](), []
        for key in KEYS[self.sort]:
            name, descends = key.lstrip("-"), key.startswith("-") is not backwards
            value = question.page.position if name == "page__position" else getattr(question, name)
            beyond |= Q(**same, **{f"{name}__{'lt' if descends else 'gt'}": value})
            same[name] = value
            order.append(f"-{name}" if descends else name)
        return self.rows().filter(beyond).order_by(*order).first()


def counts() -> dict[str, int]:
    """Return the number of questions in each state."""
    shown = Q(dismissed=False)
    return Question.objects.aggregate(
        open=Count("pk", filter=shown & Q(answer="")),
        all=Count("pk", filter=shown),
        answered=Count("pk", filter=shown & ~Q(answer="")),
        dismissed=Count("pk", filter=~shown),
    )


def find_question(pk: int) -> Question | None:
    """Return a question with its page, but without the page's notes."""
    return (
        Question.objects.select_related("page__category")
        .defer("page__notes", "page__outline", "page__aliases", "page__kept")
        .filter(pk=pk)
        .first()
    )
