"""What somebody is typing, before it is saved."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from services.models.pages import Page

# An editor that has not been heard of for so long is closed.
HEARD_OF = timedelta(seconds=45)


class DraftQuerySet(models.QuerySet["Draft"]):
    def written(self) -> DraftQuerySet:
        """Those with something typed, not only an editor that was opened."""
        return self.filter(saved_at__isnull=False)

    def open_now(self) -> DraftQuerySet:
        """Those whose editor is open somewhere."""
        return self.filter(seen_at__gt=timezone.now() - HEARD_OF)


class Draft(models.Model):
    """A person's unsaved text for one page, or for a new one; saving or discarding ends it.

    `fields` are the editor's fields as they were typed (`notes`, `title`, …), and `version` is
    the version of the page that they were typed over.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    page = models.ForeignKey(
        Page, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts"
    )
    version = models.PositiveIntegerField(default=0)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ("-saved_at",)
        constraints = (
            models.UniqueConstraint(fields=["person", "page"], name="draft_once_per_page"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(page__isnull=True), name="draft_of_one_new_page"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} on {self.page or 'a new page'}"
