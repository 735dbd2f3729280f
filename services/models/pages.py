"""Pages: what a person reads and edits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils import timezone
from taggit.managers import TaggableManager

from services.aws import catalog
from services.db.locks import change_names
from services.models.categories import Category
from services.models.history import Reason, RevisionFacts, RevisionQuerySet, Revisions
from services.models.slugs import SLUG_LENGTH, OldAddress, Slugs, slug_stem

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

TITLE_LENGTH = 200
# What a page says beside its notes and its tags.
FACTS = (
    *("kind", "category", "title", "abbreviation", "slug"),
    *("aliases", "aws_id", "about", "position"),
)
# Those that decide which names a page answers to, and those that decide what its notes ask.
NAMING = {"kind", "title", "abbreviation", "aliases", "aws_id"}
READING = {"kind", "title", "notes"}
# What every revision changes.
ADVANCED = ("version", "updated_at", "updated_by", "last_reason")
FOLDED_WITHIN = timedelta(hours=1)
LIVE = Q(trashed_at__isnull=True)


def one_line(text: str) -> str:
    return " ".join(text.split())


class StaleVersion(Exception):
    """Notes were saved on top of a version that is no longer the newest.

    `current` is the page as it is stored now.
    """

    def __init__(self, current: Page) -> None:
        super().__init__(f"“{current.title}” was changed by someone else in the meantime.")
        self.current = current


class PageQuerySet(models.QuerySet["Page"]):
    def in_order(self) -> PageQuerySet:
        """Categories in their order, topics last, pages as in their files."""
        return self.order_by(
            F("category__position").asc(nulls_last=True), "category", "position", "pk"
        )

    def recent(self) -> PageQuerySet:
        """The last changed first."""
        return self.order_by("-updated_at", "-pk")

    def locked(self) -> PageQuerySet:
        """Nobody else changes these pages until the transaction ends; links to them may be made."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


EveryPage = models.Manager.from_queryset(PageQuerySet)


