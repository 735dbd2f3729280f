"""Forms of the checklist items and questions in a page's form.

The rows are derived from the notes, so these forms save none. Their changes are put into the notes
that the page's form is about to save (`services.admin.row_edits`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

from django import forms

from services.admin.row_edits import Draft
from services.forms.fields import NotesWidget
from services.markdown.edit.splice import EditRefused
from services.markdown.read.context import LIST_TITLE_LENGTH
from services.models import ChecklistItem
from services.text.match_rows import match_rows

# A row takes about ten of the DATA_UPLOAD_MAX_NUMBER_FIELDS fields of a form.
MAX_ROWS = 500
NOT_IN_NOTES = "This row is not in the notes any more."
REMOVED = "Another change removed this row. Save one at a time."


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
        """Return the text of the row when the form was shown."""
        text = self.data.get(self.add_initial_prefix("text")) if self.is_bound else None
        return str(text or self.get_initial_for_field(self.fields["text"], "text") or "").strip()

    def edit(self, *, is_new: bool) -> dict[str, str] | None:
        """Return the values to write into the notes: none to delete the row, None for no edit."""
        if self.cleaned_data.get("DELETE"):
            return {}
        changed = [name for name in self.note_fields if name in self.changed_data]
        names = self.note_fields if is_new else changed
        return {name: self.cleaned_data.get(name) or "" for name in names} if changed else None


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
            # To move an item to another list, edit the notes.
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
    texts: Sequence[str],
    edit_row: Callable[[Draft, int | None, Mapping[str, str]], str],
) -> list[str]:
    """Put the changes of rows into a draft; add an error to each row whose change is refused.

    `texts` are those of all rows in the draft. Returns the problems of rows to be deleted, since
    Django shows no errors of those.
    """
    if not rows.is_valid():
        return []
    shown = [("", form.shown) for form in rows.initial_forms]
    matched = match_rows(shown, [("", text) for text in texts])
    indexes = {row: index for index, row in enumerate(matched)}
    stored = [(indexes.get(row, -1), form) for row, form in enumerate(rows.initial_forms)]
    # The last row first, so that no edit moves the next.
    stored.sort(key=lambda pair: pair[0], reverse=True)
    problems = []
    for index, form in [*stored, *((None, form) for form in rows.extra_forms)]:
        new = form.edit(is_new=index is None)
        if new is None:
            continue
        try:
            if index == -1:
                raise EditRefused(NOT_IN_NOTES)
            draft.notes = edit_row(draft, index, new)
        except (EditRefused, IndexError) as error:
            problem = str(error) if isinstance(error, EditRefused) else REMOVED
            form.add_error(None, problem)
            problems += [] if new else [f"“{form.shown}”: {problem}"]
    return problems
