"""Notes that are about to be saved, and the edits of single rows that go into them as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from services.markdown.edit.questions import (
    add_question,
    delete_question,
    set_answer,
    set_question_text,
)
from services.markdown.edit.splice import EditRefused
from services.markdown.edit.tasks import add_item, delete_item, set_item_text, set_state
from services.markdown.read.notes import read_notes
from services.text.match_rows import match_rows


@dataclass(slots=True)
class Draft:
    """The notes that a form asks for, and the version of the page that they are laid over."""

    notes: str
    version: int
    title: str
    service: bool


@dataclass(slots=True)
class Edit:
    """What a person did to one row: `row` is its place among the rows shown, None for a new one.

    `new` holds the fields that they changed, `problem` says why the row cannot be changed.
    """

    row: int | None
    delete: bool = False
    new: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def edit_items(draft: Draft, shown: Sequence[str], edits: Sequence[Edit]) -> None:
    """Put edits of checklist items into a draft; what is refused is described in `edit.problem`.

    `shown` are the texts of all rows, in their order, as they were when the form was shown.
    """
    now = [item.text for item in read_notes(draft.notes).items]
    for index, edit in _located(edits, shown, now, "This item"):
        _attempt(draft, edit, partial(_changed_item, index=index, edit=edit))
    for edit in edits:
        if edit.row is None:
            _attempt(draft, edit, partial(_with_item, new=edit.new))


def edit_questions(draft: Draft, shown: Sequence[str], edits: Sequence[Edit]) -> None:
    """Put edits of questions into a draft, as `edit_items` does."""
    read_now = read_notes(draft.notes, service=draft.service, title=draft.title)
    now = [question.text for question in read_now.questions]
    for index, edit in _located(edits, shown, now, "This question"):
        _attempt(draft, edit, partial(_changed_question, index=index, edit=edit, draft=draft))
    for edit in edits:
        if edit.row is None:
            _attempt(draft, edit, partial(_with_question, new=edit.new, draft=draft))


def _located(
    edits: Sequence[Edit], shown: Sequence[str], now: Sequence[str], what: str
) -> Iterator[tuple[int, Edit]]:
    """The edits of rows that are in the notes, with their index there; the last row first, so
    that no edit moves the next."""
    continued = match_rows([("", text) for text in shown], [("", text) for text in now])
    places = {row: index for index, row in enumerate(continued) if row is not None}
    found = []
    for edit in edits:
        if edit.row in places:
            found.append((places[edit.row], edit))
        elif edit.row is not None:
            edit.problem = f"{what} is not in the notes any more."
    yield from sorted(found, key=lambda pair: pair[0], reverse=True)


def _attempt(draft: Draft, edit: Edit, change: Callable[[str], str]) -> None:
    try:
        draft.notes = change(draft.notes)
    except EditRefused as refusal:
        edit.problem = str(refusal)
    except IndexError:
        edit.problem = "Another change took this row away. Save one at a time."


def _changed_item(notes: str, index: int, edit: Edit) -> str:
    if edit.delete:
        return delete_item(notes, index)
    if "text" in edit.new:
        notes = set_item_text(notes, index, edit.new["text"])
    if "state" in edit.new:
        notes = set_state(notes, index, edit.new["state"])
    return notes


def _with_item(notes: str, new: Mapping[str, str]) -> str:
    return add_item(
        notes, new.get("text", ""), new.get("state") or "open", new.get("list_title") or None
    )


def _changed_question(notes: str, index: int, edit: Edit, draft: Draft) -> str:
    service, title = draft.service, draft.title
    if edit.delete:
        return delete_question(notes, index, service=service, title=title)
    if "text" in edit.new:
        notes = set_question_text(notes, index, edit.new["text"], service=service, title=title)
    if "answer" in edit.new:
        notes = set_answer(notes, index, edit.new["answer"], service=service, title=title)
    return notes


def _with_question(notes: str, new: Mapping[str, str], draft: Draft) -> str:
    return add_question(
        notes,
        new.get("text", ""),
        new.get("answer", ""),
        service=draft.service,
        title=draft.title,
    )
