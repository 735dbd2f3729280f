"""Resolve a conflict: two texts that changed the same lines of the one that both began with.

Every way of saving comes here: a person against a person, an answer against an answer, a page
against its file. What the user did not choose goes into the page's history in the transaction that
stores what they chose, so no decision loses a text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from services.db.locks import retry_deadlocks
from services.models import Page, Reason, Section
from services.pages.revise import Trashed, revise
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
    """My text and theirs, over the one that both began with (UNKNOWN where no one has it)."""

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
        uses: Sequence[str] = ()
        if self.disputed:
            if choices is None or choices.seen != self.mark:
                return None
            count, everywhere = len(self.disputed), choices.everywhere
            uses = [everywhere] * count if everywhere else choices.each
            if len(uses) != count or not set(uses) <= set(Use):
                return None
        return merge(self.base, self.mine, self.theirs, [Use(use) for use in uses]).text


class Clash(Exception):
    """A user has to choose. `current` is the page as it is stored now."""

    def __init__(self, conflict: Conflict, current: Page) -> None:
        super().__init__(f"“{current.title}” was changed in the same lines meanwhile.")
        self.conflict, self.current = conflict, current


class NoConflict(Exception):
    """The page does not differ from its file, or the conflict was resolved meanwhile."""


def set_aside(
    page: Page, texts: Iterable[str], *, instead: str, by: AbstractBaseUser | None
) -> None:
    """Put texts into the history of a locked page before another one is saved `instead`.

    A text that is saved, or that the page has, is not set aside.
    """
    left = [text for text in dict.fromkeys(texts) if text not in (instead, page.notes)]
    if not left:
        return
    for text in left:
        stored, page.notes = page.notes, text
        advance(page, by, Reason.ASIDE)
        record([page], tags=False)
        page.notes = stored
    if instead == page.notes:
        # Nothing is going to be saved: the newest revision is the page all the same.
        advance(page, by, Reason.KEPT)
        record([page], tags=False)
    page.save(update_fields=ADVANCED)


def waiting(page: Page) -> Section | None:
    """Return the section of a page whose file has another text, with its document."""
    rows = Section.objects.select_related("document")
    return rows.filter(page=page.pk, theirs__isnull=False).first()


def with_file(page: Page, section: Section) -> Conflict:
    """Return the conflict of a page with its file, which an import stored as `Section.theirs`."""
    return Conflict(section.base, page.notes, section.theirs or "")


@retry_deadlocks
def resolve_with_file(page: Page, choices: Choices | None, *, by: AbstractBaseUser | None) -> Page:
    """Store what a user chose between a page and its file; returns the page.

    From then on the file's text is the one that both began with. Raises NoConflict; Trashed; and
    Clash where the disputed blocks are others by now, or one has no choice.
    """
    with transaction.atomic():
        current = Page.everything.locked().get(pk=page.pk)
        if current.trashed_at:
            raise Trashed(current)
        section = waiting(current)
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
