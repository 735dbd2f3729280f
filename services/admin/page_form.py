"""The form of a page: refuses names that are taken, and merges the notes with newer versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html

from services.admin.row_edits import Draft, edit_item, edit_question
from services.admin.row_forms import (
    MAX_ROWS,
    ItemForm,
    ItemRows,
    QuestionForm,
    QuestionRows,
    put_rows_in,
)
from services.aws.catalog import name_key
from services.forms.fields import NamesField, NotesField, NotesWidget
from services.forms.page import PageFields
from services.models import Page, PageName, Question, Service
from services.pages.edit import base_of, read_typed
from services.pages.names import KEY_LENGTH
from services.views.request import parse_version

# The fields besides notes and tags; saved only if the user changed them.
FACTS = ("title", "abbreviation", "category", "about", "slug", "aliases", "aws_id", "position")
ROWS_REFUSED = "Please fix the marked rows."
GONE = (
    'This page was moved to the <a href="{}">trash</a> in the meantime. Your text is still here: '
    "restore the page in another window, then save again."
)


class PageForm(forms.ModelForm[Page], PageFields):
    """A service or topic, with its checklist items and questions.

    `clean` sets `draft`, the typed notes, unless they are too long.
    """

    class Media:
        js = ("admin/js/jquery.init.js", "admin/js/inlines.js")

    draft: Draft
    # Whether a row cannot be put into the notes.
    rows_refused = False

    notes = NotesField(widget=NotesWidget({"aria-label": "Notes"}))

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        *,
        instance: Page | None = None,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, files, instance=instance, initial=initial)
        self.item_rows, self.more_items = ItemRows(data, prefix="items"), 0
        self.question_rows = QuestionRows(data, prefix="questions")
        if instance and data is None:
            items = list(instance.items.order_by("position").values(*ItemForm.note_fields))
            self.more_items = max(len(items) - MAX_ROWS, 0)
            self.item_rows.initial = items[:MAX_ROWS]
            questions = instance.questions.order_by("position").values(*QuestionForm.base_fields)
            self.question_rows.initial = list(questions[:MAX_ROWS])
        if self.instance.pk:
            self.fields["version"].initial = str(self.instance.version)
            self.fields["notes"].widget.page_id = self.instance.pk
        for name in (*FACTS, "tags"):
            if name in self.fields:
                self.fields[name].show_hidden_initial = bool(self.instance.pk)
        # A blank slug is replaced by one made from the title.
        self.fields["slug"].required = False
        if "about" in self.fields:
            # Also its own service in the trash: saving the topic must not separate them.
            known = Q(trashed_at=None) | Q(pk=self.instance.about_id)
            services = Service.everything.filter(known).order_by("title")
            about = cast("forms.ModelChoiceField[Page]", self.fields["about"])
            about.queryset = services.only("kind", "title", "abbreviation")
        names = cast(NamesField, self.fields["aliases"])
        names.names_with_commas = [str(alias) for alias in self.instance.aliases]

    # -- names ---------------------------------------------------------------------------------

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        names = PageName.objects.filter(key=name_key(title)[:KEY_LENGTH], rank=PageName.Rank.TITLE)
        self._refuse_taken(Q(pk__in=names.values("page")), "title")
        return title

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"] or self.instance.slug
        if slug:
            self._refuse_taken(Q(slug=slug) | Q(old_addresses__slug=slug), "address")
        return slug

    def clean_aws_id(self) -> str:
        aws_id: str = self.cleaned_data["aws_id"].strip()
        if aws_id:
            taken = Q(kind=Page.Kind.SERVICE, aws_id=aws_id, trashed_at=None)
            self._refuse_taken(taken, "AWS id")
        return aws_id

    def _refuse_taken(self, condition: Q, what: str) -> None:
        """Raise ValidationError if another page meets the condition."""
        page = Page.everything.filter(condition).exclude(pk=self.instance.pk).first()
        if page is None:
            return
        link = reverse(f"admin:services_{page.kind}_change", args=[page.pk])
        words = '<a href="{1}">{0}</a> already has this {2}.'
        if page.trashed_at:
            link, words = reverse("trash"), '“{}” in the <a href="{}">trash</a> has this {}.'
        raise forms.ValidationError(format_html(words, page, link, what), code="taken")

    # -- notes ---------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        super().clean()
        page = self.instance
        current = Page.everything.filter(pk=page.pk).first()
        if "notes" in self.cleaned_data:
            self.draft = self._draft(current)
            self._put_rows_in(self.draft)
        if page.pk and (current is None or current.trashed_at):
            raise forms.ValidationError(format_html(GONE, reverse("trash")))
        if current:
            # Others may have changed what the user did not.
            for name in FACTS:
                if name in self.cleaned_data and name not in self.changed_data:
                    self.cleaned_data[name] = getattr(current, name)
            if "tags" not in self.changed_data:
                self.cleaned_data.pop("tags", None)
        return self.cleaned_data

    def _put_rows_in(self, draft: Draft) -> None:
        items = [item.text for item in draft.read().items]
        refused = put_rows_in(draft, self.item_rows, items, edit_item)
        questions = [question.text for question in draft.read().questions]
        refused += put_rows_in(draft, self.question_rows, questions, edit_question)
        if refused or not (self.item_rows.is_valid() and self.question_rows.is_valid()):
            self.rows_refused = True
            self.add_error(None, refused or ROWS_REFUSED)

    def _draft(self, current: Page | None) -> Draft:
        """Return the typed notes, also for a page that was trashed or deleted."""
        typed, title = self.cleaned_data["notes"], self.cleaned_data.get("title")
        if current is None:
            return Draft(read_typed(typed), 1, title or "", issubclass(self._meta.model, Service))
        base = base_of(current, parse_version(self.cleaned_data.get("version")))
        notes = read_typed(typed, current, base.notes)
        return Draft(notes, base.version, title or current.title, current.is_service)

    def save_dismissed(self) -> None:
        """Save which lines are not questions, which the notes do not show."""
        for form in self.question_rows.initial_forms:
            if "dismissed" in form.changed_data:
                questions = Question.objects.filter(pk=form.cleaned_data["id"], page=self.instance)
                questions.update(dismissed=form.cleaned_data["dismissed"])
