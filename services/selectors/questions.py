"""List questions in a state and an order, and find the neighbours of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet

from services.models import Question

STATES = {"open": "Open", "all": "All", "answered": "Answered", "dismissed": "Dismissed"}
SORTS = {"page": "By page", "oldest": "Oldest first", "newest": "Newest first"}
# The fields of each order. Questions of one import stay in the order of their files.
IN_PAGES = ("page__position", "page_id", "position")
KEYS = {
    "page": IN_PAGES,
    "oldest": ("asked_at", *IN_PAGES),
    "newest": ("-asked_at", *IN_PAGES),
}


@dataclass(frozen=True, slots=True)
class Inbox:
    """The questions in a state, in an order."""

    state: str
    sort: str

    @classmethod
    def from_query(cls, query: Mapping[str, str], default: str = "open") -> Inbox:
        """Read state and order from a query string; `default` is the state if it has none."""
        state, sort = query.get("state", ""), query.get("sort", "")
        return cls(state if state in STATES else default, sort if sort in SORTS else "page")

    @property
    def query(self) -> str:
        """The query string that selects this state and order."""
        return urlencode({"state": self.state, "sort": self.sort})

    def list_questions(self) -> QuerySet[Question]:
        """Return the questions with their pages, in order."""
        rows = Question.objects
        states = {"open": rows.open, "answered": rows.answered, "dismissed": rows.dismissed}
        return _join_pages(states.get(self.state, rows.shown)()).order_by(*KEYS[self.sort])

    def find_unanswered(self, question: Question) -> Question | None:
        """Return the next open question, or the first one if none follows."""
        unanswered = Inbox("open", self.sort)
        following = unanswered.find_neighbour(question)
        return following or unanswered.list_questions().exclude(pk=question.pk).first()

    def find_neighbour(self, question: Question, *, backwards: bool = False) -> Question | None:
        """Return the next or previous question; the given one may have left the inbox.

        Found by the fields of the order, so that no list is read.
        """
        beyond, same, order = Q(), dict[str, Any](), []
        for key in KEYS[self.sort]:
            name, descends = key.lstrip("-"), key.startswith("-") is not backwards
            value = question.page.position if name == "page__position" else getattr(question, name)
            beyond |= Q(**same, **{f"{name}__{'lt' if descends else 'gt'}": value})
            same[name] = value
            order.append(f"-{name}" if descends else name)
        return self.list_questions().filter(beyond).order_by(*order).first()


def count_questions() -> dict[str, int]:
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
    return _join_pages(Question.objects.filter(pk=pk)).first()


def _join_pages(rows: QuerySet[Question]) -> QuerySet[Question]:
    rows = rows.select_related("page__category")
    return rows.defer("page__notes", "page__outline", "page__aliases", "page__kept")
