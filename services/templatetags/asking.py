"""What templates need to offer an answer."""

from __future__ import annotations

from django import template

from services.models import Question
from services.saving import mark as mark_of

register = template.Library()


@register.filter
def mark(question: Question) -> str:
    """Tells whether the answer is still the one that was shown here."""
    return mark_of(question.answer)
