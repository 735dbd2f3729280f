"""Resolve a conflict: two texts that changed the same lines of the one that both began with.

It is used for two users' notes, two answers, and a page and its file. The text that was not chosen
goes into the page's history in the transaction that stores the other, so no choice loses a text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser

from services.db.locks import atomic_with_retries
from services.models import Page, Reason, Section
from services.pages.revise import lock_live, revise
from services.pages.revisions import ADVANCED, advance, record
from services.text.merge import UNKNOWN, Region, Use, merge


def mark(text: str) -> str:
    """Return a digest of a text: what a form carries of the one that its author saw."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user chose for the disputed blocks with the mark `seen`: for each, or one for all."""

    seen: str
    each: Sequence[str] = ()
    everywhere: str = ""


@dataclass(frozen=True)
class Conflict:
    """My text and theirs, over the one that both began with (UNKNOWN if it is not stored)."""

    base: str
    mine: str
    theirs: str

    @property
    def is_base_known(self) -> bool:
        return self.base != UNKNOWN

    @cached_property
    def disputed(self) -> list[Region]:
        """Return the blocks that both changed differently; what else was changed is merged."""
        return merge(self.base, self.mine, self.theirs).disputed

    @property
    def mark(self) -> str:
        """Return the mark of the disputed blocks; changes elsewhere leave it as it is."""
        return mark(repr(self.disputed))

    def text(self, choices: Choices | None) -> str | None:
        """Return the merged text, or None while a user has to choose for its disputed blocks."""
        count, uses = len(self.disputed), list[str]()
        if count:
            if choices is None or choices.seen != self.mark:
                return None
            uses = [choices.everywhere] * count if choices.everywhere else list(choices.each)
            if len(uses) != count or not set(uses) <= set(Use):
                return None
        return merge(self.base, self.mine, self.theirs, [Use(use) for use in uses]).text


class Clash(Exception):
    """A user has to choose. `current` is the page as it is stored now."""

    def __init__(self, conflict: Conflict, current: Page) -> None:
        super().__init__(f"“{current.title}” was changed in the same lines in the meantime.")
        self.conflict, self.current = conflict, current


class NoConflict(Exception):
    """The page does not differ from its file, or the conflict was resolved in the meantime."""


def set_aside(
    page: Page, texts: Iterable[str], *, instead: str, by: AbstractBaseUser | None
) -> None:
    """Put texts into the history of a locked page before another one is saved `instead`.

    A text that is saved, or that the page has, is not set aside.
    """
    stored = page.notes
    left = [text for text in dict.fromkeys(texts) if text not in (instead, stored)]
    revisions = [(text, Reason.ASIDE) for text in left]
    if left and instead == stored:
        # Nothing is going to be saved, but the newest revision must be the page's text.
        revisions.append((stored, Reason.KEPT))
    for text, reason in revisions:
        page.notes = text
        advance(page, by, reason)
        record([page], tags=False)
    page.notes = stored
    if left:
        page.save(update_fields=ADVANCED)


def find_file_section(page: Page) -> Section | None:
    """Return the section of a page whose file has another text, with its document."""
    rows = Section.objects.select_related("document")
    return rows.filter(page=page.pk, theirs__isnull=False).first()


def with_file(page: Page, section: Section) -> Conflict:
    """Return the conflict of a page with its file, which an import stored as `Section.theirs`."""
    return Conflict(section.base, page.notes, section.theirs or "")


@atomic_with_retries
def resolve_with_file(page: Page, choices: Choices | None, *, by: AbstractBaseUser | None) -> Page:
    """Store what a user chose between a page and its file; returns the page.

    From then on the file's text is the one that both began with. Raises NoConflict; Trashed; and
    Clash where other blocks are disputed by now, or one has no choice.
    """
    current = lock_live(page)
    section = find_file_section(current)
    if section is None:
        raise NoConflict
    conflict = with_file(current, section)
    text = None if choices is None else conflict.text(choices)
    if text is None:
        raise Clash(conflict, current)
    set_aside(current, [conflict.theirs], instead=text, by=by)
    revise(current, text, version=current.version, by=by)
    Section.objects.filter(pk=section.pk).update(base=conflict.theirs, theirs=None)
    return current
