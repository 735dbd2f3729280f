"""The trash: pages that were deleted, until it is emptied.

A page in the trash keeps its row, its history, its attachments and its place in its file. What is
derived from it goes, so that nothing anywhere shows or counts it and its names are free; what no
notes say (who ticked when, dismissed questions, tags) waits in `Page.kept`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from services.bulk import update_rows
from services.catalog import key
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
from services.models.pages import ADVANCED, TITLE_LENGTH
from services.names import KEY_LENGTH, refresh_names, resolve_again
from services.transactions import change_names, retried

ITEM_FACTS = ("state_changed_at", "state_changed_by_id", "reason")
TRASHED = ("trashed_at", "trashed_by", "kept")


@retried
def throw_away(page: Page, *, by: AbstractBaseUser | None) -> None:
    """Move a page to the trash; one that is there already stays as it is."""
    with transaction.atomic():
        current = Page.everything.locked().get(pk=page.pk)
        if current.trashed_at:
            return
        change_names()
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
        "questions": [
            (question.text, question.dismissed, question.asked_at.isoformat())
            for question in page.questions.order_by("position")
        ],
    }


@retried
def take_out(page: Page, *, by: AbstractBaseUser | None) -> Page:
    """Restore a page from the trash; returns it, under another title where its own is taken.

    Raises StaleVersion where it is not in the trash any more.
    """
    with transaction.atomic():
        current = Page.everything.locked().get(pk=page.pk)
        if not current.trashed_at:
            raise StaleVersion(current)
        change_names()
        kept, current.kept = current.kept, {}
        current.trashed_at, current.trashed_by = None, None
        current.title = free_title(current)
        if Page.objects.filter(kind=Page.Kind.SERVICE, aws_id=current.aws_id).exists():
            current.aws_id = ""
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
    titles = PageName.objects.filter(rank=PageName.Rank.TITLE).exclude(page=page)
    title, number = page.title, 1
    while titles.filter(key=key(title)[:KEY_LENGTH]).exists():
        more = " (restored)" if number == 1 else f" (restored {number})"
        title, number = _ended(page.title, more), number + 1
    return title


def _ended(title: str, more: str) -> str:
    """A title with words behind it that count: compared is only a beginning of its key."""
    stem = title[: TITLE_LENGTH - len(more)]
    while len(key(stem + more)) > KEY_LENGTH:
        stem = stem[:-1]
    return stem + more


def _put_back(page: Page, kept: dict[str, Any]) -> None:
    """Give the rows that were derived anew what was kept of them."""
    rows = list(page.items.order_by("position"))
    old = kept.get("items", [])
    people = _known_people({item["state_changed_by_id"] for item in old} - {None})
    pairs = match([(i["title"], i["text"]) for i in old], [(r.list_title, r.text) for r in rows])
    found = [(row, old[at]) for row, at in zip(rows, pairs, strict=True) if at is not None]
    for row, facts in found:
        for name in ITEM_FACTS:
            setattr(row, name, facts[name])
        if row.state_changed_by_id not in people:
            row.state_changed_by_id = None
    update_rows(ChecklistItem, [row for row, _ in found], ITEM_FACTS)
    asked = list(page.questions.order_by("position"))
    old = kept.get("questions", [])
    pairs = match([("", text) for text, *_ in old], [("", question.text) for question in asked])
    for question, at in zip(asked, pairs, strict=True):
        if at is not None:
            question.dismissed = old[at][1]
            question.asked_at = datetime.fromisoformat(old[at][2])
    update_rows(Question, asked, ("dismissed", "asked_at"))


def _known_people(ids: set[int]) -> set[int]:
    people = get_user_model()._default_manager.filter(pk__in=ids)
    return set(people.values_list("pk", flat=True))


@retried
def empty() -> int:
    """Delete everything in the trash for good, histories and files included; returns how many."""
    with transaction.atomic():
        thrown = Page.everything.exclude(trashed_at=None)
        locked = Page.everything.filter(Q(pk__in=thrown) | Q(about__in=thrown)).locked()
        pages = [page for page in locked if page.trashed_at]
        for page in pages:
            destroy(page)
        return len(pages)


@retried
def destroy(page: Page) -> None:
    """Delete a page for good, with its history and its files.

    A file that another page shows, as after a section was split off, goes on as that page's.
    """
    with transaction.atomic():
        for attachment in Attachment.objects.filter(page=page):
            shown = shows(attachment).exclude(pk=page.pk).first()
            if shown is None:
                attachment.delete()
            else:
                Attachment.objects.filter(pk=attachment.pk).update(page=shown, reference="")
        page.delete()


def shows(attachment: Attachment) -> QuerySet[Page]:
    """The pages whose notes have a file's address, those in the trash last; reads all notes."""
    pages = Page.everything.filter(notes__contains=str(attachment.uuid))
    return pages.order_by(F("trashed_at").asc(nulls_first=True), "pk")
