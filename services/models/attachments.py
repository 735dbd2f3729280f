"""Files that belong to pages."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse

from services.models.pages import Page


def storage_key(attachment: Attachment, name: str) -> str:
    """Where the bytes are kept: never under a name that a person chose."""
    return f"attachments/{attachment.uuid.hex[:2]}/{attachment.uuid.hex}"


class Attachment(models.Model):
    """One stored file; what it is was found out from its bytes, not from what it claims."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    page = models.ForeignKey(
        Page, on_delete=models.SET_NULL, null=True, blank=True, related_name="attachments"
    )
    file = models.FileField(upload_to=storage_key, max_length=200)
    name = models.CharField("original name", max_length=200)
    reference = models.CharField(
        max_length=500, blank=True, help_text="How the imported notes write it, as in img/a.png."
    )
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

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

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("attachment", args=[self.uuid, self.name])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Remove the row, and its bytes once that is certain and no other row has them."""
        storage, key = self.file.storage, str(self.file.name)
        removed = super().delete(*args, **kwargs)

        def delete_bytes() -> None:
            if not Attachment.objects.filter(file=key).exists():
                storage.delete(key)

        transaction.on_commit(delete_bytes)
        return removed
