"""Asking, answering and dismissing: what goes into the notes, and whose words stand in the end."""

from __future__ import annotations

import pytest

from services.markdown.edit.splice import EditRefused
from services.models import Category, Page, Question, Reason, Revision
from services.pages import trash
from services.pages.answer import (
    QuestionGone,
    answer_question,
    ask_question,
    dismiss_question,
    mark,
)
from services.pages.derive import derive
from services.pages.resolve_conflict import Choices, Clash
from services.pages.revise import Trashed, revise
from tests.support.pages import make_service, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]
NOTES = "Why S3?\n\nHow much?\n\n> [!answer]\n> Little.\n\nOr what?\n"
NOTHING = mark("")


@pytest.fixture
def s3() -> Page:
    return make_service(title="S3", category=Category.objects.get(slug="data-store"), notes=NOTES)


def question(text: str) -> Question:
    return Question.objects.get(text=text)


def notes(page: Page) -> str:
    return Page.everything.get(pk=page.pk).notes


def test_an_answer_stands_below_its_question(s3, editor):
    done = answer_question(
        question("Why S3?").pk, "It lasts.\r\n\r\nIt is cheap.", seen=NOTHING, by=editor
    )
    assert done.changed
    assert notes(s3) == NOTES.replace(
        "Why S3?\n", "Why S3?\n\n> [!answer]\n> It lasts.\n>\n> It is cheap.\n"
    )
    assert done.question.answer == "It lasts.\n\nIt is cheap."
    last = Revision.objects.filter(page=s3.pk).latest("version")
    assert (last.reason, last.user) == (Reason.ANSWER, editor)


def test_an_answer_takes_the_line_ends_of_its_page(editor):
    page = make_topic(title="Questions", notes="Why?\r\n\r\nHow?\r\n")
    answer_question(question("Why?").pk, "One\nTwo", seen=NOTHING, by=editor)
    assert notes(page) == "Why?\r\n\r\n> [!answer]\r\n> One\r\n> Two\r\n\r\nHow?\r\n"


def test_an_answer_is_changed_and_removed_and_then_the_notes_are_as_before(s3, editor):
    row = question("Or what?")
    answer_question(row.pk, "Nothing.", seen=NOTHING, by=editor)
    answer_question(row.pk, "Something.", seen=mark("Nothing."), by=editor)
    assert "> Something.\n" in notes(s3)
    removed = answer_question(row.pk, " \r\n", seen=mark("Something."), by=editor)
    assert removed.question.is_open
    assert notes(s3) == NOTES


def test_the_same_answer_is_no_revision(s3, editor):
    row = question("How much?")
    assert not answer_question(row.pk, "Little.\r\n", seen=mark("Little."), by=editor).changed
    assert not answer_question(question("Why S3?").pk, "  ", seen=NOTHING, by=editor).changed
    assert Page.objects.get(pk=s3.pk).version == 1


def test_the_right_question_is_answered_on_a_page_that_changed_since(s3, editor):
    row = question("Or what?")
    revise(s3, "First of all?\n\n" + NOTES, version=1)
    answer_question(row.pk, "That.", seen=NOTHING, by=editor)
    assert notes(s3) == "First of all?\n\n" + NOTES + "\n> [!answer]\n> That.\n"


def test_two_people_answer_different_questions(s3, editor, admin):
    answer_question(question("Why S3?").pk, "One.", seen=NOTHING, by=editor)
    answer_question(question("Or what?").pk, "Two.", seen=NOTHING, by=admin)
    assert [q.answer for q in s3.questions.order_by("position")] == ["One.", "Little.", "Two."]


def test_two_people_answer_the_same_question_and_nothing_is_overwritten(s3, editor, admin):
    row = question("Why S3?")
    answer_question(row.pk, "Theirs.", seen=NOTHING, by=admin)
    with pytest.raises(Clash) as clash:
        answer_question(row.pk, "Mine.", seen=NOTHING, by=editor)
    assert clash.value.conflict.theirs == "Theirs."
    assert question("Why S3?").answer == "Theirs."
    # There is nothing to resolve for an answer that is there already.
    assert not answer_question(row.pk, "Theirs.", seen=NOTHING, by=editor).changed
    choices = Choices(clash.value.conflict.mark, everywhere="both")
    answer_question(row.pk, "Mine.", seen=NOTHING, by=editor, choices=choices)
    assert question("Why S3?").answer == "Mine.\n\nTheirs."


