"""The forms of the site's editor: a page, one section of it, a new page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.utils.html import format_html
from taggit.models import Tag

from services.aws.catalog import name_key
from services.forms.fields import NamesField, NotesField, Seen, TagsField
from services.models import Category, Page, PageName
from services.models.pages import TITLE_LENGTH, one_line
from services.pages.edit import FACTS, Base
from services.pages.names import KEY_LENGTH

MAX_TAG_LENGTH = 100
LONG_TITLE = {"maxlength": TITLE_LENGTH, "autocomplete": "off"}


class EditForm(forms.Form):
    """The fields of a page in the site's editor; `base` is the version it was opened on.

    What the author changed is told by comparing with that version, not with what is stored now.
    """

    # Fields that a form of fewer does without.
    left_out: ClassVar[tuple[str, ...]] = ()

    title = forms.CharField(max_length=TITLE_LENGTH, widget=forms.TextInput(LONG_TITLE))
    notes = NotesField(label="Notes")
    category = forms.ModelChoiceField(
        Category.objects.all(),
        required=False,
        empty_label="No category (general topic)",
    )
    abbreviation = forms.CharField(max_length=20, required=False, help_text="For example IAM, S3")
    aliases = NamesField(
        label="Other names",
        required=False,
        help_text="Other names for this page, one per line",
    )
    tags = TagsField(required=False, help_text="Separate with commas")
    rewrite = forms.BooleanField(required=False)
    version = Seen(required=False)
    # When the draft was kept that is in this form. Browsers are not to bring back another's.
    kept = Seen(required=False, widget=forms.HiddenInput({"autocomplete": "off"}))

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        *,
        page: Page | None = None,
        base: Base | None = None,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        self.page, self.base = page, base
        known = (
            base.facts | {"tags": [Tag(name=name) for name in base.facts["tags"]]} if base else {}
        )
        super().__init__(data, initial={**known, **(initial or {})})
        if page is not None:
            self.fields["notes"].widget.page_id = page.pk
        names = self.fields["aliases"]
        if base is not None and isinstance(names, NamesField):
            names.whole = base.facts["aliases"]
        for name in self.left_out:
            del self.fields[name]

    def clean_title(self) -> str:
        title = one_line(self.cleaned_data["title"])
        others = PageName.objects.filter(key=name_key(title)[:KEY_LENGTH], rank=PageName.Rank.TITLE)
        if self.page is not None:
            others = others.exclude(page=self.page.pk)
        taken = Page.objects.filter(pk__in=others.values("page")).first()
        if taken is not None:
            words = 'There is already a page with this title: <a href="{}">{}</a>.'
            raise forms.ValidationError(
                format_html(words, taken.get_absolute_url(), taken), code="taken"
            )
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
        category = self.cleaned_data.get("category")
        said = {name: self.cleaned_data[name] for name in FACTS if name in self.cleaned_data}
        if "category" in said:
            said["category"] = category.pk if category else None
        before = self.base.facts if self.base else {}
        return {
            name: value
            for name, value in said.items()
            if name not in before or value != before[name]
        }

    @property
    def details_are_wrong(self) -> bool:
        """Tell whether one of the folded fields has an error."""
        return any(name in self.errors for name in FACTS if name != "title")


class SectionForm(EditForm):
    """The notes of one section."""

    left_out = (*FACTS, "rewrite")


class SplitForm(EditForm):
    """Title and category of the page that a section becomes."""

    left_out = ("notes", "abbreviation", "aliases", "tags", "rewrite", "kept")