class PageManager(EveryPage["Page"]):
    """The pages there are: those in the trash are only in `Page.everything`."""

    def get_queryset(self) -> PageQuerySet:
        return PageQuerySet(self.model, using=self._db).filter(trashed_at=None)


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
    # What its notes do not say of rows that are gone for now, as in the trash: `services.keeping`.
    kept = models.JSONField(default=dict, blank=True, editable=False)
    # Where what can be searched for stands in the notes: `services.search.outline`.
    outline = models.TextField(blank=True, default="", editable=False)

    # Revisions are written by `services.history`, many at once where there are many.
    skip_history_when_saving = True
    history: Any = Revisions(
        custom_model_name="Revision",
        verbose_name="revision",
        verbose_name_plural="revisions",
        bases=(RevisionFacts,),
        excluded_fields=(
            *("position", "created_at", "updated_at", "updated_by"),
            *("last_reason", "trashed_at", "trashed_by", "kept", "outline"),
        ),
        history_id_field=models.BigAutoField(),
        history_change_reason_field=models.CharField(max_length=10, choices=Reason),
        historical_queryset=RevisionQuerySet,
        no_db_index=["id", "slug", "category", "about"],
        cascade_delete_history=True,
    )

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new page; one that is there is revised with what this object says.

        Raises StaleVersion when the page has moved on since this object was read.
        """
        if not self._state.adding:
            facts = {name: getattr(self, name) for name in FACTS}
            self.revise(self.notes, version=self.version, **facts)
            return
        from services.pages.derive import derive
        from services.pages.names import refresh_names, resolve_again
        from services.pages.revisions import record
        from services.search.document import outline_of

        self.title, self.abbreviation = one_line(self.title), one_line(self.abbreviation)
        with transaction.atomic():
            change_names()
            self.fill_in()
            self.last_reason = self.last_reason or Reason.SITE
            self.outline = outline_of(self)
            super().save(*args, **kwargs)
            resolve_again(refresh_names([self]))
            derive([self], fresh=True)
            record([self], created=True)

    def get_absolute_url(self) -> str:
        return reverse(self.kind, args=[self.slug])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the page for good, with its history; `services.trash` is for people."""
        from services.pages.names import resolve_again

        with transaction.atomic():
            # Those that are about it are written as well.
            list(Page.everything.filter(Q(pk=self.pk) | Q(about=self.pk)).locked().only("pk"))
            change_names()
            names = list(self.page_names.values_list("key", flat=True))
            Revision.objects.filter(id=self.pk).delete()
            removed = super().delete(*args, **kwargs)
            resolve_again(names)
            return removed

    def fill_in(self) -> None:
        """Give a new page what its author need not say: its address, place and AWS id."""
        self.slug = self.slug or self.free_slug(self.title)
        if not self.position:
            self.position = (Page.everything.aggregate(last=Max("position"))["last"] or 0) + 1
        if self.kind == Page.Kind.SERVICE and not self.aws_id:
            self.aws_id = self.free_aws_id()

    def free_slug(self, title: str) -> str:
        """An address for a title that no other page has or had; its own old ones are free."""
        stem = slug_stem(title, self.kind)
        pages = Page.everything.exclude(pk=self.pk).filter(slug__startswith=stem)
        old = OldAddress.objects.exclude(page=self.pk).filter(slug__startswith=stem)
        taken = {*pages.values_list("slug", flat=True), *old.values_list("slug", flat=True)}
        return Slugs(taken).take(title, self.kind)

    def free_aws_id(self) -> str:
        """The AWS id that goes with the page's title, if no other service has it; else blank."""
        known = catalog.find(str(self)) or catalog.find(self.title)
        others = Page.objects.filter(kind=Page.Kind.SERVICE).exclude(pk=self.pk)
        return known.aws_id if known and not others.filter(aws_id=known.aws_id).exists() else ""

    def revise(
        self,
        notes: str | None = None,
        *,
        version: int,
        by: AbstractBaseUser | None = None,
        reason: str = Reason.SITE,
        tags: Collection[str] | None = None,
        **facts: Any,
    ) -> None:
        """Store new notes, facts (see `FACTS`) and tags as one revision, in one transaction.

        `version` is the version that they were written on. Raises StaleVersion, and stores
        nothing, when the page has moved on since or is in the trash. What says the same as
        before is no revision. Afterwards this object is as stored.
        """
        with transaction.atomic():
            current = Page.everything.locked().get(pk=self.pk)
            if current.version != version or current.trashed_at:
                raise StaleVersion(current)
            wanted = facts if notes is None else {"notes": notes, **facts}
            for name in {"title", "abbreviation"} & wanted.keys():
                wanted[name] = one_line(wanted[name])
            changed = {k: value for k, value in wanted.items() if getattr(current, k) != value}
            if tags is not None and set(tags) == set(current.tags.names()):
                tags = None
            old_slug = current.slug
            for name, value in changed.items():
                setattr(current, name, value)
            if changed.keys() == {"position"} and tags is None:
                super(Page, current).save(update_fields=["position"])
            elif changed or tags is not None:
                current._store(changed, tags, by, reason)
            if current.slug != old_slug:
                OldAddress.objects.update_or_create(slug=old_slug, defaults={"page": current})
                OldAddress.objects.filter(slug=current.slug).delete()
            for field in self._meta.concrete_fields:
                setattr(self, field.attname, getattr(current, field.attname))

    def advance(self, by: AbstractBaseUser | None, reason: str) -> bool:
        """Make this the next version, changed now; returns whether it folds into the last one.

        The same person's ticks within an hour are one entry of the history.
        """
        now, who = timezone.now(), by.pk if by else None
        folded = (
            reason == self.last_reason == Reason.TICK
            and who == self.updated_by_id
            and now - self.updated_at < FOLDED_WITHIN
        )
        self.version += 1
        self.updated_at, self.updated_by_id, self.last_reason = now, who, reason
        return folded

    def _store(
        self,
        changed: Collection[str],
        tags: Collection[str] | None,
        by: AbstractBaseUser | None,
        reason: str,
    ) -> None:
        from services.pages.derive import derive
        from services.pages.names import refresh_names, resolve_again
        from services.pages.revisions import record
        from services.search.document import OUTLINED, outline_of

        if not (NAMING | {"slug"}).isdisjoint(changed):
            change_names()
        folded = self.advance(by, reason)
        if not OUTLINED.isdisjoint(changed):
            self.outline = outline_of(self)
            changed = {*changed, "outline"}
        super().save(update_fields=[*changed, *ADVANCED])
        if tags is not None:
            self.tags.set(sorted(tags))
        if not NAMING.isdisjoint(changed):
            other_kind = [self.pk] if "kind" in changed else []
            resolve_again(refresh_names([self], other_kind=other_kind))
        if not READING.isdisjoint(changed):
            derive([self])
        record([self], tags=tags is not None, folded=folded)

    @property
    def is_service(self) -> bool:
        return self.kind == Page.Kind.SERVICE


# Typed by hand: the library makes the class while the program runs.
Revision: Any = Page.history.model
