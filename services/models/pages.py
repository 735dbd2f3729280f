"""Pages, and what their notes and facts may be."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from taggit.managers import TaggableManager

from services.models.categories import Category
from services.models.slugs import SLUG_LENGTH

TITLE_LENGTH = 200
LIVE = Q(trashed_at__isnull=True)


def one_line(text: str) -> str:
    return " ".join(text.split())


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


class StaleVersion(Exception):
    """A change was made on a version that is no longer the newest; `current` is the page now."""

    def __init__(self, current: Page) -> None:
        super().__init__(f"“{current.title}” was changed by someone else in the meantime.")
        self.current = current


class PageQuerySet(models.QuerySet["Page"]):
    def in_order(self) -> PageQuerySet:
        """Order by category, topics last, and within a category as in the files."""
        return self.order_by(
            F("category__position").asc(nulls_last=True), "category", "position", "pk"
        )

    def recent(self) -> PageQuerySet:
        """Order by the last change, newest first."""
        return self.order_by("-updated_at", "-pk")

    def locked(self) -> PageQuerySet:
        """Lock these pages until the transaction ends; links to them may still be made."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


EveryPage = models.Manager.from_queryset(PageQuerySet)


class PageManager(EveryPage["Page"]):
    """Pages that are not in the trash; `Page.everything` has those too."""

    def get_queryset(self) -> PageQuerySet:
        return PageQuerySet(self.model, using=self._db).filter(trashed_at=None)


class Page(models.Model):
    """A page about an AWS service or a topic. `notes` is its author's text, byte for byte."""

    class Kind(models.TextChoices):
        SERVICE = "service", "Service"
        TOPIC = "topic", "Topic"

    kind = models.CharField(max_length=10, choices=Kind)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="pages"
    )
    title = models.CharField(max_length=TITLE_LENGTH)
    abbreviation = models.CharField(max_length=20, blank=True)
    slug = models.SlugField(max_length=SLUG_LENGTH + 10, unique=True, allow_unicode=True)
    aliases = models.JSONField(default=list, blank=True, help_text="Other names, as a list.")
    tags = TaggableManager(blank=True)
    position = models.PositiveIntegerField(default=0, help_text="Order among its neighbours.")
    aws_id = models.CharField("AWS id", max_length=60, blank=True)
    about = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="also_about"
    )
    notes = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    last_reason = models.CharField(
        "from where", max_length=10, choices=Reason, blank=True, editable=False
    )
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    # State of derived rows that are gone for now: see `services.pages.derived_state`.
    kept = models.JSONField(default=dict, blank=True, editable=False)
    # What search needs besides the notes: see `services.search.document`.
    outline = models.TextField(blank=True, default="", editable=False)

    objects = PageManager()
    everything = EveryPage()

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="service", category__isnull=False)
                | Q(kind="topic", category__isnull=True),
                name="page_category_exactly_for_services",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="page_has_title"),
            models.CheckConstraint(condition=~Q(slug=""), name="page_has_slug"),
            models.CheckConstraint(condition=Q(version__gte=1), name="page_version_from_1"),
            models.CheckConstraint(
                condition=Q(about__isnull=True) | Q(kind="topic"), name="page_about_only_for_topics"
            ),
            models.UniqueConstraint(
                fields=["aws_id"],
                condition=Q(kind="service", trashed_at=None) & ~Q(aws_id=""),
                name="page_service_exists_once",
                violation_error_message="There is already a page for this AWS service.",
            ),
        )
        indexes = (
            models.Index(fields=["category", "position"], condition=LIVE, name="page_tree"),
            models.Index(fields=["position"], condition=LIVE, name="page_position"),
            models.Index(fields=["-updated_at", "-id"], condition=LIVE, name="page_recent"),
            models.Index(
                fields=["-trashed_at"], condition=Q(trashed_at__isnull=False), name="page_trash"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.abbreviation})" if self.abbreviation else self.title

    def get_absolute_url(self) -> str:
        return reverse(self.kind, args=[self.slug])

    @property
    def is_service(self) -> bool:
        return self.kind == Page.Kind.SERVICE


class KindManager(PageManager):
    """Pages of one kind; the proxy model has the same name."""

    def get_queryset(self) -> PageQuerySet:
        return super().get_queryset().filter(kind=self.model._meta.model_name)


class Service(Page):
    """A page about an AWS service."""

    objects = KindManager()  # type: ignore[misc]

    class Meta:
        proxy = True


class Topic(Page):
    """A page about anything else."""

    objects = KindManager()  # type: ignore[misc]

    class Meta:
        proxy = True
