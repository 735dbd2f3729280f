"""The list of questions: its states, orders and parts, and what is next."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.models import Category, Question
from services.pages import answer
from services.pages.revise import revise
from services.selectors.questions import Inbox
from tests.support.pages import make_service, make_topic
from tests.views.test_questions import NOTES, html, row, words

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def s3():
    shelf = Category.objects.get(slug="data-store")
    return make_service(title="S3", category=shelf, notes=NOTES)


def test_filters_by_state(as_reader, s3):
    assert "How much?" not in html(as_reader, "?state=open")
    answered = html(as_reader, "?state=answered")
    assert "How much?" in answered
    assert "Or what?" not in answered


def test_leaves_out_what_was_dismissed(as_reader, s3):
    Question.objects.filter(text="Or what?").update(dismissed=True)
    assert "Or what?" not in html(as_reader)


def test_comes_in_parts(as_reader, s3, django_assert_max_num_queries):
    revise(s3, "\n\n".join(f"What is {i}?" for i in range(250)), version=1)
    with django_assert_max_num_queries(8):
        text = html(as_reader, "?page=3")
    assert "What is 249?" in text
    assert "What is 199?" not in text


def test_open_ones_come_first(as_reader, s3):
    assert "How much?" not in html(as_reader)
    revise(s3, NOTES[NOTES.index("How") : NOTES.index("Or")], version=1)
    assert words(html(as_reader)) == ["How much?"]
    assert words(html(as_reader, "?state=open")) == []
    assert words(html(as_reader, "?state=nonsense&sort=nonsense")) == ["How much?"]


def test_dismissed_ones_are_seen_when_asked_for(as_reader, s3):
    answer.dismiss_question(row("Or what?").pk, True)
    assert words(html(as_reader, "?state=dismissed")) == ["Or what?"]
    assert "Or what?" not in html(as_reader, "?state=all")


def test_sorts_by_page_or_age(as_reader, s3):
    plan = make_topic(title="Questions", notes="Old?\n\nNew?\n")
    for year, text in ((2001, "Old?"), (2002, "Or what?")):
        Question.objects.filter(text=text).update(asked_at=datetime(year, 1, 1, tzinfo=UTC))
    why = 'Why <a href="/services/s3/" rel="noopener noreferrer">S3</a>?'
    assert words(html(as_reader)) == [why, "Or what?", "Old?", "New?"]
    assert words(html(as_reader, "?sort=oldest")) == ["Old?", "Or what?", why, "New?"]
    assert words(html(as_reader, "?sort=newest")) == ["New?", why, "Or what?", "Old?"]
    assert plan.questions.count() == 2


@pytest.mark.parametrize("sort", ["page", "oldest", "newest"])
def test_takes_the_same_queries_however_many(as_editor, s3, sort, django_assert_num_queries):
    as_editor.get("/questions/")
    with CaptureQueriesContext(connection) as few:
        html(as_editor, f"?sort={sort}")
    for number in range(8):
        notes = "".join(f"What {i}?\n\n> [!answer]\n> [[S3]]\n\nWhy {i}?\n\n" for i in range(5))
        make_service(title=f"No {number}", category=s3.category, notes=notes)
    with django_assert_num_queries(len(few)):
        html(as_editor, f"?sort={sort}&state=all")
    assert len(few) <= 7


@pytest.mark.parametrize("sort", ["page", "oldest", "newest"])
def test_what_is_before_and_after_is_the_order_of_the_inbox(s3, sort):
    make_topic(title="Questions", notes="Old?\n\nNew?\n")
    make_topic(title="FAQ", notes="More?\n\nMost?\n")
    Question.objects.filter(text="Most?").update(asked_at=datetime(2001, 1, 1, tzinfo=UTC))
    inbox = Inbox("all", sort)
    rows = list(inbox.list_questions())
    assert [inbox.find_neighbour(r) for r in rows] == [*rows[1:], None]
    assert [inbox.find_neighbour(r, backwards=True) for r in rows] == [None, *rows[:-1]]
    assert len(rows) == 7
