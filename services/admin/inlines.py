"""Checklist items and questions on a page's form: what is typed there goes into the notes.

The rows are derived, so these forms never store one. They collect what this person changed, put
it into the page's draft (`services.admin.drafts`), and the page's form saves that as one version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from services.admin.base import ForEditors, StackedInline, TabularInline
from services.admin.row_edits import Draft, Edit, edit_items, edit_questions
from services.forms.fields import NotesWidget
from services.markdown.read.notes import LIST_TITLE_LENGTH
from services.models import ChecklistItem, Page, Question

if TYPE_CHECKING:
    RowForms = forms.BaseInlineFormSet[Any, Page, "RowForm"]
    RowModelForm = forms.ModelForm[Any]
else:
    RowForms = forms.BaseInlineFormSet
    RowModelForm = forms.ModelForm

# A row takes about ten of the DATA_UPLOAD_MAX_NUMBER_FIELDS fields of a form.
MOST_ROWS = 500


class RowForm(RowModelForm):
    """One row. Every field carries what it said when it was shown, to know what was changed."""

    words: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def _post_clean(self) -> None:
        """Nothing to check on the row itself: what was typed is not stored in it."""

    def edit(self, row: int | None, *, delete: bool) -> Edit | None:
        """What was done to this row; None if nothing that concerns the notes."""
        changed = [name for name in self.words if name in self.changed_data]
        if (not delete and not changed) or (delete and row is None):
            return None
        names = self.words if row is None else changed
        new = {} if delete else {name: self.cleaned_data.get(name) or "" for name in names}
        return Edit(row, delete, new)

    @property
    def shown(self) -> str:
        """The text of the row when the form was shown."""
        hidden = self.fields["text"].hidden_widget()
        value = self._widget_data_value(hidden, self["text"].html_initial_name)  # type: ignore[attr-defined]
        return str(self.fields["text"].to_python(value) or "")


class RowFormSet(RowForms):
    """The rows of a page. A row that is gone meanwhile stays on the form with what was typed."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data.copy() if data is not None else None, *args, **kwargs)
        self.more = 0

    def get_queryset(self) -> Any:
        """The stored rows that are shown; once posted, exactly those that were posted."""
        if not hasattr(self, "_queryset"):
            rows = self.queryset.order_by("position")  # type: ignore[union-attr]
            if self.is_bound:
                stored = {row.pk: row for row in rows}
                ids = [self.posted_id(i) for i in range(self.initial_form_count())]
                gone: Any = self.model
                self._queryset = [stored.get(pk) or gone(pk=pk) for pk in ids]
            else:
                self._queryset = list(rows[:MOST_ROWS])
                if len(self._queryset) == MOST_ROWS:
                    self.more = rows.count() - MOST_ROWS
        return self._queryset

    def posted_id(self, index: int) -> int | None:
        value = self.data.get(f"{self.add_prefix(index)}-id") or ""
        return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None

    def _existing_object(self, pk: int) -> Any:
        return next((row for row in self.get_queryset() if row.pk == pk), None)

    def add_fields(self, form: RowForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.formset = self  # type: ignore[attr-defined]
        # Django's own field would ask the database for each row by itself.
        form.fields["id"] = forms.IntegerField(
            required=False, widget=forms.HiddenInput, initial=form.instance.pk
        )
        for name, field in form.fields.items():
            # In a table, fields have no label of their own.
            label = f"{field.label or name}: {form.instance.text}" if form.instance.text else name
            field.widget.attrs.setdefault("aria-label", label[:120])

    def clean(self) -> None:
        """Put what was changed into the page's draft; what is refused is an error at its row."""
        draft = getattr(self.instance, "draft", None)
        if draft is None or any(self.errors):
            return
        edits: list[tuple[RowForm, Edit]] = []
        for index, form in enumerate(self.forms):
            row = index if index < self.initial_form_count() else None
            if edit := form.edit(row, delete=self._should_delete_form(form)):  # type: ignore[attr-defined]
                edits.append((form, edit))
        shown = [form.shown for form in self.initial_forms]
        self.put_in(draft, shown, [edit for _, edit in edits])
        refused = []
        for form, edit in edits:
            if edit.problem:
                form.add_error(None, edit.problem)
                if edit.delete:
                    refused.append(f"“{form.shown}”: {edit.problem}")
        if refused:
            raise forms.ValidationError(refused)

    def put_in(self, draft: Draft, shown: Sequence[str], edits: Sequence[Edit]) -> None:
        """Change the draft's notes; what is refused is told in the edits."""
        raise NotImplementedError

    def save(self, commit: bool = True) -> list[Any]:
        """The page's form has saved the notes; here only what stands in no notes."""
        self.new_objects: list[Any] = []
        self.changed_objects: list[Any] = []
        self.deleted_objects: list[Any] = []
        return []


class ItemForm(RowForm):
    words = ("text", "state", "list_title")
    text = forms.CharField(
        label="Item", required=False, widget=forms.Textarea(attrs={"rows": 1, "class": "row-text"})
    )
    list_title = forms.CharField(
        label="List",
        required=False,
        max_length=LIST_TITLE_LENGTH,
        widget=forms.TextInput(attrs={"list": "list-titles", "placeholder": "The last list"}),
    )

    class Meta:
        model = ChecklistItem
        fields = ("state", "text", "list_title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            # Items move between lists in the notes, where their place can be seen.
            self.fields["list_title"].disabled = True
            self.fields["list_title"].show_hidden_initial = False


class ItemFormSet(RowFormSet):
    def put_in(self, draft: Draft, shown: Sequence[str], edits: Sequence[Edit]) -> None:
        edit_items(draft, shown, edits)

    @property
    def list_titles(self) -> list[str]:
        """The lists that a new item can be put into."""
        return list(dict.fromkeys(row.list_title for row in self.get_queryset() if row.list_title))


class QuestionForm(RowForm):
    words = ("text", "answer")
    text = forms.CharField(
        label="Question",
        required=False,
        widget=forms.Textarea(attrs={"rows": 1, "class": "row-text"}),
    )
    answer = forms.CharField(required=False, widget=NotesWidget(preview=False))
    dismissed = forms.BooleanField(label="This is no question", required=False)

    class Meta:
        model = Question
        fields = ("text", "answer", "dismissed")


class QuestionFormSet(RowFormSet):
    def put_in(self, draft: Draft, shown: Sequence[str], edits: Sequence[Edit]) -> None:
        edit_questions(draft, shown, edits)

    def save(self, commit: bool = True) -> list[Any]:
        for form in self.initial_forms:
            if "dismissed" in form.changed_data and form.instance.pk:
                rows = Question.objects.filter(pk=form.instance.pk, page=self.instance)
                rows.update(dismissed=form.cleaned_data["dismissed"])
        return super().save(commit)


class ItemInline(ForEditors, TabularInline):
    model = ChecklistItem
    form = ItemForm
    formset = ItemFormSet  # type: ignore[assignment]
    fields = ("state", "text", "list_title")
    extra = 0
    verbose_name_plural = "Checklist"
    template = "admin/services/page/items.html"


class QuestionInline(ForEditors, StackedInline):
    model = Question
    form = QuestionForm
    formset = QuestionFormSet  # type: ignore[assignment]
    fields = ("text", "answer", "dismissed")
    extra = 0
    template = "admin/services/page/questions.html"
