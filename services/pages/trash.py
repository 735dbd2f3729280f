"""Move pages to the trash, restore them, and empty it.

Of a page in the trash, the row, history, attachments and place in its file stay. Its derived rows
are deleted, so that it is not shown or counted anywhere and its names are free; state that is not
in the notes (who ticked when, dismissed questions, tags) is stored in `Page.kept`.
"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from services.attachments.manage import attachment_ids_in
from services.attachments.manage import delete as delete_attachment
from services.aws.catalog import name_key
from services.db.locks import atomic_with_retries, lock_names
from services.models import (
    Attachment,
    ChecklistItem,
    Draft,
    Link,
    Page,
    PageName,
    Question,
    Reason,
    StaleVersion,
)
from services.models.pages import TITLE_LENGTH
from services.pages.derive import derive
from services.pages.derived_state import dump_waiting, load_waiting
from services.pages.names import KEY_LENGTH, refresh_names, resolve_again
from services.pages.revise import delete, is_aws_id_taken
from services.pages.revisions import ADVANCED, advance, record, tags_of

TRASHED = ("trashed_at", "trashed_by", "kept")


@atomic_with_retries
def throw_away(page: Page, *, by: AbstractBaseUser | None) -> None:
    """Move a page to the trash; does nothing if it is there already."""
    current = Page.everything.locked().get(pk=page.pk)
    if current.trashed_at:
        return
    lock_names()
    items, questions = load_waiting([current])
    current.kept = dump_waiting(
        [*current.items.order_by("position"), *items[current.pk]],
        [*current.questions.order_by("position"), *questions[current.pk]],
    )
    current.kept["tags"] = tags_of([current.pk]).get(current.pk, [])
    names = list(current.page_names.values_list("key", flat=True))
    for model in (ChecklistItem, Question, Link, PageName):
        model._base_manager.filter(page=current).delete()
    current.tags.clear()
    resolve_again(names)
    current.trashed_at, current.trashed_by_id = timezone.now(), by.pk if by else None
    advance(current, by, Reason.TRASH)
    current.save(update_fields=[*TRASHED, *ADVANCED])
    record([current], tags=False)


@atomic_with_retries
def take_out(page: Page, *, by: AbstractBaseUser | None) -> Page:
    """Restore a page from the trash; returns it, under another title where its own is taken.

    Raises StaleVersion where it is not in the trash any more.
    """
    current = Page.everything.locked().get(pk=page.pk)
    if not current.trashed_at:
        raise StaleVersion(current)
    lock_names()
    tags = current.kept.pop("tags", [])
    current.trashed_at, current.trashed_by = None, None
    current.title = free_title(current)
    if is_aws_id_taken(current.aws_id, current):
        current.aws_id = ""
    advance(current, by, Reason.RESTORE)
    current.save(update_fields=[*TRASHED, *ADVANCED, "title", "aws_id"])
    current.tags.set(tags)
    resolve_again(refresh_names([current]))
    derive([current], fresh=True)
    record([current])
    return current


def free_title(page: Page) -> str:
    """Return the page's title, with "(restored)" and a number where another page has it."""
    titles = PageName.objects.filter(rank=PageName.Rank.TITLE).exclude(page=page)
    title, number = page.title, 1
    while titles.filter(key=name_key(title)[:KEY_LENGTH]).exists():
        more = " (restored)" if number == 1 else f" (restored {number})"
        title, number = _add_ending(page.title, more), number + 1
    return title


def _add_ending(title: str, more: str) -> str:
    """Return a title with an ending, cut so that the ending is part of its key."""
    stem = title[: TITLE_LENGTH - len(more)]
    while len(name_key(stem + more)) > KEY_LENGTH:
        stem = stem[:-1]
    return stem + more


@atomic_with_retries
def empty() -> int:
    """Delete what is in the trash for good, histories and files included; returns how many.

    Pages with unsaved drafts stay in the trash, since the drafts would be deleted unseen.
    """
    thrown = Page.everything.exclude(trashed_at=None)
    locked = Page.everything.filter(Q(pk__in=thrown) | Q(about__in=thrown)).locked()
    drafts = Draft.objects.filter(page__in=thrown).select_for_update().only("page", "saved_at")
    drafted = {draft.page_id for draft in drafts if draft.saved_at}
    pages = [page for page in locked if page.trashed_at and page.pk not in drafted]
    for page in pages:
        destroy(page)
    return len(pages)


@atomic_with_retries
def destroy(page: Page) -> None:
    """Delete a page for good, with its history and its files.

    A file that another page shows, as after a section was split off, becomes that page's.
    """
    # Also those of no page: they were sent before the page was stored.
    own = Q(page=page) | Q(page=None, pk__in=attachment_ids_in(page.notes))
    for attachment in Attachment.objects.filter(own).order_by("pk"):
        shown = pages_showing(attachment).exclude(pk=page.pk).first()
        if shown is None:
            delete_attachment(attachment)
        else:
            Attachment.objects.filter(pk=attachment.pk).update(page=shown, reference="")
    delete(page)


def pages_showing(attachment: Attachment) -> QuerySet[Page]:
    """Return pages whose notes show a file, those in the trash last. It reads all notes."""
    pages = Page.everything.filter(notes__contains=str(attachment.uuid))
    return pages.order_by(F("trashed_at").asc(nulls_first=True), "pk")
