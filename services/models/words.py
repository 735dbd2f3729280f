"""Words that pages hold, for finding those that are like one that was typed."""

from __future__ import annotations

from django.db import models


class Word(models.Model):
    """A word, folded as search compares it. One that no page holds any more does no harm."""

    text = models.CharField(max_length=30, unique=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text
