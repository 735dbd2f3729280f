"""State of derived rows that is not in the notes, stored in `Page.kept` while the rows are gone.

A row is deleted when its line is cut from the notes, or its page is put in the trash. When the line
is back (an older version restored, pasted, imported again), its new row takes over this state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from services.models import ChecklistItem, Page, Question


def load_waiting(
    pages: Collection[Page],
) -> tuple[dict[int, list[ChecklistItem]], dict[int, list[Question]]]:
    """Return the items and the questions that wait on each of these pages, by the page's key.

    They are unsaved rows with the state of those that are gone, newest first.
    """
    known = {item["state_changed_by_id"] for page in pages for item in page.kept.get("items", ())}
    # Users without an account any more are left out. Without ids, Django makes no query.
    accounts = get_user_model()._default_manager.filter(pk__in=known)
    people = set(accounts.values_list("pk", flat=True))
    items = {
        page.pk: [_load_item(row, people) for row in page.kept.get("items", ())] for page in pages
    }
    questions = {
        page.pk: [
            Question(text=text, dismissed=dismissed, asked_at=datetime.fromisoformat(at))
            for text, dismissed, at in page.kept.get("questions", ())
        ]
        for page in pages
    }
    return items, questions


def _load_item(row: dict[str, Any], people: set[int]) -> ChecklistItem:
    at, who = row["state_changed_at"], row["state_changed_by_id"]
    return ChecklistItem(
        list_title=row["title"],
        text=row["text"],
        state=row.get("state", ""),
        state_changed_at=at and datetime.fromisoformat(at),
        state_changed_by_id=who if who in people else None,
        reason=row["reason"],
    )


def dump_waiting(items: Iterable[ChecklistItem], questions: Iterable[Question]) -> dict[str, Any]:
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
