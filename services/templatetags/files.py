"""Filters for files."""

from __future__ import annotations

from django import template

from services.attachments.labels import describe_kind, icon_name
from services.attachments.store import markdown_of
from services.models import Attachment
from services.permissions import shown_name

register = template.Library()
register.filter("markdown", markdown_of)
register.filter("person", shown_name)


@register.filter
def kind(file: Attachment) -> str:
    """Return the kind of a file in words."""
    return describe_kind(file.content_type, file.name)


@register.filter
def icon(file: Attachment) -> str:
    """Return the template of the icon for a file's kind."""
    return f"icons/{icon_name(file.content_type, file.name)}.html"
