"""The files of a plan put into rows: what is needed to write their bytes again."""

from __future__ import annotations

from datetime import datetime

from services.models import Document
from services.sync.plan import Plan

BATCH = 500


def save_documents(plan: Plan, now: datetime) -> dict[str, int]:
    """Store every file's own facts; returns the documents' keys by path."""
    new: list[Document] = []
    old: list[Document] = []
    fields = [
        "folder", "encoding", "line_end", "front_matter", "tags", "aliases", "created",
        "digest", "imported_at",
    ]  # fmt: skip
    for planned in plan.documents:
        document = Document(
            pk=planned.stored.pk if planned.stored else None,
            path=planned.path,
            folder=planned.folder,
            encoding=planned.encoding,
            line_end=planned.line_end,
            front_matter=planned.matter.raw,
            tags=planned.tags,
            aliases=planned.aliases,
            created=planned.matter.created,
            digest=planned.digest,
            imported_at=now,
        )
        (old if planned.stored else new).append(document)
    Document.objects.bulk_update(old, fields, batch_size=100)
    Document.objects.bulk_create(new, batch_size=BATCH)
    return {document.path: document.pk for document in [*new, *old]}
