"""Files that belong to pages."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from services.models.pages import Page

# What is known of the bytes, and so the same in every row that has them.
OF_THE_BYTES = (
    *("file", "thumbnail", "content_type", "size", "sha256", "source_sha256"),
    *("width", "height"),
)


def storage_key(attachment: Attachment, name: str) -> str:
    """Where the bytes are kept: never under a name that a person chose, and never twice in one
    place, so that an address of the storage always leads to the same bytes."""
    key = uuid.uuid4().hex
    return f"attachments/{key[:2]}/{key}"


def thumbnail_key(attachment: Attachment, name: str) -> str:
    """Beside the picture that it is of."""
    return f"{attachment.file.name}.small"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def live(self) -> AttachmentQuerySet:
        """Those that were not deleted."""
        return self.filter(trashed_at=None)

    def trashed(self) -> AttachmentQuerySet:
        return self.exclude(trashed_at=None).order_by("-trashed_at")


class Attachment(models.Model):
    """One stored file; what it is was found out from its bytes, not from what it claims.

    `sha256` and `size` are of the bytes as they are stored, `source_sha256` of those that came:
    pictures are stored the right way up and without their place. Rows may share an object.
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
    # Of the file in a folder of notes: as it last came from there, and as it was last written.
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
        # Of files from before their sizes were known, too.
        return self.content_type.startswith("image/")

    @property
    def keys(self) -> list[str]:
        """The objects that this row has in the storage."""
        return [str(field.name) for field in (self.file, self.thumbnail) if field]

    def take_over(self, other: Attachment) -> None:
        """Become a row for the same bytes as another."""
        for name in OF_THE_BYTES:
            setattr(self, name, getattr(other, name))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the row, and its bytes once that is certain and no other row has them."""
        with transaction.atomic():
            rows = Attachment.objects.select_for_update(of=("self",))
            # It may have other bytes by now than when this object was read.
            current = rows.filter(pk=self.pk).first()
            removed = super().delete(*args, **kwargs)
            release(current or self)
        return removed


def release(row: Attachment) -> None:
    """When this transaction is stored, delete the objects of a row that does not have them any
    more, unless another row has them."""
    storage, key, keys = row.file.storage, str(row.file.name), row.keys

    def delete_objects() -> None:
        if not Attachment.objects.filter(file=key).exists():
            for each in keys:
                storage.delete(each)

    # What the storage could not delete now, `attachments sweep` will.
    transaction.on_commit(delete_objects, robust=True)
