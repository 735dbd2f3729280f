"""Form fields for notes, names and tags of a page, and for hidden values that a form showed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.text import normalize_newlines
from markdownx.fields import MarkdownxFormField
from markdownx.widgets import AdminMarkdownxWidget
from taggit.forms import TagField, TagWidget
from taggit.models import Tag
from taggit.utils import edit_string_for_tags, parse_tags

from services.forms.editor_toolbar import TOOLS
from services.forms.tag_text import is_reachable

UNREACHABLE = "“%s” cannot be a tag: an address cannot lead to it. Add a letter or a digit."


class NotesWidget(AdminMarkdownxWidget):  # type: ignore[misc]
    """The Markdown editor: text and live preview side by side; `static/js/editor` runs it."""

    page_id: int | None = None
    # As multipart, since elsewhere each byte that is not ASCII takes three.
    needs_multipart_form = True

    class Media:
        # Not the scripts and styles of markdownx.
        extend = False

    def __init__(self, attrs: dict[str, object] | None = None, *, preview: bool = True) -> None:
        super().__init__(attrs)
        self.preview = preview

    def get_context(
        self, name: str, value: object, attrs: dict[str, object] | None
    ) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        found = context["widget"]["attrs"].items()
        context["widget"]["attrs"] = {
            key: value for key, value in found if not key.startswith("data-markdownx")
        }
        context["editor"] = {
            "preview_url": reverse("markdownx_markdownify") if self.preview else "",
            "names_url": reverse("page_names"),
            "tools": TOOLS if self.preview else (),
            "page": self.page_id or "",
        }
        return context


class NotesField(MarkdownxFormField):  # type: ignore[misc]
    """Notes, of which no blanks and line ends are stripped."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{"widget": NotesWidget, "strip": False, "required": False} | kwargs)

    def clean(self, value: object) -> str:
        text: str = super().clean(value)
        if len(text.encode()) > settings.NOTE_MAX_BYTES:
            limit = filesizeformat(settings.NOTE_MAX_BYTES)
            raise forms.ValidationError(f"These notes are too long: they may have {limit}.")
        return text

    def has_changed(self, initial: str | None, data: str | None) -> bool:
        # Browsers send CRLF for every line end (HTML, "newline normalisation").
        return normalize_newlines(initial or "") != normalize_newlines(data or "")


class HiddenValue(forms.CharField):
    """A hidden value that the form showed; it never counts as changed."""

    widget = forms.HiddenInput

    def has_changed(self, initial: object, data: object) -> bool:
        return False


class NamesField(forms.CharField):
    """A list of names, one per line or separated by commas; `names_with_commas` are not split."""

    widget = forms.Textarea(attrs={"rows": 3})
    names_with_commas: Sequence[str] = ()

    def prepare_value(self, value: object) -> object:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        names: list[str] = []
        for line in normalize_newlines(super().clean(value)).split("\n"):
            parts = [line] if line.strip() in self.names_with_commas else line.split(",")
            names += [part.strip() for part in parts if part.strip()]
        return list(dict.fromkeys(names))

    def has_changed(self, initial: object, data: object) -> bool:
        before = self.prepare_value(initial) or ""
        return bool(self.clean(before) != self.clean(data or ""))


class HiddenTags(TagWidget):  # type: ignore[misc]
    input_type = "hidden"


class TagsField(TagField):  # type: ignore[misc]
    """Tags, compared with those that the form showed."""

    hidden_widget = HiddenTags

    def clean(self, value: object) -> list[str]:
        tags: list[str] = super().clean(value)
        for tag in tags:
            if not is_reachable(tag):
                raise forms.ValidationError(UNREACHABLE % tag)
        return tags

    def has_changed(self, initial: str | Iterable[Tag] | None, data: str | None) -> bool:
        before = initial if isinstance(initial, str) else edit_string_for_tags(initial or [])
        try:
            return bool(parse_tags(before) != parse_tags(data or ""))
        except ValueError:
            return True
