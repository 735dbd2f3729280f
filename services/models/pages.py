"""Categories and pages: what a person reads and edits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from taggit.managers import TaggableManager

from services import catalog

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

TITLE_LENGTH = 200
SLUG_LENGTH = 80


class Slugs:
    """Parts of addresses that are free, for titles in any script."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)
        self.numbers: dict[str, int] = {}

    def take(self, title: str, fallback: str) -> str:
        """A slug that is free, and from now on taken; `fallback` where a title gives none."""
        stem = slugify(title, allow_unicode=True)[:SLUG_LENGTH].strip("-_") or fallback
        free, number = stem, self.numbers.get(stem, 1)
        while free in self.taken:
            number += 1
            free = f"{stem}-{number}"
        self.numbers[stem] = number
        self.taken.add(free)
        return free


class StaleVersion(Exception):
    """Notes were saved on top of a version that is no longer the newest.

    `current` is the page as it is stored now.
    """

    def __init__(self, current: Page) -> None:
        super().__init__(f"“{current.title}” was changed by someone else in the meantime.")
        self.current = current


class Category(models.Model):
    """One of the few shelves that services stand on."""

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
        """The name of its colour: the slug of an initial category, else that of Other."""
        own = {category.slug for category in catalog.CATEGORIES}
        return self.slug if self.slug in own else "other"


class PageQuerySet(models.QuerySet["Page"]):
    def in_order(self) -> PageQuerySet:
        """Categories in their order, topics last, pages as in their files."""
        return self.order_by(
            F("category__position").asc(nulls_last=True), "category", "position", "pk"
        )

    def recent(self) -> PageQuerySet:
        """The last changed first."""
        return self.order_by("-updated_at", "-pk")


class ServiceManager(models.Manager["Page"]):
    def get_queryset(self) -> PageQuerySet:
        return PageQuerySet(self.model, using=self._db).filter(kind=Page.Kind.SERVICE)


class TopicManager(models.Manager["Page"]):
    def get_queryset(self) -> PageQuerySet:
        return PageQuerySet(self.model, using=self._db).filter(kind=Page.Kind.TOPIC)


class Page(models.Model):
    """One AWS service or one topic; `notes` is the author's text and the only truth about it."""

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

    objects = PageQuerySet.as_manager()

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
                condition=Q(kind="service") & ~Q(aws_id=""),
                name="page_service_exists_once",
                violation_error_message="There is already a page for this AWS service.",
            ),
        )
        indexes = (
            models.Index(fields=["category", "position"], name="page_tree"),
            models.Index(fields=["position"], name="page_position"),
            models.Index(fields=["-updated_at", "-id"], name="page_recent"),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.abbreviation})" if self.abbreviation else self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the page's facts and the names it answers to; notes go through `revise`."""
        from services.derive import derive
        from services.names import refresh_names, resolve_again

        self.title = " ".join(self.title.split())
        self.abbreviation = " ".join(self.abbreviation.split())
        with transaction.atomic():
            adding = self._state.adding
            if adding:
                self.fill_in()
            super().save(*args, **kwargs)
            resolve_again(refresh_names([self]))
            # Not for new pages alone: in one called "Questions", other lines ask than before.
            derive([self], fresh=adding)

    def get_absolute_url(self) -> str:
        return reverse(self.kind, args=[self.slug])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the page with all that was derived from it; its names are free again."""
        from services.names import resolve_again

        with transaction.atomic():
            names = list(self.page_names.values_list("key", flat=True))
            removed = super().delete(*args, **kwargs)
            resolve_again(names)
            return removed

    def fill_in(self) -> None:
        """Give a new page what its author need not say: its address, place and AWS id."""
        if not self.slug:
            stem = slugify(self.title, allow_unicode=True)[:SLUG_LENGTH].strip("-_") or self.kind
            taken = Page.objects.filter(slug__startswith=stem).values_list("slug", flat=True)
            self.slug = Slugs(taken).take(self.title, self.kind)
        if not self.position:
            self.position = (Page.objects.aggregate(last=Max("position"))["last"] or 0) + 1
        if self.kind == Page.Kind.SERVICE and not self.aws_id:
            known = catalog.find(str(self)) or catalog.find(self.title)
            same = Page.objects.filter(kind=Page.Kind.SERVICE)
            if known and not same.filter(aws_id=known.aws_id).exists():
                self.aws_id = known.aws_id

    def revise(self, notes: str, *, version: int, by: AbstractBaseUser | None = None) -> None:
        """Store new notes and derive everything from them, in one transaction.

        `version` is the version that the new text was written on. Raises StaleVersion, and
        stores nothing, when the page has moved on since. Unchanged notes are no revision.
        """
        from services.derive import derive

        with transaction.atomic():
            current = Page.objects.select_for_update().get(pk=self.pk)
            if current.version != version:
                raise StaleVersion(current)
            if notes != current.notes:
                self.notes, self.version = notes, version + 1
                self.updated_at, self.updated_by_id = timezone.now(), by.pk if by else None
                fields = ("notes", "version", "updated_at", "updated_by")
                super().save(update_fields=fields)
                derive([self])

    @property
    def is_service(self) -> bool:
        return self.kind == Page.Kind.SERVICE


class Service(Page):
    """A page about one AWS service."""

    objects = ServiceManager()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = Page.Kind.SERVICE
        super().save(*args, **kwargs)


class Topic(Page):
    """A page about anything else."""

    objects = TopicManager()  # type: ignore[assignment,misc]

    class Meta:
        proxy = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = Page.Kind.TOPIC
        super().save(*args, **kwargs)
