"""What hangs on derived rows and stands in no notes: kept while the rows go, and given to others.

For pages that go through the trash, and for a section that becomes a page of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from services.bulk import update_rows
from services.markdown.match import match
from services.models import ChecklistItem, Page, Question

ITEM_FACTS = ("state_changed_at", "state_changed_by_id", "reason")


def kept(items: Iterable[ChecklistItem], questions: Iterable[Question]) -> dict[str, Any]:
    """Of rows that go: who ticked when and why, and which questions were dismissed; as JSON."""
    return {
        "items": [
            {
                "title": item.list_title,
                "text": item.text,
                "state_changed_at": item.state_changed_at and item.state_changed_at.isoformat(),
                "state_changed_by_id": item.state_changed_by_id,
                "reason": item.reason,
            }
            for item in items
        ],
        "questions": [
            (question.text, question.dismissed, question.asked_at.isoformat())
            for question in questions
        ],
    }


def put_back(page: Page, kept: dict[str, Any]) -> None:
    """Give the rows of a page that were derived anew what was kept of their like."""
    _put_back_items(page, kept.get("items", []))
    asked, old = list(page.questions.order_by("position")), kept.get("questions", [])
    pairs = match([("", text) for text, *_ in old], [("", question.text) for question in asked])
    for question, at in zip(asked, pairs, strict=True):
        if at is not None:
            question.dismissed = old[at][1]
            question.asked_at = datetime.fromisoformat(old[at][2])
    update_rows(Question, asked, ("dismissed", "asked_at"))


def _put_back_items(page: Page, old: list[dict[str, Any]]) -> None:
    rows = list(page.items.order_by("position"))
    people = _known_people({item["state_changed_by_id"] for item in old} - {None})
    pairs = match([(i["title"], i["text"]) for i in old], [(r.list_title, r.text) for r in rows])
    found = [(row, old[at]) for row, at in zip(rows, pairs, strict=True) if at is not None]
    for row, facts in found:
        for name in ITEM_FACTS:
            setattr(row, name, facts[name])
        if row.state_changed_by_id not in people:
            row.state_changed_by_id = None
    update_rows(ChecklistItem, [row for row, _ in found], ITEM_FACTS)


def _known_people(ids: set[int]) -> set[int]:
    people = get_user_model()._default_manager.filter(pk__in=ids)
    return set(people.values_list("pk", flat=True))
