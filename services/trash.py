"""The trash: pages that were deleted, until it is emptied.

A page in the trash keeps its row, its history, its attachments and its place in its file. What is
derived from it goes, so that nothing anywhere shows or counts it and its names are free; what no
notes say (who ticked when, dismissed questions, tags) waits in `Page.kept`.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from services.derive import derive
from services.history import record, tags_of
from services.markdown.match import match
from services.models import (
    Attachment,
    ChecklistItem,
    Link,
    Page,
    PageName,
    Question,
    Reason,
    StaleVersion,
)
from services.models.pages import ADVANCED
from services.names import refresh_names, resolve_again

ITEM_FACTS = ("state_changed_at", "state_changed_by_id", "reason")
TRASHED = ("trashed_at", "trashed_by", "kept")


def throw_away(page: Page, *, by: AbstractBaseUser | None) -> None:
    """Move a page to the trash; one that is there already stays as it is."""
    with transaction.atomic():
        current = Page.everything.select_for_update().get(pk=page.pk)
        if current.trashed_at:
            return
        current.kept = _kept(current)
        names = list(current.page_names.values_list("key", flat=True))
        for model in (ChecklistItem, Question, Link, PageName):
            model._base_manager.filter(page=current).delete()
        current.tags.clear()
        resolve_again(names)
        current.trashed_at, current.trashed_by_id = timezone.now(), by.pk if by else None
        current.advance(by, Reason.TRASH)
        current.save_base(update_fields=[*TRASHED, *ADVANCED])
        record([current], tags=False)


def _kept(page: Page) -> dict[str, Any]:
    items = page.items.order_by("position")
    return {
        "tags": tags_of([page.pk]).get(page.pk, []),
        "items": [
            {
                "title": item.list_title,
                "text": item.text,
                "state_changed_at": item.state_changed_at and item.state_changed_at.isoformat(),
                "state_changed_by_id": item.state_changed_by_id,
                "reason": item.reason,
            }
            for item in items
        ],
        "dismissed": list(page.questions.filter(dismissed=True).values_list("text", flat=True)),
    }


def take_out(page: Page, *, by: AbstractBaseUser | None) -> Page:
    """Restore a page from the trash; returns it, under another title where its own is taken.

    Raises StaleVersion where it is not in the trash any more.
    """
    with transaction.atomic():
        current = Page.everything.select_for_update().get(pk=page.pk)
        if not current.trashed_at:
            raise StaleVersion(current)
        kept, current.kept = current.kept, {}
        current.trashed_at, current.trashed_by = None, None
        current.title = free_title(current)
        if current.aws_id:
            current.aws_id = current.free_aws_id()
        current.advance(by, Reason.RESTORE)
        current.save_base(update_fields=[*TRASHED, *ADVANCED, "title", "aws_id"])
        current.tags.set(kept.get("tags", []))
        resolve_again(refresh_names([current]))
        derive([current], fresh=True)
        _put_back(current, kept)
        record([current])
        return current


def free_title(page: Page) -> str:
    """The page's title, with words or a number behind it while another page has that."""
    from services.catalog import key

    title, number = page.title, 1
    while (
        PageName.objects.filter(key=key(title), rank=PageName.Rank.TITLE)
        .exclude(page=page)
        .exists()
    ):
        more = " (restored)" if number == 1 else f" (restored {number})"
        title, number = page.title[: 200 - len(more)] + more, number + 1
    return title


def _put_back(page: Page, kept: dict[str, Any]) -> None:
    """Give the rows that were derived anew what was kept of them."""
    rows = list(page.items.order_by("position"))
    old = kept.get("items", [])
    known = ChecklistItem.state_changed_by.field.related_model.objects.values_list("pk", flat=True)  # type: ignore[attr-defined]
    people = set(known.filter(pk__in=[item["state_changed_by_id"] for item in old]))
    pairs = match([(i["title"], i["text"]) for i in old], [(r.list_title, r.text) for r in rows])
    for row, at in zip(rows, pairs, strict=True):
        if at is not None:
            who = old[at]["state_changed_by_id"]
            ChecklistItem.objects.filter(pk=row.pk).update(
                state_changed_at=old[at]["state_changed_at"],
                state_changed_by_id=who if who in people else None,
                reason=old[at]["reason"],
            )
    page.questions.filter(text__in=kept.get("dismissed", [])).update(dismissed=True)


def empty() -> int:
    """Delete everything in the trash for good, histories and files included; returns how many."""
    with transaction.atomic():
        pages = list(Page.everything.exclude(trashed_at=None).select_for_update())
        for page in pages:
            destroy(page)
        return len(pages)


def destroy(page: Page) -> None:
    """Delete a page for good, with its history and its files."""
    with transaction.atomic():
        for attachment in Attachment.objects.filter(page=page):
            attachment.delete()
        page.delete()
