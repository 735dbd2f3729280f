"""Tick an item: change one character of its page's notes, in one revision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from services.db.locks import retry_deadlocks
from services.markdown.edit.tasks import set_state
from services.markdown.read import notes as markdown
from services.models import ChecklistItem, Page, Reason
from services.pages.derive import derive
from services.pages.revisions import ADVANCED, advance, record

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

State = ChecklistItem.State
WHY_LENGTH = 200


class ItemGone(Exception):
    """The item is gone: its line was removed, or its page moved to the trash."""

    def __init__(self) -> None:
        super().__init__("This item is gone: its line was removed from the notes in the meantime.")


@dataclass(frozen=True, slots=True)
class Ticked:
    """An item as it is stored now, its page, and whether its state changed."""

    item: ChecklistItem
    page: Page
    changed: bool


@retry_deadlocks
def tick_item(
    item_pk: int, state: str, *, by: AbstractBaseUser | None, why: str | None = None
) -> Ticked:
    """Give an item a state, in one transaction of four queries however long the history is.

    `why` is the reason, one line, shown while the item is done or n/a. None leaves it as it is, so
    that it is back after an item was unticked by accident. A state that the item has already makes
    no revision. Raises ItemGone, and EditRefused if the notes cannot express the state; nothing is
    stored then.
    """
    reason = None if why is None else " ".join(why.split())[:WHY_LENGTH]
    with transaction.atomic():
        item = _locked(item_pk)
        page, old = item.page, _read(item.page)
        changed = _store(item, old, state, reason, by)
        if changed is None:
            # It was moved while this transaction waited for its page.
            _reread(item)
            changed = _store(item, old, state, reason, by)
            if changed is None:
                raise ItemGone
        if changed:
            _advance(page, item.position, state, old, by)
    return Ticked(item, page, changed)


def _locked(pk: int) -> ChecklistItem:
    """Return an item and its page, locked until the transaction ends."""
    rows = ChecklistItem.objects.select_related("page").select_for_update(of=("page",), no_key=True)
    item = rows.filter(pk=pk).first()
    if item is None:
        raise ItemGone
    return item


def _read(page: Page) -> markdown.Notes:
    return markdown.read_notes(page.notes, service=page.is_service, title=page.title)


def _reread(item: ChecklistItem) -> None:
    try:
        item.refresh_from_db(fields=["text", "list_title", "position"])
    except ChecklistItem.DoesNotExist:
        raise ItemGone from None


def _store(
    item: ChecklistItem,
    notes: markdown.Notes,
    state: str,
    reason: str | None,
    by: AbstractBaseUser | None,
) -> bool | None:
    """Write the row; returns whether its state changed, None where the row is out of date.

    After waiting for the page, PostgreSQL reads it again, but not the item. So the notes must have
    the item's words at its position, and the row must still have that position.
    """
    if item.position >= len(notes.items):
        return None
    found = notes.items[item.position]
    if (found.text, found.list_title) != (item.text, item.list_title):
        return None
    changed = found.state != state
    facts: dict[str, object] = {"reason": item.reason if reason is None else reason}
    if changed:
        who = by.pk if by else None
        facts |= {"state": state, "state_changed_at": timezone.now(), "state_changed_by_id": who}
    if changed or facts["reason"] != item.reason:
        rows = ChecklistItem.objects.filter(pk=item.pk, page=item.page_id, position=item.position)
        if not rows.update(**facts):
            return None
    for name, value in facts.items():
        setattr(item, name, value)
    return changed


def _advance(
    page: Page, position: int, state: str, old: markdown.Notes, by: AbstractBaseUser | None
) -> None:
    """Write the notes as the page's next version."""
    page.notes = set_state(page.notes, position, state)
    folded = advance(page, by, Reason.TICK)
    fields = [field for field in Page._meta.concrete_fields if field.name in ("notes", *ADVANCED)]
    facts = {field.attname: getattr(page, field.attname) for field in fields}
    Page.everything.filter(pk=page.pk).update(**facts)
    new = _read(page)
    expected = replace(old.items[position], state=state)
    items = [*old.items[:position], expected, *old.items[position + 1 :]]
    if (new.items, new.questions, new.targets) != (items, old.questions, old.targets):
        # Rare: the box was also part of a link or of what defines one.
        derive([page])
    record([page], tags=False, folded=folded)
