"""Write and read revisions: every change of a page's notes or facts, with who made it and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection
from django.utils import timezone
from taggit.models import TaggedItem

from services.db.bulk import insert_rows
from services.models import Page, Reason, Revision

# Fields of a page that every revision changes.
ADVANCED = ("version", "updated_at", "updated_by", "last_reason")
FOLDED_WITHIN = timedelta(hours=1)
ON_PAGES = {"content_type__app_label": "services", "content_type__model": "page"}


def advance(page: Page, by: AbstractBaseUser | None, reason: str) -> bool:
    """Make the page its next version, changed now; returns whether it folds into the last one.

    The same user's ticks within an hour are one entry of the history.
    """
    now, user = timezone.now(), by.pk if by else None
    folded = (
        reason == page.last_reason == Reason.TICK
        and user == page.updated_by_id
        and now - page.updated_at < FOLDED_WITHIN
    )
    page.version += 1
    page.updated_at, page.updated_by_id, page.last_reason = now, user, reason
    return folded


def record(
    pages: Sequence[Page], *, created: bool = False, tags: bool = True, folded: bool = False
) -> None:
    """Write a revision for each page as it is now, after `advance`; one query for all.

    `tags` says that they may have changed, and costs another query.
    """
    stored_tags = tags_of([page.pk for page in pages]) if tags else {}
    fields = [field for field in Revision._meta.concrete_fields if not field.primary_key]
    names, rows = [field.attname for field in fields], []
    for page in pages:
        own = {
            "page_id": page.pk,
            "saved_at": page.updated_at,
            "user_id": page.updated_by_id,
            "reason": page.last_reason,
            "type": Revision.Type.CREATED if created else Revision.Type.CHANGED,
            "folded": folded,
            "tags": stored_tags.get(page.pk, []) if tags else None,
        }
        # The other fields are called as on the page.
        values = (own[name] if name in own else getattr(page, name) for name in names)
        pairs = zip(fields, values, strict=True)
        rows.append([field.get_db_prep_save(value, connection) for field, value in pairs])
    insert_rows(Revision, [str(field.column) for field in fields], rows)


def tags_of(pages: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of each page's tags, in alphabetical order."""
    found: dict[int, list[str]] = {}
    rows = TaggedItem.objects.filter(object_id__in=pages, **ON_PAGES).order_by("tag__name")
    for page, name in rows.values_list("object_id", "tag__name"):
        found.setdefault(page, []).append(str(name))
    return found


def find_revision(page: int, version: int) -> Revision | None:
    """Return a page's revision, or None where there is none of that number."""
    return Revision.objects.filter(page=page, version=version).first()


def tags_at(page: int, version: int) -> list[str]:
    """Return the tags that a page had in a version."""
    known = Revision.objects.filter(page=page, version__lte=version, tags__isnull=False)
    return list(known.order_by("-version").values_list("tags", flat=True).first() or [])
