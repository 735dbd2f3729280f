"""Revisions written, and read back: every change of a page's notes or facts, with who and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from taggit.models import TaggedItem

from services.db.bulk import insert_rows
from services.models import Page, Revision

OWN = ("history_date", "history_user_id", "history_change_reason", "history_type", "folded", "tags")
ON_PAGES = {"content_type__app_label": "services", "content_type__model": "page"}


def record(
    pages: Sequence[Page], *, created: bool = False, tags: bool = True, folded: bool = False
) -> None:
    """Write a revision for each page as it is now, after `Page.advance`; one query for all.

    `tags` says that they may have changed, and costs another query.
    """
    fields = Revision.tracked_fields
    named = tags_of([page.pk for page in pages]) if tags else {}
    rows = []
    for page in pages:
        values = [_prepared(field, getattr(page, field.attname)) for field in fields]
        kept = named.get(page.pk, []) if tags else None
        own = (page.updated_at, page.updated_by_id, page.last_reason, "+" if created else "~")
        rows.append((*values, *_own(*own, folded, kept)))
    insert_rows(Revision, [field.column for field in fields] + list(OWN), rows)


def _own(*values: Any) -> list[Any]:
    columns = {field.attname: field for field in Revision._meta.concrete_fields}
    return [_prepared(columns[name], value) for name, value in zip(OWN, values, strict=True)]


def _prepared(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def tags_of(pages: Sequence[int]) -> dict[int, list[str]]:
    """The names of each page's tags."""
    found: dict[int, list[str]] = {}
    rows = TaggedItem.objects.filter(object_id__in=pages, **ON_PAGES).order_by("tag__name")
    for page, name in rows.values_list("object_id", "tag__name"):
        found.setdefault(page, []).append(name)
    return found


def revision(page: int, version: int) -> Any | None:
    """A page's revision, or None where there is none of that number."""
    return Revision.objects.filter(id=page, version=version).first()


def tags_at(page: int, version: int) -> list[str]:
    """The tags that a page had in a version."""
    known = Revision.objects.filter(id=page, version__lte=version, tags__isnull=False)
    return list(known.order_by("-version").values_list("tags", flat=True).first() or [])
