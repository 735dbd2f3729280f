"""What templates need to offer an answer, and text that is not saved yet."""

from __future__ import annotations

from django import template

from services.models import Draft, Page, Question
from services.models.drafts import ASK
from services.pages import drafts
from services.pages.resolve_conflict import mark as mark_of
from services.selectors import page as pages

register = template.Library()


@register.filter
def mark(question: Question) -> str:
    """Tells whether the answer is still the one that was shown here."""
    return mark_of(question.answer)


@register.filter
def excerpt(draft: Draft, page: Page | None) -> str:
    """What a draft of a page, or of a new one, says first that the page does not."""
    return drafts.excerpt(draft.fields, page.notes if page else "")


@register.filter
def called(draft: Draft) -> str:
    """What a draft of `DraftQuerySet.listed` is, in a few words."""
    facts = vars(draft)
    if draft.page is None:
        return ": ".join(filter(None, ("A new page", facts["title"])))
    if draft.place == ASK:
        return ": ".join(filter(None, ("A question", facts["words"])))
    if draft.place:
        return f"The answer to: {pages.plain(facts['asked'] or 'a question')}"
    return str(draft.page)
