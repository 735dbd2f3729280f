"""Filters for forms that ask and answer, and for unsaved drafts."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from services.markdown.render.plain import plain_text
from services.models import Draft, Page
from services.models.drafts import ASK
from services.pages.resolve_conflict import mark

# How many characters of a draft a list shows, to distinguish several.
MAX_EXCERPT = 80

register = template.Library()
register.filter("mark", mark)


@register.filter
def excerpt(draft: Draft, page: Page | None) -> str:
    """Return the first line of a draft that its page does not have."""
    return first_new_line(draft.fields, page.notes if page else "")


@register.filter
def draft_label(draft: Draft) -> str:
    """Describe a draft of `DraftQuerySet.listed` in a few words."""
    facts = vars(draft)
    if draft.page is None:
        return ": ".join(filter(None, ("A new page", facts["title"])))
    if draft.place == ASK:
        return ": ".join(filter(None, ("A question", facts["words"])))
    if draft.place:
        return f"The answer to: {plain_text(facts['asked'] or 'a question')}"
    return str(draft.page)


def first_new_line(fields: Mapping[str, str], stored: str) -> str:
    """Return the first line of a draft that the stored text lacks, else one that it leaves out."""
    typed, known = fields.get("notes", ""), set(stored.splitlines())
    new = (line for line in typed.splitlines() if line.strip() and line not in known)
    if line := next(new, ""):
        return _shorten(line)
    left = set(typed.splitlines())
    gone = (line for line in stored.splitlines() if line.strip() and line not in left)
    line = next(gone, "")
    return f"without: {_shorten(line)}" if line else _shorten(fields.get("title", ""))


def _shorten(line: str) -> str:
    words = " ".join(line.split())
    return words if len(words) <= MAX_EXCERPT else f"{words[:MAX_EXCERPT].rstrip()}…"
