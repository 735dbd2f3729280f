"""The form of a page: which names are taken, and the notes over the version that it showed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html

from services.admin.row_edits import Draft, edit_items, edit_questions
from services.admin.row_forms import (
    MAX_ROWS,
    ItemForm,
    ItemRows,
    QuestionForm,
    QuestionRows,
    put_rows_in,
    save_dismissed,
)
from services.aws.catalog import name_key
from services.forms.fields import NamesField, NotesField, NotesWidget, Seen, TagsField
from services.models import Page, PageName, Service
from services.pages.edit import base_of, typed_anew, typed_over
from services.pages.names import KEY_LENGTH
from services.views.request import parse_version

# What a page says beside its notes; stored only where this person changed it.
FACTS = ("title", "abbreviation", "category", "about", "slug", "aliases", "aws_id", "position")
ROWS_REFUSED = "Please fix the marked rows."
GONE = (
    'This page was moved to the <a href="{}">trash</a> meanwhile. Your text is still here: restore '
    "the page in another window, then save again."
)


class PageForm(forms.ModelForm[Page]):
    """A service or topic, with its checklist items and questions.

    `clean` sets `draft`: the notes that were typed, unless they are too long.
    """

    class Media:
        js = ("admin/js/jquery.init.js", "admin/js/inlines.js")

    draft: Draft
    # Is there a row that cannot be put into the notes?
    rows_refused = False

    aliases = NamesField(
        label="Other names",
        required=False,
        help_text="Other names for this page, one per line",
    )
    tags = TagsField(required=False, help_text="Separate with commas")
    notes = NotesField(widget=NotesWidget({"aria-label": "Notes"}))
    version = Seen(required=False)
    # When the draft was kept that is in this form. Browsers are not to bring back another's.
    kept = Seen(required=False, widget=forms.HiddenInput({"autocomplete": "off"}))

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
            items = list(instance.items.order_by("position").values(*ItemForm.words))
            self.more_items = max(len(items) - MAX_ROWS, 0)
            self.item_rows.initial = items[:MAX_ROWS]
            questions = instance.questions.order_by("position")
            self.question_rows.initial = list(
                questions.values(*QuestionForm.base_fields)[:MAX_ROWS]
            )
        if self.instance.pk:
            self.fields["version"].initial = str(self.instance.version)
            self.fields["notes"].widget.page_id = self.instance.pk
        for name in (*FACTS, "tags"):
            if name in self.fields:
                self.fields[name].show_hidden_initial = bool(self.instance.pk)
        # Who leaves it blank gets one made from the title.
        self.fields["slug"].required = False
        if "about" in self.fields and self.instance.about_id:
            # Also one that is in the trash: saving the topic is not to tear them apart.
            about = self.fields["about"]
            known = Q(trashed_at=None) | Q(pk=self.instance.about_id)
            if isinstance(about, forms.ModelChoiceField):
                about.queryset = Service.everything.filter(known).order_by("title")
        names = self.fields["aliases"]
        if isinstance(names, NamesField):
            names.whole = [str(alias) for alias in self.instance.aliases]

    # -- names ---------------------------------------------------------------------------------

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        others = PageName.objects.filter(key=name_key(title)[:KEY_LENGTH], rank=PageName.Rank.TITLE)
        self._refuse_taken(
            others.exclude(page=self.instance.pk).values_list("page", flat=True), "title"
        )
        return title

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"] or self.instance.slug
        others = Page.everything.filter(Q(slug=slug) | Q(old_addresses__slug=slug))
        others = others.exclude(pk=self.instance.pk) if slug else others.none()
        self._refuse_taken(others.values_list("pk", flat=True), "address")
        return slug

    def clean_aws_id(self) -> str:
        aws_id: str = self.cleaned_data["aws_id"].strip()
        others = Page.objects.filter(kind=Page.Kind.SERVICE, aws_id=aws_id)
        others = others.exclude(pk=self.instance.pk) if aws_id else others.none()
        self._refuse_taken(others.values_list("pk", flat=True), "AWS id")
        return aws_id

    def _refuse_taken(self, pks: Iterable[int], what: str) -> None:
        page = Page.everything.filter(pk__in=list(pks)[:1]).first()
        if page is not None and page.trashed_at:
            words = '“{}” in the <a href="{}">trash</a> has this {}.'
            said = format_html(words, page, reverse("trash"), what)
            raise forms.ValidationError(said, code="taken")
        if page is not None:
            link = reverse(f"admin:services_{page.kind}_change", args=[page.pk])
            words = '<a href="{}">{}</a> already has this {}.'
            raise forms.ValidationError(format_html(words, link, page, what), code="taken")

    # -- notes ---------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        super().clean()
        page = self.instance
        current = Page.everything.filter(pk=page.pk).first() if page.pk else None
        if "notes" in self.cleaned_data:
            self.draft = self._draft(current)
            self._put_rows_in(self.draft)
        if page.pk and (current is None or current.trashed_at):
            raise forms.ValidationError(format_html(GONE, reverse("trash")))
        if current:
            self._keep_what_others_changed(current)
        return self.cleaned_data

    def _put_rows_in(self, draft: Draft) -> None:
        refused = [
            *put_rows_in(draft, self.item_rows, edit_items),
            *put_rows_in(draft, self.question_rows, edit_questions),
        ]
        self.rows_refused = not (self.item_rows.is_valid() and self.question_rows.is_valid())
        if refused or self.rows_refused:
            self.rows_refused = True
            self.add_error(None, refused or ROWS_REFUSED)

    def _draft(self, current: Page | None) -> Draft:
        """The notes over the version that the form showed, whatever became of the page."""
        typed, title = self.cleaned_data["notes"], self.cleaned_data.get("title")
        if current is None:
            is_service = self._meta.model.__name__ == "Service"
            return Draft(typed_anew(typed), 1, title or "", is_service)
        base = base_of(current, parse_version(self.cleaned_data.get("version")))
        notes = typed_over(current, base, typed)
        return Draft(notes, base.version, title or current.title, current.is_service)

    def _keep_what_others_changed(self, current: Page) -> None:
        for name in FACTS:
            if name in self.cleaned_data and name not in self.changed_data:
                self.cleaned_data[name] = getattr(current, name)
        if "tags" not in self.changed_data:
            self.cleaned_data.pop("tags", None)

    def save_dismissed(self) -> None:
        """Store which lines are not questions."""
        save_dismissed(self.question_rows, self.instance)
