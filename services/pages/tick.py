"""Tick an item: change one character of its page's notes, in one revision."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from services.db.locks import atomic_with_retries
from services.markdown.edit.tasks import set_state
from services.markdown.read.notes import Notes
from services.models import ChecklistItem, Page, Reason
from services.pages.derive import derive, read_page
from services.pages.revisions import ADVANCED, advance, record

WHY_LENGTH = 200


class ItemGone(Exception):
    """The item is gone: its line was removed, or its page moved to the trash."""

    def __init__(self) -> None:
        super().__init__("This item is gone: its line was removed from the notes in the meantime.")


@atomic_with_retries
def tick_item(
    item_pk: int, state: str, *, by: AbstractBaseUser | None, why: str | None = None
) -> ChecklistItem:
    """Give an item a state, in one transaction of four queries however long the history is.

    `why` is the reason, one line, shown while the item is done or n/a. None leaves it as it is, so
    that it is back after an item was unticked by accident. A state that the item has already makes
    no revision. Returns the item with its page. Raises ItemGone, and EditRefused if the notes
    cannot express the state; nothing is stored then.
    """
    reason = None if why is None else " ".join(why.split())[:WHY_LENGTH]
    item = _lock_item(item_pk)
    old = read_page(item.page)
    try:
        changed = _store(item, old, state, reason, by)
    except ItemGone:
        # It was moved while this transaction waited for its page.
        item = _lock_item(item_pk)
        changed = _store(item, old, state, reason, by)
    if changed:
        _advance(item.page, item.position, state, old, by)
    return item


def _lock_item(pk: int) -> ChecklistItem:
    """Return an item and its page, locked until the transaction ends."""
    rows = ChecklistItem.objects.select_related("page").select_for_update(of=("page",), no_key=True)
    item = rows.filter(pk=pk).first()
    if item is None:
        raise ItemGone
    return item


def _store(
    item: ChecklistItem, notes: Notes, state: str, reason: str | None, by: AbstractBaseUser | None
) -> bool:
    """Write the row and return whether its state changed; ItemGone where the row is out of date.

    After waiting for the page, PostgreSQL reads it again, but not the item. So the notes must have
    the item's words at its position, and the row must still have that position.
    """
    found = notes.items[item.position] if item.position < len(notes.items) else None
    if found is None or (found.text, found.list_title) != (item.text, item.list_title):
        raise ItemGone
    changed = found.state != state
    facts: dict[str, object] = {"reason": item.reason if reason is None else reason}
    if changed:
        who = by.pk if by else None
        facts |= {"state": state, "state_changed_at": timezone.now(), "state_changed_by_id": who}
    if changed or facts["reason"] != item.reason:
        rows = ChecklistItem.objects.filter(pk=item.pk, page=item.page_id, position=item.position)
        if not rows.update(**facts):
            raise ItemGone
    for name, value in facts.items():
        setattr(item, name, value)
    return changed


def _advance(
    page: Page, position: int, state: str, old: Notes, by: AbstractBaseUser | None
) -> None:
    """Write the notes as the page's next version."""
    page.notes = set_state(page.notes, position, state)
    folded = advance(page, by, Reason.TICK)
    page.save(update_fields=["notes", *ADVANCED])
    new = read_page(page)
    items = list(old.items)
    items[position] = replace(items[position], state=state)
    if (new.items, new.questions, new.targets) != (items, old.questions, old.targets):
        # Rare: the box was also part of a link or of what defines one.
        derive([page])
    record([page], tags=False, folded=folded)
