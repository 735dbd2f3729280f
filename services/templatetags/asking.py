"""What templates need to offer an answer."""

from __future__ import annotations

from django import template

from services import asking
from services.models import Question

register = template.Library()


@register.filter
def mark(question: Question) -> str:
    """Tells whether the answer is still the one that was shown here."""
    return asking.mark(question.answer)
