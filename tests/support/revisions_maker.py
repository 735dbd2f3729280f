"""Pages with a history, for tests and figures."""

from __future__ import annotations

from services.models import Page, Reason
from services.pages.revise import revise


def revised(page: Page, notes: str | None = None, *, by=None, reason=Reason.SITE, **more) -> Page:
    """The page with one more revision."""
    page.refresh_from_db()
    revise(page, notes, version=page.version, by=by, reason=reason, **more)
    return page


def with_edits(page: Page, number: int, *, by=None, size: int = 40) -> Page:
    """The page with this many more revisions, each of which changes one line."""
    for at in range(number):
        revised(page, f"{'same words ' * size}\n\nedit {page.version} {at}\n", by=by)
    return page
