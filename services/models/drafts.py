"""Drafts: what a user has typed and not saved."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils import timezone

from services.models.pages import Page

# Places of drafts: a question being asked, and an answer, followed by its question's id.
ASK, ANSWER = "ask", "answer."
# An editor that has sent nothing for so long counts as closed.
CLOSED_AFTER = timedelta(seconds=45)


class DraftQuerySet(models.QuerySet["Draft"]):
    def written(self) -> DraftQuerySet:
        """Leave out those of an editor that was opened and has nothing typed in it."""
        return self.filter(saved_at__isnull=False)

    def open_now(self) -> DraftQuerySet:
        """Drafts whose editor is open now."""
        return self.filter(seen_at__gt=timezone.now() - CLOSED_AFTER)

    def listed(self) -> DraftQuerySet:
        """Load what a list shows (page, title, first words), and no long text."""
        facts = ("kind", "title", "abbreviation", "slug", "trashed_at")
        wanted = ("page_id", "place", "person_id", "saved_at", *(f"page__{name}" for name in facts))
        names = {name: KT(f"fields__{name}") for name in ("title", "words", "asked")}
        return self.select_related("page").only(*wanted).annotate(**names)


class Draft(models.Model):
    """A user's unsaved text in one form. Saving or discarding deletes it.

    `place` names the form: blank is the page's editor, "ask" a question being asked, "answer.12"
    the answer to question 12 (which may no longer be in the notes). Without a page it is a new
    page; a user may have several, each with its own place. `fields` are the form's fields as
    typed (`notes`, `title`, … or `words`, `answer`, …), and `version` is the version of the page
    that the editor was opened on.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    page = models.ForeignKey(
        Page, on_delete=models.CASCADE, null=True, blank=True, related_name="drafts"
    )
    place = models.CharField(max_length=30, blank=True, default="")
    version = models.PositiveIntegerField(default=0)
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ("-saved_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["person", "page", "place"], name="draft_once_per_place"
            ),
            models.UniqueConstraint(
                fields=["person", "place"],
                condition=Q(page__isnull=True),
                name="draft_once_per_new_page",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} on {self.page or 'a new page'}"

    def get_absolute_url(self) -> str:
        """Return the address that opens its form with the draft in it."""
        if self.page is None:
            return f"{reverse('new_page')}?draft={self.place or 1}"
        if self.place == ASK:
            return reverse("ask", args=[self.page.slug])
        if self.place.startswith(ANSWER):
            return reverse("question", args=[self.place.removeprefix(ANSWER)])
        return f"{reverse('edit', args=[self.page.slug])}?draft=1"
