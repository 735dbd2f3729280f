"""Form fields for notes, names and tags of a page, and for what the form showed of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.forms.renderers import BaseRenderer
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.safestring import SafeString
from markdownx.fields import MarkdownxFormField
from markdownx.widgets import AdminMarkdownxWidget
from taggit.forms import TagField, TagWidget
from taggit.models import Tag
from taggit.utils import edit_string_for_tags, parse_tags

from services.forms.editor_toolbar import TOOLS
from services.forms.tag_text import is_reachable

LINE_ENDS = re.compile(r"\r\n|\r|\n")
UNREACHABLE = "“%s” cannot be a tag: an address cannot lead to it. Add a letter or a digit."


def as_posted(text: str) -> str:
    """Return a text as browsers send it: with CRLF line ends (HTML, "newline normalisation")."""
    return LINE_ENDS.sub("\r\n", text)


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

    def render(
        self,
        name: str,
        value: object,
        attrs: dict[str, object] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        # markdownx changes the dictionary that it is given, and cannot do without one.
        html: SafeString = super().render(name, value, dict(attrs or {}), renderer)
        return html

    def get_context(
        self, name: str, value: object, attrs: dict[str, object] | None
    ) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, dict(attrs or {}))
        kept = context["widget"]["attrs"]
        context["widget"]["attrs"] = {
            key: kept[key] for key in kept if not key.startswith("data-markdownx")
        }
        context["editor"] = {
            "preview_url": reverse("markdownx_markdownify") if self.preview else "",
            "names_url": reverse("page_names"),
            "tools": TOOLS if self.preview else (),
            "page": self.page_id or "",
        }
        return context


class NotesField(MarkdownxFormField):  # type: ignore[misc]
    """Notes of which no character is stripped, not even blanks and line ends at both ends."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**{"widget": NotesWidget, "strip": False, "required": False} | kwargs)

    def clean(self, value: object) -> str:
        text: str = super().clean(value)
        if len(text.encode()) > settings.NOTE_MAX_BYTES:
            most = filesizeformat(settings.NOTE_MAX_BYTES)
            raise forms.ValidationError(f"These notes are too long: they may have {most}.")
        return text

    def has_changed(self, initial: str | None, data: str | None) -> bool:
        return as_posted(initial or "") != as_posted(data or "")


class Seen(forms.CharField):
    """A hidden field with what the form showed; it never counts as changed."""

    widget = forms.HiddenInput

    def has_changed(self, initial: object, data: object) -> bool:
        return False


class NamesField(forms.CharField):
    """A list of names, one a line or with commas between; `whole` are names that hold commas."""

    widget = forms.Textarea(attrs={"rows": 3})
    whole: Sequence[str] = ()

    def prepare_value(self, value: object) -> object:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: object) -> list[str]:
        names: list[str] = []
        for line in LINE_ENDS.split(super().clean(value)):
            parts = [line] if line.strip() in self.whole else line.split(",")
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
