"""Revisions: every version of a page, with who made it, when and from where."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from services.models.categories import Category
from services.models.pages import TITLE_LENGTH, Page, Reason
from services.models.slugs import SLUG_LENGTH

MAX_VERSION = 2**31 - 1


class RevisionQuerySet(models.QuerySet["Revision"]):
    def of_page(self, page: int) -> RevisionQuerySet:
        """Revisions of a page, newest first."""
        return self.filter(page=page).order_by("-version")

    def heads(self) -> RevisionQuerySet:
        """Leave out ticks that are folded into the one before them."""
        return self.filter(folded=False)

    def listed(self) -> RevisionQuerySet:
        """Leave out the notes, which a list does not show, and join the user."""
        return self.select_related("user").defer("notes")

    def with_runs(self) -> RevisionQuerySet:
        """Add to heads the `last` version of their run of ticks, and `until` when it went on."""
        same_page = Revision.objects.filter(page=OuterRef("page"))
        later = same_page.heads().filter(version__gt=OuterRef("version")).order_by("version")
        rows = self.annotate(next_head=Subquery(later.values("version")[:1]))
        run = same_page.filter(version__lt=Coalesce(OuterRef("next_head"), MAX_VERSION))
        run = run.order_by("-version")
        columns = {"last": "version", "until": "saved_at"}
        ends = {name: Subquery(run.values(column)[:1]) for name, column in columns.items()}
        return rows.annotate(**ends)


class Revision(models.Model):
    """One version of a page: its whole notes and its facts as they were saved.

    `tags` is null where they are those of the version before. A tick is `folded` when the same
    user ticked just before. Columns have the names that django-simple-history gave them.
    """

    class Type(models.TextChoices):
        CREATED = "+", "Created"
        CHANGED = "~", "Changed"
        DELETED = "-", "Deleted"

    number = models.BigAutoField(primary_key=True, db_column="history_id")
    page = models.ForeignKey(
        Page,
        db_column="id",
        on_delete=models.CASCADE,
        related_name="revisions",
        db_constraint=False,
        db_index=False,
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    kind = models.CharField(max_length=10, choices=Page.Kind)
    category = models.ForeignKey(
        Category,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    title = models.CharField(max_length=TITLE_LENGTH)
    abbreviation = models.CharField(max_length=20, blank=True)
    slug = models.SlugField(max_length=SLUG_LENGTH + 10, allow_unicode=True, db_index=False)
    aliases = models.JSONField(default=list, blank=True)
    aws_id = models.CharField("AWS id", max_length=60, blank=True)
    about = models.ForeignKey(
        Page,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    notes = models.TextField(blank=True)
    tags = models.JSONField(null=True)
    folded = models.BooleanField(default=False)
    saved_at = models.DateTimeField(db_column="history_date")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        db_column="history_user_id",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    reason = models.CharField(max_length=10, choices=Reason, db_column="history_change_reason")
    type = models.CharField(max_length=1, choices=Type, db_column="history_type")

    # Set by `RevisionQuerySet.with_runs`.
    last: int | None
    until: datetime | None

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=["page", "version"], name="revision_exists_once"),
        )
        indexes = (
            models.Index(
                fields=["page", "-version"], condition=Q(folded=False), name="revision_heads"
            ),
            models.Index(fields=["-number"], condition=Q(folded=False), name="revision_recent"),
            models.Index(
                fields=["page", "-version"],
                condition=Q(tags__isnull=False),
                name="revision_tagged",
            ),
            # For the filters of lists: changes of all pages, and of one, by reason or by user.
            models.Index(
                fields=["reason", "-number"],
                condition=Q(folded=False),
                name="revision_recent_of_kind",
            ),
            models.Index(
                fields=["page", "reason", "-version"],
                condition=Q(folded=False),
                name="revision_heads_of_kind",
            ),
            models.Index(
                fields=["user", "-number"], condition=Q(folded=False), name="revision_recent_by"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"
