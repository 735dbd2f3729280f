"""What hangs on derived rows and stands in no notes, kept in `Page.kept` while they are gone.

A row goes when its line is cut from the notes, or its page is put in the trash. When the line is
back (an older version restored, pasted, imported again), its new row takes this up again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection

from services.models import ChecklistItem, Page, Question

ITEM_FACTS = ("state_changed_at", "state_changed_by_id", "reason")
QUESTION_FACTS = ("dismissed", "asked_at")
# How many rows of a kind wait on a page; what goes at once is kept whole.
MOST = 200


@dataclass(slots=True)
class Waiting:
    """Rows of one page that are in no table: what is kept of those that went, the last first."""

    items: list[ChecklistItem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def waiting(pages: Collection[Page]) -> dict[int, Waiting]:
    """What is kept on each of these pages, by its key."""
    known = (item["state_changed_by_id"] for page in pages for item in page.kept.get("items", ()))
    people = _known_people({who for who in known if who})
    return {
        page.pk: Waiting(
            [_item(facts, people) for facts in page.kept.get("items", ())],
            [_question(*facts) for facts in page.kept.get("questions", ())],
        )
        for page in pages
    }


def _known_people(ids: set[int]) -> set[int]:
    """Those of them who still have an account."""
    if not ids:
        return set()
    people = get_user_model()._default_manager.filter(pk__in=ids)
    return set(people.values_list("pk", flat=True))


def _item(facts: dict[str, Any], people: set[int]) -> ChecklistItem:
    at, who = facts["state_changed_at"], facts["state_changed_by_id"]
    return ChecklistItem(
        list_title=facts["title"],
        text=facts["text"],
        state=facts.get("state", ""),
        state_changed_at=at and datetime.fromisoformat(at),
        state_changed_by_id=who if who in people else None,
        reason=facts["reason"],
    )


def _question(text: str, dismissed: bool, asked_at: str) -> Question:
    return Question(text=text, dismissed=dismissed, asked_at=datetime.fromisoformat(asked_at))


def facts(row: ChecklistItem | Question) -> dict[str, Any]:
    """What a new row takes up of one that waited."""
    names = ITEM_FACTS if isinstance(row, ChecklistItem) else QUESTION_FACTS
    return {name: getattr(row, name) for name in names}


def plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as the database's driver takes them."""
    adapted = connection.ops.adapt_datetimefield_value
    return {
        name: adapted(value) if isinstance(value, datetime) else value
        for name, value in facts.items()
    }


def kept(items: Iterable[ChecklistItem], questions: Iterable[Question]) -> dict[str, Any]:
    """Of rows that go: who ticked when and why, and which questions were dismissed; as JSON."""
    found: dict[str, Any] = {
        "items": [
            {
                "title": item.list_title,
                "text": item.text,
                "state": item.state,
                "state_changed_at": item.state_changed_at and item.state_changed_at.isoformat(),
                "state_changed_by_id": item.state_changed_by_id,
                "reason": item.reason,
            }
            for item in items
        ],
        "questions": [
            [question.text, question.dismissed, question.asked_at.isoformat()]
            for question in questions
        ],
    }
    return {name: rows for name, rows in found.items() if rows}


def to_keep(
    gone: Sequence[ChecklistItem | Question], left: Sequence[ChecklistItem | Question]
) -> list[Any]:
    """The rows that wait from now on: those that just went with something on them go first."""
    new = [row for row in gone if isinstance(row, Question) or row.reason or row.state_changed_at]
    return [*new, *left[: max(0, MOST - len(new))]]
