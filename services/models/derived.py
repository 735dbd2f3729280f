"""Rows that are derived from notes and can be rebuilt from them at any time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from services.models.attachments import Attachment
from services.models.pages import Page


class ChecklistItemQuerySet(models.QuerySet["ChecklistItem"]):
    def on_or_naming(self, page: Page) -> ChecklistItemQuerySet:
        """Items of a page, and items of other pages that name it."""
        naming = ChecklistItem.names.through.objects.filter(page_id=page.pk)
        return self.filter(Q(page=page) | Q(pk__in=naming.values("checklistitem_id")))


class ChecklistItem(models.Model):
    """A task of a task list in the notes of a page."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DOING = "doing", "In progress"
        DONE = "done", "Done"
        NA = "na", "Not applicable"

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="items")
    text = models.TextField(blank=True, help_text="The item's Markdown, without its box.")
    state = models.CharField(max_length=5, choices=State, default=State.OPEN)
    depth = models.PositiveSmallIntegerField(default=0, help_text="0 for an item of no other.")
    position = models.PositiveIntegerField(help_text="Order on the page, from 0.")
    list_title = models.CharField(max_length=200, blank=True)
    state_changed_at = models.DateTimeField(null=True, blank=True)
    state_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(
        max_length=200, blank=True, help_text="Why it is done or does not apply, in a few words."
    )
    names = models.ManyToManyField(Page, related_name="named_by", blank=True)

    objects = ChecklistItemQuerySet.as_manager()

    class Meta:
        ordering = ("page", "position")
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=("open", "doing", "done", "na")), name="item_state_known"
            ),
        )
        indexes = (
            models.Index(fields=["page", "position"], name="item_order"),
            models.Index(fields=["state"], name="item_state"),
        )

    def __str__(self) -> str:
        return self.text or "(empty)"

    @property
    def is_closed(self) -> bool:
        """Is it done, or not applicable?"""
        return self.state in (self.State.DONE, self.State.NA)

    @property
    def why(self) -> str:
        """The reason to show: hidden for an item that was opened again."""
        return self.reason if self.is_closed else ""


class QuestionQuerySet(models.QuerySet["Question"]):
    def shown(self) -> QuestionQuerySet:
        return self.filter(dismissed=False)

    def open(self) -> QuestionQuerySet:
        return self.shown().filter(answer="")

    def answered(self) -> QuestionQuerySet:
        return self.shown().exclude(answer="")

    def dismissed(self) -> QuestionQuerySet:
        return self.filter(dismissed=True)


class Question(models.Model):
    """A question in the notes of a page; open while it has no answer."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="questions")
    text = models.TextField(help_text="The question's Markdown, one line.")
    answer = models.TextField(blank=True, help_text="The answer's Markdown.")
    position = models.PositiveIntegerField(help_text="Order on the page, from 0.")
    dismissed = models.BooleanField(default=False, help_text="A line that is no question.")
    asked_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="When it was first seen."
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ("page", "position")
        constraints = (models.CheckConstraint(condition=~Q(text=""), name="question_has_text"),)
        indexes = (
            models.Index(fields=["page", "position"], name="question_order"),
            models.Index(
                fields=["page"], name="question_open", condition=Q(answer="", dismissed=False)
            ),
        )

    def __str__(self) -> str:
        return self.text

    @property
    def is_open(self) -> bool:
        return not self.answer


class PageName(models.Model):
    """A name by which links and checklists may refer to a page, in normalised form."""

    class Rank(models.IntegerChoices):
        """Where two pages share a name, it leads to the one with the lower rank."""

        TITLE = 0, "title"
        ABBREVIATION = 1, "abbreviation"
        ALIAS = 2, "alias"
        FILE = 3, "file name"
        AWS = 4, "name that AWS uses"

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="page_names")
    key = models.CharField(max_length=250)
    rank = models.PositiveSmallIntegerField(choices=Rank)

    class Meta:
        ordering = ("key", "rank", "page")
        constraints = (
            models.UniqueConstraint(fields=["page", "key"], name="name_once_per_page"),
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(rank=0),
                name="title_is_unique",
                violation_error_message="There is already a page with this title.",
            ),
        )
        indexes = (models.Index(fields=["key", "rank"], name="name_lookup"),)

    def __str__(self) -> str:
        return self.key


class Link(models.Model):
    """A link or embed in the notes of a page, and the page or file it leads to, if any."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="links")
    target = models.CharField(max_length=500, help_text="As written, without the heading.")
    key = models.CharField(max_length=250, help_text="The name that it asks for.")
    to = models.ForeignKey(
        Page, on_delete=models.SET_NULL, null=True, blank=True, related_name="links_here"
    )
    attachment = models.ForeignKey(
        Attachment, on_delete=models.SET_NULL, null=True, blank=True, related_name="links"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["page", "target"], name="link_once_per_page"),
            models.CheckConstraint(
                condition=Q(to__isnull=True) | Q(attachment__isnull=True), name="link_leads_once"
            ),
        )
        indexes = (models.Index(fields=["key"], name="link_key"),)

    def __str__(self) -> str:
        return f"{self.page} → {self.target}"


class Word(models.Model):
    """A word of some page, folded as search compares it, to find those similar to a typed one.

    Words that no page has any more stay: they do no harm.
    """

    text = models.CharField(max_length=30, unique=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text
