"""Filters for search results."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from services.models import Category
from services.search.results import Marked

register = template.Library()
# For each kind of place, its icon and its name.
KINDS = {
    "heading": ("heading", "Heading"),
    "question": ("question", "Question"),
    "item": ("task", "Checklist item"),
    "file": ("attach", "File"),
    "text": ("quote", "Text"),
}


@register.filter
def marked(pieces: Marked) -> SafeString:
    """Return a text with the words that were searched for marked."""
    html = ((format_html("<mark>{}</mark>", text) if hit else text,) for text, hit in pieces)
    return format_html_join("", "{}", html)


@register.filter
def accent(category_slug: str) -> str:
    """Return the name of a category's colour by its slug, which is blank for topics."""
    return Category(slug=category_slug).accent if category_slug else "topics"


@register.filter
def kind_icon(kind: str) -> str:
    """Return the template of the icon for a kind of place."""
    return f"icons/{KINDS.get(kind, KINDS['text'])[0]}.html"


@register.filter
def kind_name(kind: str) -> str:
    """Return a kind of place in words."""
    return KINDS.get(kind, KINDS["text"])[1]
