"""Saving what a person typed, whoever else saved meanwhile: merged where that is clean.

Every way of saving a whole text comes here (the editor, one section of it, the admin, an answer);
a tick is so small that it is made anew on whatever is stored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from services.db.locks import retried
from services.models import Page, Reason, StaleVersion
from services.pages.revise import revise
from services.pages.revisions import ADVANCED, advance, record, revision
from services.text.merge import Merge, merge


class Clash(Exception):
    """Two people changed the same lines.

    `base` is the text that both began with (None where its revision is unknown), `mine` what was
    to be saved, `current` the page as it is stored now, `merged` the attempt with its marks.
    """

    def __init__(self, base: str | None, mine: str, current: Page, merged: Merge) -> None:
        super().__init__(f"“{current.title}” was changed in the same lines meanwhile.")
        self.base, self.mine, self.current, self.merged = base, mine, current, merged


class Trashed(Exception):
    """The page is in the trash, so nothing can be saved in it."""

    def __init__(self, page: Page) -> None:
        super().__init__(f"“{page.title}” is in the trash. Restore it to save in it.")
        self.page = page


def mark(text: str) -> str:
    """Tells texts apart: what a form carries of the one that its author saw."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Saved:
    """The page as it is now, whether it is another version, and whether it had to be merged."""

    page: Page
    changed: bool
    merged: bool = False


@retried
def save(
    page: Page,
    notes: str,
    *,
    version: int,
    by: AbstractBaseUser | None,
    reason: str = Reason.SITE,
    tags: Collection[str] | None = None,
    **facts: Any,
) -> Saved:
    """Save notes that were written over `version` of a page, with facts and tags.

    Raises Clash, or Trashed, and stores nothing.
    """
    with transaction.atomic():
        current = Page.everything.locked().get(pk=page.pk)
        if current.trashed_at:
            raise Trashed(current)
        merged, before = False, current.version
        if version != current.version:
            text = merged_into(current, notes, version)
            merged = text not in (notes, current.notes)
            notes = text
        seen = current.version
        revise(current, notes, version=seen, by=by, reason=reason, tags=tags, **facts)
        return Saved(current, current.version != before, merged)


def merged_into(current: Page, notes: str, version: int) -> str:
    """What a page would say with notes that were written over an older version of it.

    Raises Clash where the same lines were changed.
    """
    if notes == current.notes:
        return notes
    known = revision(current.pk, version)
    base = known.notes if known else None
    # Without the text that both began with, every line that differs is a clash.
    merged = merge("" if base is None else base, notes, current.notes)
    if merged.clashes or base is None:
        raise Clash(base, notes, current, merged)
    return merged.text


@retried
def keep_theirs(page: Page, *mine: str, version: int, by: AbstractBaseUser | None) -> Page:
    """Leave a page as somebody else saved it; one's own texts go into its history.

    Raises StaleVersion where the page has moved on from `version`, which was decided upon, and
    Trashed.
    """
    with transaction.atomic():
        current = Page.everything.locked().get(pk=page.pk)
        if current.trashed_at:
            raise Trashed(current)
        if current.version != version:
            raise StaleVersion(current)
        set_aside(current, mine, instead=current.notes, version=version, by=by)
        return Page.everything.get(pk=page.pk)


def set_aside(
    page: Page, texts: Iterable[str], *, instead: str, version: int, by: AbstractBaseUser | None
) -> None:
    """Put texts into a page's history before another one is saved `instead` over `version`.

    Call it in that same transaction. A text that is saved, or that the page has, is not set
    aside; where the page has moved on from `version`, saving is going to ask again.
    """
    current = Page.objects.locked().filter(pk=page.pk, version=version).first()
    if current is None:
        return
    left = [text for text in dict.fromkeys(texts) if text not in (instead, current.notes)]
    for text in left:
        theirs, current.notes = current.notes, text
        advance(current, by, Reason.ASIDE)
        record([current], tags=False)
        current.notes = theirs
    if left and instead == current.notes:
        # Nothing is going to be saved: the newest revision is the page all the same.
        advance(current, by, Reason.KEPT)
        record([current], tags=False)
    current.save(update_fields=ADVANCED)
