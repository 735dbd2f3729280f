"""What somebody is typing, before it is saved."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils import timezone

from services.models.pages import Page

# The place of a question that is being asked; an answer's is this with the question's id behind.
ASK, ANSWER = "ask", "answer."
# An editor that has not been heard of for so long is closed.
HEARD_OF = timedelta(seconds=45)


class DraftQuerySet(models.QuerySet["Draft"]):
    def written(self) -> DraftQuerySet:
        """Those with something typed, not only an editor that was opened."""
        return self.filter(saved_at__isnull=False)

    def open_now(self) -> DraftQuerySet:
        """Those whose editor is open somewhere."""
        return self.filter(seen_at__gt=timezone.now() - HEARD_OF)

    def listed(self) -> DraftQuerySet:
        """With what tells them apart: the page, also in the trash, and `called`; no long text."""
        facts = ("kind", "title", "abbreviation", "slug", "trashed_at")
        wanted = ("page_id", "place", "person_id", "saved_at", *(f"page__{name}" for name in facts))
        names = {"title": KT("fields__title"), "words": KT("fields__words")}
        names["asked"] = KT("fields__asked")
        return self.select_related("page").only(*wanted).annotate(**names)


class Draft(models.Model):
    """A person's unsaved text; saving or discarding ends it.

    `place` tells the forms of a page apart: blank is its editor, "ask" a question being asked,
    "answer.12" the answer to question 12 (which may have left the notes meanwhile). Without a
    page it is a new one, of which a person may have several, each with a place of its own.
    `fields` are the form's fields as they were typed (`notes`, `title`, …, or `words`, `answer`,
    …), and `version` is the version of the page that the notes were typed over.
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
        """Where its form is opened with it."""
        if self.page is None:
            return f"{reverse('new_page')}?draft={self.place or 1}"
        if self.place == ASK:
            return reverse("ask", args=[self.page.slug])
        if self.place.startswith(ANSWER):
            return reverse("question", args=[self.place.removeprefix(ANSWER)])
        return f"{reverse('edit', args=[self.page.slug])}?draft=1"
