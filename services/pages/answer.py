"""Ask, answer and dismiss questions: what a user types goes into the notes of the page.

Questions are addressed by their row, whose `position` is their index in the notes. Rows and notes
agree wherever the page is locked, so everything here locks the page before it looks at a row.
Nobody's answer is overwritten unseen, and different questions of one page never clash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from services.db.locks import retry_deadlocks
from services.markdown.edit.questions import add_question, set_answer
from services.markdown.edit.splice import EditRefused
from services.markdown.read.notes import read_notes
from services.markdown.read.questions import Question as Reading
from services.models import Page, Question, Reason
from services.pages.derive import derive
from services.pages.resolve_conflict import Choices, Clash, Conflict, mark, set_aside
from services.pages.revise import Trashed, revise
from services.text.line_ends import split_lines
from services.text.merge import UNKNOWN


class QuestionGone(Exception):
    """The question is no longer in the notes, or its page is gone."""

    def __init__(self) -> None:
        super().__init__("This question is not in the notes any more.")


@dataclass(frozen=True, slots=True)
class Answered:
    """The question as it is now, whether the notes changed, and whether a user chose."""

    question: Question
    changed: bool
    resolved: bool = False


@retry_deadlocks
def ask_question(
    page: Page, words: str, answer: str = "", *, by: AbstractBaseUser | None
) -> Question:
    """Ask at the end of a page's notes, where there is one with its answer; returns the row.

    Raises EditRefused where the words would not be read as a question, Trashed, or
    Page.DoesNotExist where it was deleted for good.
    """
    with transaction.atomic():
        current = Page.everything.locked().get(pk=page.pk)
        if current.trashed_at:
            raise Trashed(current)
        before = len(_questions(current))
        notes = add_question(
            current.notes, words, answer, service=current.is_service, title=current.title
        )
        _store(current, notes, by)
        question = current.questions.get(position=before)
        if question.dismissed:
            # It was dismissed when it was in the notes before; now it is asked again.
            question.dismissed = False
            question.save(update_fields=["dismissed"])
        return question


@retry_deadlocks
def answer_question(
    question_pk: int,
    text: str,
    *,
    seen: str,
    by: AbstractBaseUser | None,
    choices: Choices | None = None,
) -> Answered:
    """Answer a question, or change its answer; a blank text removes it.

    `seen` is the `mark` of the answer that the text was written over, `choices` what the user
    chose when they were shown another by then. Raises QuestionGone; Clash where they have to
    choose; and EditRefused where the text could not be told from the notes around it.
    """
    with transaction.atomic():
        page, question = _locked(question_pk)
        if _same(text, question.answer):
            return Answered(question, changed=False)
        notes, resolved = _with_answer(page, question, text), mark(question.answer) != seen
        if resolved:
            # Of their common version only the mark is known, not the text.
            conflict = Conflict(UNKNOWN, text, question.answer)
            chosen, mine = conflict.text(choices), notes
            if chosen is None:
                raise Clash(conflict, page)
            is_theirs = _same(chosen, question.answer)
            notes = page.notes if is_theirs else _with_answer(page, question, chosen)
            set_aside(page, [mine] if text.strip() else [], instead=notes, by=by)
        _store(page, notes, by)
        question.refresh_from_db()
        return Answered(question, True, resolved)


@retry_deadlocks
def dismiss_question(question_pk: int, dismissed: bool) -> Question:
    """Dismiss a question, or undo that; the notes stay as they are.

    Raises QuestionGone.
    """
    with transaction.atomic():
        _, question = _locked(question_pk)
        question.dismissed = dismissed
        question.save(update_fields=["dismissed"])
        return question


def _locked(question_pk: int) -> tuple[Page, Question]:
    """Return a question with its page, locked until the transaction ends."""
    page = Page.objects.locked().filter(questions=question_pk).first()
    question = Question.objects.filter(pk=question_pk).first()
    if page is None or question is None or question.page_id != page.pk:
        raise QuestionGone
    return page, question


def _store(page: Page, notes: str, by: AbstractBaseUser | None) -> None:
    if len(notes.encode()) > settings.NOTE_MAX_BYTES:
        most = filesizeformat(settings.NOTE_MAX_BYTES)
        raise EditRefused(f"The notes would be too long with that: they may have {most}.")
    revise(page, notes, version=page.version, by=by, reason=Reason.ANSWER)


def _with_answer(page: Page, question: Question, text: str) -> str:
    """Return the page's notes with an answer to one of their questions."""
    found = _questions(page)
    if question.position >= len(found) or found[question.position].text != question.text:
        # The rules of reading changed since the rows were derived.
        derive([page])
        fresh = Question.objects.filter(pk=question.pk).first()
        if fresh is None:
            raise QuestionGone
        question = fresh
    return set_answer(
        page.notes, question.position, text, service=page.is_service, title=page.title
    )


def _questions(page: Page) -> Sequence[Reading]:
    return read_notes(page.notes, service=page.is_service, title=page.title).questions


def _same(typed: str, stored: str) -> bool:
    """Tell whether two answers are equal apart from their line ends."""
    return _lines(typed) == _lines(stored)


def _lines(text: str) -> list[str]:
    return [words for words, _ in split_lines(text.strip())]
