"""A page and its file that were both changed in the same lines: one of them, or a combination.

An import leaves the page as it is and keeps the file's text beside it (`Section.theirs`) until
somebody decides here.
"""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from services.db.locks import retried
from services.models import Page, Section, StaleVersion
from services.pages.save import Saved, Trashed, mark, save, set_aside


class Settled(Exception):
    """It was decided meanwhile, here or by another import."""


def waiting(page: Page) -> Section | None:
    """The section of a page whose file has another text, with its document."""
    rows = Section.objects.select_related("document")
    return rows.filter(page=page.pk, theirs__isnull=False).first()


@retried
def settle(
    page: Page,
    notes: str | None,
    *written: str,
    version: int,
    file: str,
    by: AbstractBaseUser | None,
) -> Saved:
    """Decide between a page and its file: `notes` become the page, None leaves it as it is.

    From then on the file's text counts as the one that both began with; it, and what else was
    `written`, is in the page's history. `version` is the page's and `file` the `mark` of the
    file's text that were decided upon. Raises StaleVersion where the file, or a page that is to
    change, has moved on; Settled, and Trashed. Nothing is stored then.
    """
    with transaction.atomic():
        current = Page.everything.locked().get(pk=page.pk)
        if current.trashed_at:
            raise Trashed(current)
        section = waiting(current)
        if section is None or section.theirs is None:
            raise Settled
        if mark(section.theirs) != file or (notes is not None and current.version != version):
            raise StaleVersion(current)
        text, seen = current.notes if notes is None else notes, current.version
        set_aside(current, [section.theirs, *written], instead=text, version=seen, by=by)
        saved = save(current, text, version=seen, by=by)
        Section.objects.filter(pk=section.pk).update(base=section.theirs, theirs=None)
        return saved