@pytest.mark.parametrize(("use", "stays"), [("theirs", "Little"), ("mine", "A lot")])
def test_the_answer_that_is_not_used_is_in_the_history(s3, editor, use, stays):
    row = question("How much?")
    with pytest.raises(Clash) as clash:
        answer_question(row.pk, "A lot.", seen=NOTHING, by=editor)
    choices = Choices(clash.value.conflict.mark, everywhere=use)
    assert answer_question(row.pk, "A lot.", seen=NOTHING, by=editor, choices=choices).resolved
    assert notes(s3) == NOTES.replace("Little", stays)
    stored = {revision.notes for revision in Revision.objects.filter(page=s3.pk)}
    assert stored == {NOTES, NOTES.replace("Little", "A lot")}
    assert Revision.objects.filter(reason=Reason.ASIDE).exists() == (use == "theirs")


def test_an_answer_that_was_removed_can_stay_removed(s3, editor, admin):
    row = question("How much?")
    answer_question(row.pk, "", seen=mark("Little."), by=admin)
    with pytest.raises(Clash) as clash:
        answer_question(row.pk, "A lot.", seen=mark("Little."), by=editor)
    choices = Choices(clash.value.conflict.mark, everywhere="theirs")
    answer_question(row.pk, "A lot.", seen=mark("Little."), by=editor, choices=choices)
    assert question("How much?").is_open


def test_a_question_that_is_gone_is_told(s3, editor):
    gone, trashed = question("Why S3?"), question("Or what?")
    revise(s3, NOTES.replace("Why S3?\n\n", ""), version=1)
    with pytest.raises(QuestionGone):
        answer_question(gone.pk, "Because.", seen=NOTHING, by=editor)
    with pytest.raises(QuestionGone):
        dismiss_question(gone.pk, True)
    trash.throw_away(s3, by=editor)
    with pytest.raises(QuestionGone):
        answer_question(trashed.pk, "That.", seen=NOTHING, by=editor)
    with pytest.raises(Trashed):
        ask_question(s3, "Still here?", by=editor)


def test_what_cannot_be_told_from_the_notes_is_refused(s3, editor):
    with pytest.raises(EditRefused):
        ask_question(s3, "", by=editor)
    with pytest.raises(EditRefused):
        answer_question(question("Why S3?").pk, "---", seen=NOTHING, by=editor)
    assert notes(s3) == NOTES


def test_asks_at_the_end_of_the_notes(s3, editor):
    row = ask_question(s3, "  Who\r\npays? ", by=editor)
    assert (row.text, row.answer) == ("Who pays?", "")
    assert notes(s3) == NOTES + "\nWho pays?\n"
    plan = make_topic(title="Plan", notes="To do")
    row = ask_question(plan, "Where from", "There.", by=editor)
    assert (row.text, row.answer) == ("Where from", "There.")
    assert notes(plan) == "To do\n\n> [!question] Where from\n\n> [!answer]\n> There.\n"


def test_dismissing_changes_no_notes_and_outlives_edits(s3, editor):
    row = question("Or what?")
    dismiss_question(row.pk, True)
    revise(s3, "More?\n\n" + NOTES, version=1)
    assert list(Question.objects.dismissed()) == [row]
    assert not Question.objects.shown().filter(pk=row.pk).exists()
    dismiss_question(row.pk, False)
    assert Question.objects.open().filter(pk=row.pk).exists()
    assert Page.objects.get(pk=s3.pk).version == 2


def test_rows_that_the_notes_know_better_are_derived_first(s3, editor):
    row = question("Or what?")
    Question.objects.filter(text="Why S3?").delete()
    Question.objects.filter(pk=row.pk).update(position=0)
    answer_question(row.pk, "That.", seen=NOTHING, by=editor)
    assert notes(s3) == NOTES + "\n> [!answer]\n> That.\n"
    assert not derive([Page.objects.get(pk=s3.pk)])


def test_when_it_was_asked_outlives_edits_and_the_trash(s3, editor):
    then = question("Or what?").asked_at.replace(year=2001)
    Question.objects.update(asked_at=then)
    revise(s3, NOTES + "\nAnd new?\n", version=1)
    assert question("And new?").asked_at > question("Why S3?").asked_at == then
    dismiss_question(question("Why S3?").pk, True)
    trash.throw_away(s3, by=editor)
    trash.take_out(s3, by=editor)
    assert question("And new?").asked_at > question("Why S3?").asked_at == then
    assert [q.text for q in Question.objects.dismissed()] == ["Why S3?"]


def test_notes_grow_no_longer_than_they_may(s3, editor, settings):
    settings.NOTE_MAX_BYTES = 100
    with pytest.raises(EditRefused, match="too long"):
        answer_question(question("Why S3?").pk, "It lasts. " * 8, seen=NOTHING, by=editor)
    with pytest.raises(EditRefused, match="too long"):
        ask_question(s3, "W" * 60 + "?", by=editor)
    assert notes(s3) == NOTES
