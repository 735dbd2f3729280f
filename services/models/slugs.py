"""Slugs of pages, and the old ones that still lead to them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.text import slugify

SLUG_LENGTH = 80


def slug_stem(title: str, fallback: str) -> str:
    """Return the slug of a title in any script; `fallback` where the title gives none."""
    return slugify(title, allow_unicode=True)[:SLUG_LENGTH].strip("-_") or fallback


class Slugs:
    """Hand out slugs that are free."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)
        self.numbers: dict[str, int] = {}

    def take(self, title: str, fallback: str) -> str:
        """Return a free slug for a title and count it as taken; see `slug_stem` for `fallback`."""
        stem = slug_stem(title, fallback)
        free, number = stem, self.numbers.get(stem, 1)
        while free in self.taken:
            number += 1
            free = f"{stem}-{number}"
        self.numbers[stem] = number
        self.taken.add(free)
        return free


class OldAddress(models.Model):
    """A slug that a page once had and that redirects to it."""

    slug = models.SlugField(max_length=SLUG_LENGTH + 10, unique=True, allow_unicode=True)
    page = models.ForeignKey(
        "services.Page", on_delete=models.CASCADE, related_name="old_addresses"
    )

    class Meta:
        verbose_name_plural = "old addresses"

    def __str__(self) -> str:
        return self.slug
