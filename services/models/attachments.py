"""Files that belong to pages."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from services.models.pages import Page


def storage_key(attachment: Attachment, name: str) -> str:
    """Return a new key for a file in the storage.

    It never holds a name that a user chose, and no key is used twice, so that an address of the
    storage always leads to the same bytes.
    """
    key = uuid.uuid4().hex
    return f"attachments/{key[:2]}/{key}"


def thumbnail_key(attachment: Attachment, name: str) -> str:
    """Return the key of a thumbnail, next to its picture."""
    return f"{attachment.file.name}.small"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def live(self) -> AttachmentQuerySet:
        """Leave out those in the trash."""
        return self.filter(trashed_at=None)

    def trashed(self) -> AttachmentQuerySet:
        return self.exclude(trashed_at=None).order_by("-trashed_at")


class Attachment(models.Model):
    """One stored file. Its type is read from its bytes, not from what the upload claims.

    `sha256` and `size` are those of the stored bytes, `source_sha256` that of the bytes as sent:
    pictures are stored upright and without the place where they were taken. Rows with the same
    bytes share one object of the storage.
    """

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    page = models.ForeignKey(
        Page, on_delete=models.SET_NULL, null=True, blank=True, related_name="attachments"
    )
    file = models.FileField(upload_to=storage_key, max_length=200)
    thumbnail = models.FileField(upload_to=thumbnail_key, max_length=210, blank=True)
    name = models.CharField("original name", max_length=200)
    reference = models.CharField(
        max_length=500, blank=True, help_text="How the imported notes write it, as in img/a.png."
    )
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    source_sha256 = models.CharField(max_length=64, blank=True, default="")
    # Digests of the file in the folder of notes: as last imported and as last exported.
    imported_sha256 = models.CharField(max_length=64, blank=True, default="", editable=False)
    exported_sha256 = models.CharField(max_length=64, blank=True, default="", editable=False)
    width = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels.")
    height = models.PositiveIntegerField(null=True, blank=True, help_text="Pixels.")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
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

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "uuid")
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="attachment_has_name"),
            models.UniqueConstraint(
                fields=["page", "reference"],
                condition=~Q(reference=""),
                name="attachment_reference_once_per_page",
            ),
        )
        indexes = (
            models.Index(fields=["source_sha256"], name="attachment_source"),
            models.Index(fields=["file"], name="attachment_object"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("attachment", args=[self.uuid, self.name])

    @property
    def is_picture(self) -> bool:
        # The type, not the width: files from before sizes were read have none.
        return self.content_type.startswith("image/")

    @property
    def keys(self) -> list[str]:
        """Keys of the row's objects in the storage."""
        return [str(field.name) for field in (self.file, self.thumbnail) if field]
