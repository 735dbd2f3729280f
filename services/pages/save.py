"""Save what a user typed, merged with what others saved in the meantime.

Every way of saving a whole text comes here (the editor, one section of it, the admin); a tick and
an answer are so small that they are made again on whatever is stored.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from services.db.locks import atomic_with_retries
from services.models import Page, Reason
from services.pages.resolve_conflict import Choices, Clash, Conflict, set_aside
from services.pages.revise import lock_live, revise
from services.pages.revisions import find_revision
from services.text.merge import UNKNOWN


@dataclass(frozen=True, slots=True)
class Saved:
    """The page as it is now, whether it is another version, and whether it had to be merged.

    `resolved` says that a user chose between two texts.
    """

    page: Page
    changed: bool
    merged: bool = False
    resolved: bool = False


@atomic_with_retries
def save(
    page: Page,
    notes: str,
    *,
    version: int,
    by: AbstractBaseUser | None,
    reason: str = Reason.SITE,
    tags: Collection[str] | None = None,
    choices: Choices | None = None,
    **facts: Any,
) -> Saved:
    """Save notes that were written over `version` of a page, with facts and tags.

    `choices` is what the user chose when they were shown the conflict. Raises Clash where they
    have to choose, or Trashed, and stores nothing.
    """
    current = lock_live(page)
    before, text, resolved = current.version, notes, False
    if version != before and notes != current.notes:
        known = find_revision(current.pk, version)
        conflict = Conflict(known.notes if known else UNKNOWN, notes, current.notes)
        resolved = bool(conflict.disputed)
        found = conflict.text(choices)
        if found is None:
            raise Clash(conflict, current)
        text = found
    if resolved:
        set_aside(current, [notes], instead=text, by=by)
    merged = text not in (notes, current.notes)
    revise(current, text, version=current.version, by=by, reason=reason, tags=tags, **facts)
    return Saved(current, current.version != before, merged, resolved)
