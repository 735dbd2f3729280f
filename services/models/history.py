"""What a revision is: django-simple-history keeps the rows, `services.history` writes them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from simple_history.manager import HistoricalQuerySet
from simple_history.models import HistoricalRecords


class Reason(models.TextChoices):
    """From where a revision came."""

    SITE = "site", "Edited on the site"
    ADMIN = "admin", "Edited in the admin"
    IMPORT = "import", "Imported"
    TICK = "tick", "Ticked"
    ANSWER = "answer", "Asked or answered"
    RESTORE = "restore", "Restored"
    LINKS = "links", "Links followed a new title"
    TRASH = "trash", "Moved to the trash"
    ASIDE = "aside", "Set aside in a conflict"
    KEPT = "kept", "Kept in a conflict"


class RevisionQuerySet(HistoricalQuerySet):  # type: ignore[misc]
    def of(self, page: int) -> RevisionQuerySet:
        """A page's revisions, the newest first."""
        return self.filter(id=page).order_by("-version")  # type: ignore[no-any-return]

    def heads(self) -> RevisionQuerySet:
        """Without the ticks that are folded into the one before them."""
        return self.filter(folded=False)  # type: ignore[no-any-return]

    def listed(self) -> RevisionQuerySet:
        """Without the notes, which a list does not show."""
        return self.select_related("history_user").defer("notes")  # type: ignore[no-any-return]


class RevisionFacts(models.Model):
    """What a revision knows besides the fields of its page.

    `tags` is null where they are what they were in the revision before. A tick is `folded` when
    the same person ticked just before.
    """

    tags = models.JSONField(null=True)
    folded = models.BooleanField(default=False)

    objects: Any = RevisionQuerySet.as_manager()

    class Meta:
        abstract = True


class Revisions(HistoricalRecords):  # type: ignore[misc]
    """History with the indexes that our lists need."""

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        options: dict[str, Any] = super().get_meta_options(model)
        return options | {
            "ordering": ("-history_id",),
            "constraints": [
                models.UniqueConstraint(fields=["id", "version"], name="revision_exists_once")
            ],
            "indexes": [
                models.Index(
                    fields=["id", "-version"], condition=Q(folded=False), name="revision_heads"
                ),
                models.Index(
                    fields=["-history_id"], condition=Q(folded=False), name="revision_recent"
                ),
                models.Index(
                    fields=["id", "-version"],
                    condition=Q(tags__isnull=False),
                    name="revision_tagged",
                ),
                # For the lists' filters: all changes, and a page's, of one kind or by one person.
                models.Index(
                    fields=["history_change_reason", "-history_id"],
                    condition=Q(folded=False),
                    name="revision_recent_of_kind",
                ),
                models.Index(
                    fields=["id", "history_change_reason", "-version"],
                    condition=Q(folded=False),
                    name="revision_heads_of_kind",
                ),
                models.Index(
                    fields=["history_user", "-history_id"],
                    condition=Q(folded=False),
                    name="revision_recent_by",
                ),
            ],
        }
