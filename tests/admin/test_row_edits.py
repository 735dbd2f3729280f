"""Edits of items and questions, put into the notes."""

from __future__ import annotations

import pytest
from django.test import Client

from services.models import Category, Page
from tests.admin.test_row_forms import NOTES, new_row, opened, refused, saved
from tests.support.pages import make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(db: None) -> Page:
    compute = Category.objects.get(slug="compute")
    return make_service(title="ECS", category=compute, notes=NOTES)


def test_a_tick_changes_one_character(as_editor: Client, page: Page) -> None:
    fields = opened(as_editor, page) | {"items-0-state": "done"}
    assert saved(as_editor, page, fields) == NOTES.replace("[ ] One", "[x] One")
    assert Page.objects.get(pk=page.pk).version == 2


def test_a_new_list_is_made_for_its_title(as_editor: Client, page: Page) -> None:
    fields = opened(as_editor, page)
    new_row(fields, "items", text="Costs", state="open", list_title="Later")
    assert saved(as_editor, page, fields) == f"{NOTES}\r\nLater\r\n\r\n- [ ] Costs\r\n"


def test_deleted_questions_and_answers_leave_the_notes(as_editor: Client, page: Page) -> None:
    fields = opened(as_editor, page) | {"questions-0-DELETE": "on", "questions-1-answer": ""}
    notes = saved(as_editor, page, fields)
    assert "Why?" not in notes
    assert "Like this" not in notes
    assert "How?" in notes


def test_text_that_markdown_cannot_hold_is_an_error_at_its_row(
    as_editor: Client, page: Page
) -> None:
    fields = opened(as_editor, page) | {"items-0-text": "", "questions-0-text": "No question"}
    shown = refused(as_editor, page, fields | {"notes": "Typed\r\n" + str(fields["notes"])})
    assert "A checklist item needs some words." in str(shown["html"])
    assert "would not be read as a question" in str(shown["html"])
    assert str(shown["notes"]).startswith("Typed")
    assert shown["questions-0-text"] == "No question"
