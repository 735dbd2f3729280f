"""Put edits of single checklist items and questions into notes that are about to be saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

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
    """The notes that a form is about to save, and the version of the page that they replace."""

    notes: str
    version: int
    title: str
    service: bool


@dataclass(slots=True)
class Edit:
    """What the user did to one row: `row` is its place among the rows shown, None for a new one.

    `new` holds the changed fields, and all fields of a new row. `problem` says why the row cannot
    be changed.
    """

    row: int | None
    delete: bool = False
    new: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def edit_items(draft: Draft, shown: Sequence[str], edits: Sequence[Edit]) -> None:
    """Put edits of checklist items into a draft; what is refused is described in `edit.problem`.

    `shown` are the texts of all rows, in their order, as they were when the form was shown.
    """
    texts = [item.text for item in read_notes(draft.notes).items]
    _apply_edits(draft, shown, texts, edits, _edit_item, "This item")


def edit_questions(draft: Draft, shown: Sequence[str], edits: Sequence[Edit]) -> None:
    """Put edits of questions into a draft, as `edit_items` does."""
    notes = read_notes(draft.notes, service=draft.service, title=draft.title)
    texts = [question.text for question in notes.questions]
    _apply_edits(draft, shown, texts, edits, _edit_question, "This question")


def _apply_edits(
    draft: Draft,
    shown: Sequence[str],
    texts: Sequence[str],
    edits: Sequence[Edit],
    change: Callable[[Draft, Edit, int | None], str],
    subject: str,
) -> None:
    """Find each edited row among the texts in the notes now, and set the draft's notes."""
    matched = match_rows([("", text) for text in shown], [("", text) for text in texts])
    indexes = {row: index for index, row in enumerate(matched) if row is not None}
    found: list[tuple[int, Edit]] = []
    for edit in edits:
        if edit.row in indexes:
            found.append((indexes[edit.row], edit))
        elif edit.row is not None:
            edit.problem = f"{subject} is not in the notes any more."
    # The last row first, so that no edit moves the next.
    found.sort(key=lambda pair: pair[0], reverse=True)
    for index, edit in [*found, *((None, edit) for edit in edits if edit.row is None)]:
        try:
            draft.notes = change(draft, edit, index)
        except EditRefused as refusal:
            edit.problem = str(refusal)
        except IndexError:
            edit.problem = "Another change removed this row. Save one at a time."


def _edit_item(draft: Draft, edit: Edit, index: int | None) -> str:
    notes, new = draft.notes, edit.new
    if index is None:
        return add_item(notes, new["text"], new["state"] or "open", new["list_title"] or None)
    if edit.delete:
        return delete_item(notes, index)
    if "text" in new:
        notes = set_item_text(notes, index, new["text"])
    if "state" in new:
        notes = set_state(notes, index, new["state"])
    return notes


def _edit_question(draft: Draft, edit: Edit, index: int | None) -> str:
    notes, new, service, title = draft.notes, edit.new, draft.service, draft.title
    if index is None:
        return add_question(notes, new["text"], new["answer"], service=service, title=title)
    if edit.delete:
        return delete_question(notes, index, service=service, title=title)
    if "text" in new:
        notes = set_question_text(notes, index, new["text"], service=service, title=title)
    if "answer" in new:
        notes = set_answer(notes, index, new["answer"], service=service, title=title)
    return notes
