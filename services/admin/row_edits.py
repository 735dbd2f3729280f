"""Put edits of single checklist items and questions into notes that are about to be saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.markdown.edit.questions import (
    add_question,
    delete_question,
    set_answer,
    set_question_text,
)
from services.markdown.edit.tasks import add_item, delete_item, set_item_text, set_state
from services.markdown.read.notes import Notes, read_notes


@dataclass(slots=True)
class Draft:
    """The notes that a form is about to save, and the version of the page that they replace."""

    notes: str
    version: int
    title: str
    service: bool

    def read(self) -> Notes:
        """Return what the notes have in them, such as items and questions."""
        return read_notes(self.notes, service=self.service, title=self.title)


def edit_item(draft: Draft, index: int | None, new: Mapping[str, str]) -> str:
    """Return the notes with an item added (`index` is None), changed, or deleted (`new` is empty).

    `new` has the changed fields, or all fields of a new row. Raises EditRefused, and IndexError
    for an item that is not in the notes.
    """
    notes = draft.notes
    if index is None:
        return add_item(notes, new["text"], new["state"] or "open", new["list_title"] or None)
    if not new:
        return delete_item(notes, index)
    if "text" in new:
        notes = set_item_text(notes, index, new["text"])
    if "state" in new:
        notes = set_state(notes, index, new["state"])
    return notes


def edit_question(draft: Draft, index: int | None, new: Mapping[str, str]) -> str:
    """Return the notes with a question added, changed or deleted, as `edit_item` does."""
    notes, service, title = draft.notes, draft.service, draft.title
    if index is None:
        return add_question(notes, new["text"], new["answer"], service=service, title=title)
    if not new:
        return delete_question(notes, index, service=service, title=title)
    if "text" in new:
        notes = set_question_text(notes, index, new["text"], service=service, title=title)
    if "answer" in new:
        notes = set_answer(notes, index, new["answer"], service=service, title=title)
    return notes
