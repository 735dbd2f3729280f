"""Categories of services."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from services.aws import catalog


class Category(models.Model):
    """A category of services, such as Compute."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)
    position = models.PositiveIntegerField(default=0, help_text="Order on the home page.")

    class Meta:
        ordering = ("position", "name")
        verbose_name_plural = "categories"
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="category_has_name"),
            models.CheckConstraint(condition=~Q(slug=""), name="category_has_slug"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("category", args=[self.slug])

    @property
    def accent(self) -> str:
        """The name of its colour: an initial category's slug, or "other"."""
        own = {category.slug for category in catalog.CATEGORIES}
        return self.slug if self.slug in own else "other"
