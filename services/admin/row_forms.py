"""Checklist items and questions on a page's form: what is typed there goes into the notes.

The rows are derived, so these forms store none. They collect what was changed in them and put it
into the notes that the page's form is about to save (`services.admin.row_edits`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from django import forms

from services.admin.row_edits import Draft, Edit
from services.forms.fields import NotesWidget
from services.markdown.read.context import LIST_TITLE_LENGTH
from services.models import ChecklistItem, Page, Question

# A row takes about ten of the DATA_UPLOAD_MAX_NUMBER_FIELDS fields of a form.
MAX_ROWS = 500


class RowForm(forms.Form):
    """One row. Its fields carry the values that were shown, to know which of them were changed."""

    # The fields that are part of the notes.
    words: ClassVar[tuple[str, ...]]

    @property
    def shown(self) -> str:
        """The text of the row when the form was shown."""
        text = self.data.get(self.add_initial_prefix("text")) if self.is_bound else None
        return str(text or self.get_initial_for_field(self.fields["text"], "text") or "").strip()

    def edit(self, row: int | None) -> Edit | None:
        """Return what was done to this row; None if nothing that concerns the notes."""
        delete = bool(self.cleaned_data.get("DELETE"))
        changed = [name for name in self.words if name in self.changed_data]
        if not delete and not changed:
            return None
        names = self.words if row is None else changed
        new = {} if delete else {name: self.cleaned_data.get(name) or "" for name in names}
        return Edit(row, delete, new)


Row = TypeVar("Row", bound=RowForm)


class ItemForm(RowForm):
    words = ("text", "state", "list_title")
    state = forms.ChoiceField(
        choices=ChecklistItem.State.choices,
        initial=ChecklistItem.State.OPEN,
        show_hidden_initial=True,
    )
    text = forms.CharField(
        label="Item",
        required=False,
        widget=forms.Textarea(attrs={"rows": 1, "class": "row-text"}),
        show_hidden_initial=True,
    )
    list_title = forms.CharField(
        label="List",
        required=False,
        max_length=LIST_TITLE_LENGTH,
        widget=forms.TextInput(attrs={"list": "list-titles", "placeholder": "The last list"}),
        show_hidden_initial=True,
    )


class QuestionForm(RowForm):
    words = ("text", "answer")
    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label="Question",
        required=False,
        widget=forms.Textarea(attrs={"rows": 1, "class": "row-text"}),
        show_hidden_initial=True,
    )
    answer = forms.CharField(
        required=False, widget=NotesWidget(preview=False), show_hidden_initial=True
    )
    dismissed = forms.BooleanField(label="Not a question", required=False, show_hidden_initial=True)


class RowFormSet(forms.BaseFormSet[Row]):
    def add_fields(self, form: Row, index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            # In a table, fields have no label of their own.
            label = f"{field.label or name}: {form.shown}" if form.shown else name
            field.widget.attrs.setdefault("aria-label", label[:120])
        if "list_title" in form.fields and "DELETE" in form.fields:
            # Items move between lists in the notes, where their place can be seen.
            form.fields["list_title"].widget.attrs |= {"readonly": True, "tabindex": "-1"}

    @property
    def list_titles(self) -> list[str]:
        """The lists that a new item can be put into."""
        titles = [str(form["list_title"].value() or "") for form in self.initial_forms]
        return list(dict.fromkeys(filter(None, titles)))


def row_formset(form: type[Row]) -> type[forms.BaseFormSet[Row]]:
    """Make the class of a formset; the admin's own script takes out rows that were just added."""
    return forms.formset_factory(form, RowFormSet, extra=0, can_delete=True, can_delete_extra=False)


ItemRows, QuestionRows = row_formset(ItemForm), row_formset(QuestionForm)


def put_rows_in(
    draft: Draft,
    rows: forms.BaseFormSet[Row],
    edit_rows: Callable[[Draft, Sequence[str], Sequence[Edit]], None],
) -> list[str]:
    """Put what was changed in rows into a draft; what is refused is an error at its row.

    Returns the problems of rows that were to be deleted, which Django does not validate.
    """
    if not rows.is_valid():
        return []
    stored = rows.initial_form_count()
    edits: list[tuple[Row, Edit]] = []
    for index, form in enumerate(rows.forms):
        if edit := form.edit(index if index < stored else None):
            edits.append((form, edit))
    edit_rows(draft, [form.shown for form in rows.initial_forms], [edit for _, edit in edits])
    refused = [(form, edit) for form, edit in edits if edit.problem]
    for form, edit in refused:
        form.add_error(None, edit.problem)
    return [f"“{form.shown}”: {edit.problem}" for form, edit in refused if edit.delete]


def save_dismissed(rows: forms.BaseFormSet[QuestionForm], page: Page) -> None:
    """Store which lines are not questions: no notes say it."""
    for form in rows.initial_forms:
        if "dismissed" in form.changed_data:
            questions = Question.objects.filter(pk=form.cleaned_data["id"], page=page)
            questions.update(dismissed=form.cleaned_data["dismissed"])
