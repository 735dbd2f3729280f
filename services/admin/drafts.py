"""Notes that are about to be saved, and the edits of single rows that go into them as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.markdown import edits as markdown
from services.markdown.match import match
from services.markdown.notes import read
from services.models import ChecklistItem, Page, Question


@dataclass(slots=True)
class Draft:
    """The notes that a form asks for, and the version of the stored ones they are laid over."""

    notes: str
    version: int
    title: str
    service: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be changed. `now` is what the row's field says in the meantime."""

    message: str
    field: str | None = None
    now: str | None = None


@dataclass(slots=True)
class Edit:
    """What a person did to one row: `row` is its id, None for a new one.

    `new` holds the fields that they changed, `seen` what the fields said when they were shown.
    """

    row: int | None
    delete: bool = False
    new: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def edit_items(draft: Draft, page: Page, edits: Sequence[Edit]) -> None:
    """Put edits of checklist items into a draft; what is refused is told in `edit.problems`."""
    now = read(draft.notes).items
    rows = [(row.pk, (row.list_title, row.text)) for row in _stored(ChecklistItem, page)]
    places = _places(rows, [(item.list_title, item.text) for item in now])
    texts = [{"text": item.text} for item in now]
    for index, edit in _located(edits, places, texts, "This item"):
        _attempt(draft, edit, lambda notes, i=index, e=edit: _changed_item(notes, i, e))  # type: ignore[misc]
    for edit in edits:
        if edit.row is None:
            _attempt(draft, edit, lambda notes, e=edit: _with_item(notes, e.new))  # type: ignore[misc]


def edit_questions(draft: Draft, page: Page, edits: Sequence[Edit]) -> None:
    """Put edits of questions into a draft; what is refused is told in `edit.problems`."""
    now = read(draft.notes, service=draft.service, title=draft.title).questions
    rows = [(row.pk, ("", row.text)) for row in _stored(Question, page)]
    places = _places(rows, [("", question.text) for question in now])
    texts = [{"text": question.text, "answer": question.answer} for question in now]
    for index, edit in _located(edits, places, texts, "This question"):
        _attempt(draft, edit, lambda notes, i=index, e=edit: _changed_question(notes, i, e, draft))  # type: ignore[misc]
    for edit in edits:
        if edit.row is None:
            _attempt(draft, edit, lambda notes, e=edit: _with_question(notes, e.new, draft))  # type: ignore[misc]


def _stored(model: type[ChecklistItem] | type[Question], page: Page) -> Sequence[ChecklistItem]:
    if page.pk is None:
        return []
    return list(model.objects.filter(page_id=page.pk).order_by("position"))  # type: ignore[arg-type]


def _places(
    rows: Sequence[tuple[int, tuple[str, str]]], now: Sequence[tuple[str, str]]
) -> dict[int, int]:
    """For each stored row, by id, its index in the draft."""
    continued = match([row for _, row in rows], now)
    return {rows[old][0]: index for index, old in enumerate(continued) if old is not None}


def _located(
    edits: Sequence[Edit], places: Mapping[int, int], now: Sequence[Mapping[str, str]], what: str
) -> Iterator[tuple[int, Edit]]:
    """The edits of rows that are there, the last row first, so that no edit moves the next."""
    found = []
    for edit in edits:
        if edit.row is None:
            continue
        if edit.row not in places:
            edit.problems.append(Problem(f"{what} is not in the notes any more."))
            continue
        index = places[edit.row]
        touched = edit.seen if edit.delete else edit.new
        for name in touched:
            says = now[index].get(name)
            if says not in (None, edit.seen.get(name, says), edit.new.get(name)):
                message = f"It now says “{says}”. Save again to change it all the same."
                edit.problems.append(Problem(message, name, says))
        if not edit.problems:
            found.append((index, edit))
    yield from sorted(found, key=lambda pair: pair[0], reverse=True)


def _attempt(draft: Draft, edit: Edit, change: Callable[[str], str]) -> None:
    try:
        draft.notes = change(draft.notes)
    except markdown.EditRefused as refusal:
        edit.problems.append(Problem(str(refusal)))
    except IndexError:
        edit.problems.append(Problem("Another change took this row away. Save one at a time."))


def _changed_item(notes: str, index: int, edit: Edit) -> str:
    if edit.delete:
        return markdown.delete_item(notes, index)
    if "text" in edit.new:
        notes = markdown.set_item_text(notes, index, edit.new["text"])
    if "state" in edit.new:
        notes = markdown.set_state(notes, index, edit.new["state"])
    return notes


def _with_item(notes: str, new: Mapping[str, str]) -> str:
    return markdown.add_item(
        notes, new.get("text", ""), new.get("state") or "open", new.get("list_title") or None
    )


def _changed_question(notes: str, index: int, edit: Edit, draft: Draft) -> str:
    service, title = draft.service, draft.title
    if edit.delete:
        return markdown.delete_question(notes, index, service=service, title=title)
    if "text" in edit.new:
        notes = markdown.set_question_text(
            notes, index, edit.new["text"], service=service, title=title
        )
    if "answer" in edit.new:
        notes = markdown.set_answer(notes, index, edit.new["answer"], service=service, title=title)
    return notes


def _with_question(notes: str, new: Mapping[str, str], draft: Draft) -> str:
    return markdown.add_question(
        notes,
        new.get("text", ""),
        new.get("answer", ""),
        service=draft.service,
        title=draft.title,
    )
