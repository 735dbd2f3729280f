"""Rows derived from the notes, and what they preserve when the notes change."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from services.markdown.edit.tasks import set_state
from services.models import Category, ChecklistItem, Link, Page, Question
from services.pages.revise import delete, revise
from tests.support.pages import make_service, make_topic, revise_by_fields

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def s3(db) -> Page:
    return make_service(
        title="S3",
        category=Category.objects.get(name="Data Store"),
        notes="Is it a disk?\n\nTo do\n\n- [ ] buckets\n- [ ] [[EC2]] access\n",
    )


def test_rows_are_derived_from_the_notes(s3):
    assert [(i.text, i.state, i.list_title) for i in s3.items.all()] == [
        ("buckets", "open", "To do"),
        ("[[EC2]] access", "open", "To do"),
    ]
    assert [q.text for q in s3.questions.all()] == ["Is it a disk?"]
    assert [link.target for link in s3.links.all()] == ["EC2"]


def test_a_tick_keeps_the_items_row_and_dates_it(s3):
    row = s3.items.get(text="buckets")
    revise(s3, set_state(s3.notes, 0, "done"), version=1)
    ticked = s3.items.get(text="buckets")
    assert (ticked.pk, ticked.state) == (row.pk, "done")
    assert row.state_changed_at is None
    assert ticked.state_changed_at is not None


def test_a_reworded_and_moved_item_keeps_its_row(s3):
    row = s3.items.get(text="buckets")
    notes = s3.notes.replace("- [ ] buckets\n", "") + "- [ ] buckets and keys\n"
    revise(s3, notes, version=1)
    assert s3.items.get(text="buckets and keys").pk == row.pk


def test_a_dismissed_question_stays_dismissed_when_the_text_around_it_changes(s3):
    s3.questions.update(dismissed=True)
    revise(s3, "Intro. What now?\n\n" + s3.notes, version=1)
    assert Question.objects.get(text="Is it a disk?").dismissed
    assert Question.objects.open().get().text == "Intro. What now?"


def test_a_new_page_is_found_by_links_and_items_that_were_waiting_for_it(s3, compute):
    assert Link.objects.get().to is None
    ec2 = make_service(title="Servers", abbreviation="EC2", category=compute)
    assert Link.objects.get().to == ec2
    assert list(s3.items.get(text="[[EC2]] access").names.all()) == [ec2]


def test_a_page_that_is_renamed_to_questions_asks(db):
    page = make_topic(title="Notes", notes="Why is it so?\n")
    assert not page.questions.exists()
    page.title = "Questions"
    revise_by_fields(page)
    assert page.questions.get().text == "Why is it so?"


def test_links_follow_a_name_that_is_given_away(s3, compute):
    ec2 = make_service(title="EC2", category=compute)
    ec2.title = "Elastic Compute"
    ec2.aws_id = ""
    revise_by_fields(ec2)
    assert Link.objects.get().to is None
    assert not ChecklistItem.names.through.objects.exists()


def test_links_fall_back_when_a_page_is_deleted(s3, compute):
    ec2 = make_service(title="EC2", category=compute)
    alias = make_topic(title="Servers", aliases=["EC2"])
    assert Link.objects.get().to == ec2
    delete(ec2)
    assert Link.objects.get().to == alias


def test_an_everyday_title_is_named_only_by_a_whole_part(s3):
    setup = make_topic(title="Setup")
    page = make_topic(title="x", notes="- [ ] the setup of things\n- [ ] S3/setup\n")
    first, second = page.items.all()
    assert list(first.names.all()) == []
    assert set(second.names.all()) == {Page.objects.get(pk=s3.pk), Page.objects.get(pk=setup.pk)}


def test_items_name_a_topic_in_more_words_once_it_is_a_service(compute, capsys):
    page = make_topic(title="Fargate")
    make_topic(title="Plan", notes="- [ ] learn Fargate soon\n")
    assert not page.named_by.exists()
    revise(page, version=1, kind="service", category=compute)
    assert page.named_by.count() == 1
    revise(page, version=2, kind="topic", category=None)
    assert not page.named_by.exists()
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out
