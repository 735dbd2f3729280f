"""The forms of the site's editor: a page, one section of it, a new page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.html import format_html
from taggit.models import Tag

from services.aws.catalog import name_key
from services.forms.fields import HiddenValue, NamesField, NotesField, TagsField
from services.models import Category, Page, PageName
from services.models.pages import TITLE_LENGTH, one_line
from services.pages.edit import FACTS, Base
from services.pages.names import KEY_LENGTH

MAX_TAG_LENGTH = 100
LONG_TITLE = {"maxlength": TITLE_LENGTH, "autocomplete": "off"}


class PageFields(forms.Form):
    """Fields that the site's editor and the admin share."""

    aliases = NamesField(
        label="Other names",
        required=False,
        help_text="Other names for this page, one per line",
    )
    tags = TagsField(required=False, help_text="Separate with commas")
    version = HiddenValue(required=False)
    # When the draft in this form was saved. Browsers must not restore the value of another.
    kept = HiddenValue(required=False, widget=forms.HiddenInput({"autocomplete": "off"}))


class EditForm(PageFields):
    """The fields of a page in the site's editor; `base` is the version it was opened on.

    The user's changes are those to that version, not to what is stored now.
    """

    # Fields that a subclass does not have.
    excluded: ClassVar[tuple[str, ...]] = ()

    title = forms.CharField(max_length=TITLE_LENGTH, widget=forms.TextInput(LONG_TITLE))
    notes = NotesField(label="Notes")
    category = forms.ModelChoiceField(
        Category.objects.all(), required=False, empty_label="No category (general topic)"
    )
    abbreviation = forms.CharField(max_length=20, required=False, help_text="For example IAM, S3")
    rewrite = forms.BooleanField(required=False)

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        page: Page | None = None,
        base: Base | None = None,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        self.page, self.base = page, base
        known = dict(base.facts) if base else {}
        known["tags"] = [Tag(name=name) for name in known.get("tags", ())]
        super().__init__(data, initial=known | dict(initial or {}))
        if page is not None:
            self.fields["notes"].widget.page_id = page.pk
        names = self.fields["aliases"]
        if base is not None and isinstance(names, NamesField):
            names.names_with_commas = base.facts["aliases"]
        for name in self.excluded:
            del self.fields[name]

    def clean_title(self) -> str:
        title = one_line(self.cleaned_data["title"])
        others = PageName.objects.filter(key=name_key(title)[:KEY_LENGTH], rank=PageName.Rank.TITLE)
        if self.page is not None:
            others = others.exclude(page=self.page.pk)
        taken = Page.objects.filter(pk__in=others.values("page")).first()
        if taken is not None:
            words = 'There is already a page with this title: <a href="{}">{}</a>.'
            message = format_html(words, taken.get_absolute_url(), taken)
            raise forms.ValidationError(message, code="taken")
        return title

    def clean_abbreviation(self) -> str:
        return one_line(self.cleaned_data["abbreviation"])

    def clean_tags(self) -> list[str]:
        tags: list[str] = self.cleaned_data["tags"]
        if any(len(tag) > MAX_TAG_LENGTH for tag in tags):
            raise forms.ValidationError(f"A tag may have {MAX_TAG_LENGTH} characters.")
        return sorted(tags)

    @property
    def facts(self) -> dict[str, object]:
        """Return the facts in the form; with a base, only those that the user changed.

        Call it on a valid form. `category` is a category's id or None, `tags` a list of names.
        """
        facts = {name: self.cleaned_data[name] for name in FACTS if name in self.cleaned_data}
        if category := facts.get("category"):
            facts["category"] = category.pk
        if self.base is None:
            return facts
        return {name: fact for name, fact in facts.items() if fact != self.base.facts[name]}

    @property
    def details_are_wrong(self) -> bool:
        """Return whether one of the fields in the folded details has an error."""
        return any(name in self.errors for name in FACTS if name != "title")


class SectionForm(EditForm):
    """The notes of one section."""

    excluded = (*FACTS, "rewrite")


class SplitForm(EditForm):
    """Title and category of the page that a section becomes."""

    excluded = ("notes", "abbreviation", "aliases", "tags", "rewrite", "kept")
