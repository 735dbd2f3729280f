"""Ask, answer and dismiss questions: what a user types goes into the notes of the page.

Questions are addressed by their row, whose `position` is their index in the notes. Rows and notes
agree while the page is locked, so every function locks the page before it reads a row. No answer
is overwritten unseen, and different questions of one page never conflict.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.template.defaultfilters import filesizeformat

from services.db.locks import atomic_with_retries
from services.markdown.edit.questions import add_question, set_answer
from services.markdown.edit.splice import EditRefused
from services.models import Page, Question, Reason
from services.pages.derive import derive, read_page
from services.pages.resolve_conflict import Choices, Clash, Conflict, mark, set_aside
from services.pages.revise import lock_live, revise
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


@atomic_with_retries
def ask_question(
    page: Page, words: str, answer: str = "", *, by: AbstractBaseUser | None
) -> Question:
    """Add a question to the end of a page's notes, with its answer if given; returns the row.

    Raises EditRefused where the words would not be read as a question, Trashed, or
    Page.DoesNotExist where the page was deleted for good.
    """
    page = lock_live(page)
    before = len(read_page(page).questions)
    notes = add_question(page.notes, words, answer, service=page.is_service, title=page.title)
    _store(page, notes, by)
    question = page.questions.get(position=before)
    if question.dismissed:
        # It was dismissed when it was in the notes before; now it is asked again.
        question.dismissed = False
        question.save(update_fields=["dismissed"])
    return question


@atomic_with_retries
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
    chose when they were shown that another was saved since. Raises QuestionGone; Clash where the
    user has to choose; and EditRefused where the text would be read as part of the notes around it.
    """
    page, question = _lock_question(question_pk)
    if _lines(text) == _lines(question.answer):
        return Answered(question, changed=False)
    notes, resolved = _put_answer(page, question, text), mark(question.answer) != seen
    if resolved:
        # Only the mark of their common version is known, not its text.
        conflict = Conflict(UNKNOWN, text, question.answer)
        chosen, mine = conflict.text(choices), notes
        if chosen is None:
            raise Clash(conflict, page)
        is_theirs = _lines(chosen) == _lines(question.answer)
        notes = page.notes if is_theirs else _put_answer(page, question, chosen)
        set_aside(page, [mine] if text.strip() else [], instead=notes, by=by)
    _store(page, notes, by)
    question.refresh_from_db()
    return Answered(question, True, resolved)


@atomic_with_retries
def dismiss_question(question_pk: int, dismissed: bool) -> Question:
    """Dismiss a question, or undo that; the notes stay as they are. Raises QuestionGone."""
    _, question = _lock_question(question_pk)
    question.dismissed = dismissed
    question.save(update_fields=["dismissed"])
    return question


def _lock_question(question_pk: int) -> tuple[Page, Question]:
    """Return a question with its page, locked until the transaction ends."""
    page = Page.objects.locked().filter(questions=question_pk).first()
    question = Question.objects.filter(pk=question_pk, page=page).first() if page else None
    if page is None or question is None:
        raise QuestionGone
    return page, question


def _store(page: Page, notes: str, by: AbstractBaseUser | None) -> None:
    if len(notes.encode()) > settings.NOTE_MAX_BYTES:
        most = filesizeformat(settings.NOTE_MAX_BYTES)
        raise EditRefused(f"The notes would be too long with that: they may have {most}.")
    revise(page, notes, version=page.version, by=by, reason=Reason.ANSWER)


def _put_answer(page: Page, question: Question, text: str) -> str:
    """Return the page's notes with an answer to one of their questions."""
    found = read_page(page).questions[question.position : question.position + 1]
    if [reading.text for reading in found] != [question.text]:
        # The rules of reading changed since the rows were derived.
        derive([page])
        _, question = _lock_question(question.pk)
    return set_answer(
        page.notes, question.position, text, service=page.is_service, title=page.title
    )


def _lines(text: str) -> list[str]:
    """Return an answer to be compared: its lines without their line ends."""
    return [words for words, _ in split_lines(text.strip())]
