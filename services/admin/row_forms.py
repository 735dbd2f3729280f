"""Forms of the checklist items and questions in a page's form.

The rows are derived from the notes, so these forms save none. Their changes are put into the notes
that the page's form is about to save (`services.admin.row_edits`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from django import forms

from services.admin.row_edits import Draft, Edit
from services.forms.fields import NotesWidget
from services.markdown.read.context import LIST_TITLE_LENGTH
from services.models import ChecklistItem

# A row takes about ten of the DATA_UPLOAD_MAX_NUMBER_FIELDS fields of a form.
MAX_ROWS = 500


def _text_field(label: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        widget=forms.Textarea(attrs={"rows": 1, "class": "row-text"}),
        show_hidden_initial=True,
    )


class RowForm(forms.Form):
    """One row. Hidden inputs carry the values that were shown, to detect changes."""

    # The fields that are part of the notes.
    note_fields: ClassVar[tuple[str, ...]]

    @property
    def shown(self) -> str:
        """The text of the row when the form was shown."""
        text = self.data.get(self.add_initial_prefix("text")) if self.is_bound else None
        return str(text or self.get_initial_for_field(self.fields["text"], "text") or "").strip()

    def edit(self, row: int | None) -> Edit | None:
        """Return the user's change of this row; None if nothing in the notes changes."""
        delete = bool(self.cleaned_data.get("DELETE"))
        changed = [name for name in self.note_fields if name in self.changed_data]
        if not delete and not changed:
            return None
        names = self.note_fields if row is None else changed
        new = {} if delete else {name: self.cleaned_data.get(name) or "" for name in names}
        return Edit(row, delete, new)


Row = TypeVar("Row", bound=RowForm)


class ItemForm(RowForm):
    note_fields = ("text", "state", "list_title")
    state = forms.ChoiceField(
        choices=ChecklistItem.State.choices,
        initial=ChecklistItem.State.OPEN,
        show_hidden_initial=True,
    )
    text = _text_field("Item")
    list_title = forms.CharField(
        label="List",
        required=False,
        max_length=LIST_TITLE_LENGTH,
        widget=forms.TextInput(attrs={"list": "list-titles", "placeholder": "The last list"}),
        show_hidden_initial=True,
    )


class QuestionForm(RowForm):
    note_fields = ("text", "answer")
    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = _text_field("Question")
    answer = forms.CharField(
        required=False, widget=NotesWidget(preview=False), show_hidden_initial=True
    )
    dismissed = forms.BooleanField(label="Not a question", required=False, show_hidden_initial=True)


class RowFormSet(forms.BaseFormSet[Row]):
    def add_fields(self, form: Row, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            # Fields in a table have no visible label.
            label = str(field.label or name.capitalize())
            label += f": {form.shown}" if form.shown else ""
            field.widget.attrs.setdefault("aria-label", label[:120])
        if "list_title" in form.fields and "DELETE" in form.fields:
            # An item is moved to another list in the notes, which show where it goes.
            form.fields["list_title"].widget.attrs |= {"readonly": True, "tabindex": "-1"}

    @property
    def list_titles(self) -> list[str]:
        """Return the lists that a new item can be added to."""
        titles = [str(form["list_title"].value() or "") for form in self.initial_forms]
        return list(dict.fromkeys(filter(None, titles)))


def row_formset(form: type[Row]) -> type[forms.BaseFormSet[Row]]:
    """Make a formset class; the admin's own script removes rows that were just added."""
    return forms.formset_factory(form, RowFormSet, extra=0, can_delete=True, can_delete_extra=False)


ItemRows, QuestionRows = row_formset(ItemForm), row_formset(QuestionForm)


def put_rows_in(
    draft: Draft,
    rows: forms.BaseFormSet[Row],
    edit_rows: Callable[[Draft, Sequence[str], Sequence[Edit]], None],
) -> list[str]:
    """Put the changes of rows into a draft; add an error to each row whose change is refused.

    Returns the problems of rows to be deleted, since Django shows no errors of those.
    """
    if not rows.is_valid():
        return []
    stored = rows.initial_form_count()
    edits: list[tuple[Row, Edit]] = []
    for index, form in enumerate(rows.forms):
        if edit := form.edit(index if index < stored else None):
            edits.append((form, edit))
    edit_rows(draft, [form.shown for form in rows.initial_forms], [edit for _, edit in edits])
    problems = []
    for form, edit in edits:
        if edit.problem:
            form.add_error(None, edit.problem)
            problems += [f"“{form.shown}”: {edit.problem}"] if edit.delete else []
    return problems
