"""State of derived rows that no notes hold, stored in `Page.kept` while the rows are gone.

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
# Rows of a kind that wait on a page; those that go in one change are all stored.
MOST = 200


@dataclass(slots=True)
class Waiting:
    """Unsaved rows of one page: the state of those that are gone, newest first."""

    items: list[ChecklistItem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


def waiting(pages: Collection[Page]) -> dict[int, Waiting]:
    """Return what waits on each of these pages, by the page's key."""
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
    """Return the ids of users who still have an account."""
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
    """Return what a new row takes over from one that waited."""
    names = ITEM_FACTS if isinstance(row, ChecklistItem) else QUESTION_FACTS
    return {name: getattr(row, name) for name in names}


def plain(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts as the database driver takes them."""
    adapted = connection.ops.adapt_datetimefield_value
    return {
        name: adapted(value) if isinstance(value, datetime) else value
        for name, value in facts.items()
    }


def kept(items: Iterable[ChecklistItem], questions: Iterable[Question]) -> dict[str, Any]:
    """Return as JSON who ticked when and why, and which questions were dismissed."""
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
    """Return the rows that wait from now on: first those that are gone now and have state."""
    new = [row for row in gone if isinstance(row, Question) or row.reason or row.state_changed_at]
    return [*new, *left[: max(0, MOST - len(new))]]
