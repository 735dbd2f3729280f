"""Long notes: how forms send them, and what is said of those that are too long."""

from __future__ import annotations

import pytest
from django.conf import settings as kb_settings
from django.test import Client

from services.models import Page
from services.pages.answer import answer_question, mark
from services.pages.revise import revise
from tests.support.editing import PATH, opened
from tests.support.html_forms import fields_of
from tests.support.pages import make_topic

pytestmark = pytest.mark.django_db
MULTIPART = 'enctype="multipart/form-data"'
LINE = "слово " * 12 + "\r\n"


@pytest.fixture
def plan() -> Page:
    return make_topic(title="Plan", notes="One\n\n> [!question] Why?\n")


def form_with(text: str, field: str) -> str:
    """The opening tag of the form that a field stands in."""
    before = text[: text.index(f'name="{field}"')]
    return before[before.rindex("<form") :].partition(">")[0]


def test_forms_do_not_send_three_bytes_for_one(as_editor, as_admin, plan):
    question = plan.questions.get().pk
    edit = as_editor.get(PATH)
    answer = as_editor.get(f"/questions/{question}/")
    old = fields_of(edit) | {"notes": "Mine\r\n"}
    answer_question(question, "Because.", seen=mark(""), by=None)
    plan.refresh_from_db()
    revise(plan, plan.notes.replace("One", "Theirs"), version=plan.version)
    clash = as_editor.post(PATH, old)
    answers = as_editor.post(f"/questions/{question}/", fields_of(answer) | {"answer": "So."})
    assert (clash.status_code, answers.status_code) == (409, 409)
    change = as_admin.get(f"/admin/services/topic/{plan.pk}/change/")
    ask = as_editor.get("/pages/plan/ask/")
    again = Client().post(PATH, old)
    for response in (edit, clash, change, again):
        assert MULTIPART in form_with(response.content.decode(), "notes")
    for response in (answer, answers, ask):
        assert MULTIPART in form_with(response.content.decode(), "answer")


def test_two_long_texts_arrive(as_editor, plan, settings):
    settings.NOTE_MAX_BYTES = 200_000
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 450_000
    long = LINE * (190_000 // len(LINE.encode()))
    old = opened(as_editor)
    revise(plan, "Theirs\n", version=1)
    clash = as_editor.post(PATH, old | {"notes": long})
    assert clash.status_code == 409
    assert as_editor.post(PATH, fields_of(clash) | {"everywhere": "mine"}).status_code == 302
    assert Page.objects.get().notes == long.replace("\r\n", "\n")


def test_the_room_for_forms_follows_that_of_notes():
    assert kb_settings.DATA_UPLOAD_MAX_MEMORY_SIZE > 3 * kb_settings.NOTE_MAX_BYTES


def test_what_is_longer_than_anything_is_told_in_a_sentence(as_editor, plan, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = as_editor.post(PATH, {"notes": LINE * 20})
    assert response.status_code == 400
    assert "What your browser sent is too long" in response.content.decode()
