"""Imported files, and their sections, from which pages were made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from services.models.categories import Category
from services.models.pages import TITLE_LENGTH, Page


class Document(models.Model):
    """A Markdown file: what is needed, besides its sections, to write the same bytes again."""

    class Encoding(models.TextChoices):
        UTF8 = "utf-8", "UTF-8"
        UTF8_BOM = "utf-8-sig", "UTF-8 with a byte order mark"
        UTF16_LE = "utf-16-le", "UTF-16, little-endian"
        UTF16_BE = "utf-16-be", "UTF-16, big-endian"

    class LineEnd(models.TextChoices):
        LF = "\n", "LF"
        CRLF = "\r\n", "CRLF"
        CR = "\r", "CR"

    path = models.CharField(
        max_length=1000, unique=True, help_text="Relative to the folder that was imported."
    )
    folder = models.CharField(
        max_length=1000, blank=True, help_text="The imported folder; blank for an upload."
    )
    encoding = models.CharField(max_length=10, choices=Encoding, default=Encoding.UTF8)
    line_end = models.CharField(max_length=2, choices=LineEnd, default=LineEnd.LF)
    front_matter = models.TextField(blank=True, help_text="Raw, with its lines of dashes.")
    tags = models.JSONField(default=list, blank=True, help_text="As the front matter had them.")
    aliases = models.JSONField(default=list, blank=True, help_text="As the front matter had them.")
    created = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file as last imported.")
    exported_digest = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the file as last exported."
    )
    imported_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("path",)
        constraints = (
            models.CheckConstraint(condition=~Q(path=""), name="document_has_path"),
            models.CheckConstraint(
                condition=Q(encoding__in=("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be")),
                name="document_encoding_known",
            ),
        )

    def __str__(self) -> str:
        return self.path


class Section(models.Model):
    """A section of a document, in the document's order.

    It became a page; or it is a category's heading, and `text` holds the words below it.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    heading = models.TextField(
        blank=True, help_text="The raw heading with the blank lines around it."
    )
    title = models.CharField(
        max_length=TITLE_LENGTH, blank=True, help_text="What the file calls it."
    )
    page_title = models.CharField(
        max_length=TITLE_LENGTH + 25, blank=True, help_text="What its page was called then."
    )
    placed = models.CharField(
        max_length=100,
        blank=True,
        help_text="The category that the file put its service in; blank for a topic.",
    )
    page = models.OneToOneField(
        Page, on_delete=models.CASCADE, null=True, blank=True, related_name="section"
    )
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="sections"
    )
    text = models.TextField(blank=True, help_text="The words under a category's heading.")
    base = models.TextField(blank=True, help_text="The text as last imported.")
    # Null means no conflict; blank means one with a file that has no words left in the section.
    theirs = models.TextField(  # noqa: DJ001
        null=True, blank=True, help_text="The file's text, where it clashed with the page's."
    )
    gone = models.BooleanField(default=False, help_text="No longer in the file.")

    class Meta:
        ordering = ("document", "position")
        constraints = (
            models.CheckConstraint(
                condition=Q(page__isnull=False, category__isnull=True, text="")
                | Q(page__isnull=True, category__isnull=False),
                name="section_is_page_or_category",
            ),
        )
        indexes = (models.Index(fields=["document", "position"], name="section_order"),)

    def __str__(self) -> str:
        return f"{self.document}: {self.title or 'beginning'}"
