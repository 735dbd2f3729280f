"""Filters for pages, items and questions."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from services.markdown.render.plain import plain_text
from services.models import ChecklistItem, Page, Question
from services.models.urls import page_url
from services.selectors import controls
from services.selectors.page import build_place_url, render_line

register = template.Library()
register.filter("plain", plain_text)


@register.simple_tag
def version() -> str:
    """Return the version of the site."""
    return str(settings.KB_VERSION)


@register.filter
def address(page: Page) -> str:
    """Return a page's address."""
    return page_url(page.kind, page.slug)


@register.filter
def inline(text: str, links: Mapping[str, str] | None = None) -> SafeString:
    """Return one line of notes as HTML."""
    return mark_safe(render_line(text, links))  # noqa: S308 (it has been through the sanitiser)


@register.filter
def control(item: ChecklistItem) -> SafeString:
    """Return the box of an item, for editors to tick."""
    return controls.build_item_control(item, plain_text(item.text))


@register.filter
def state_label(item: ChecklistItem) -> str:
    """Return an item's state in words, if its box alone does not show it."""
    common = (ChecklistItem.State.OPEN, ChecklistItem.State.DONE)
    return "" if item.state in common else str(item.get_state_display())


@register.filter
def place(row: ChecklistItem | Question) -> str:
    """Return the address of an item or question in its page."""
    heading = row.list_title if isinstance(row, ChecklistItem) else ""
    return build_place_url(address(row.page), row.text, heading)


@register.filter
def fragment(question: Question) -> str:
    """Return the fragment of a question in the page that shows it."""
    return build_place_url("", question.text)


@register.filter
def get(mapping: Mapping[object, object], key: object) -> object:
    """Return the value of a key in a mapping, or None."""
    return mapping.get(key)
