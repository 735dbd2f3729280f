"""Read the files shown with a page: the newest few, and the sizes of pictures in its notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from services.attachments.manage import attachment_ids_in
from services.markdown.render.links import Size
from services.models import Attachment, Page

MAX_NEWEST = 8
# How many addresses in notes are looked up: one query can have this many on each database.
MAX_ADDRESSES = 500
FIELDS = ("name", "content_type", "size", "width", "height", "page", "created_at", "trashed_at")


@dataclass(frozen=True, slots=True)
class PageFiles:
    """The newest files of a page, how many it has, and the sizes of its pictures by uuid."""

    newest: list[Attachment]
    total: int
    sizes: dict[str, Size]


def count_files() -> Coalesce:
    """Return an expression that counts the own files of a page, for queries of pages."""
    own = Attachment.objects.live().filter(page=OuterRef("pk")).order_by().values("page")
    return Coalesce(Subquery(own.annotate(number=Count("pk")).values("number")), 0)


def read_files(page: Page, text: str, own: int) -> PageFiles:
    """Return the files of a page with `own` files, and those of other pages that its text shows.

    This takes one query, and none for a page without files.
    """
    shown = find_file_ids(text)
    if not own and not shown:
        return PageFiles([], 0, {})
    newest = Attachment.objects.live().filter(page=page).values("pk")[:MAX_NEWEST]
    rows = list(Attachment.objects.filter(Q(pk__in=newest) | Q(pk__in=shown)).only(*FIELDS))
    live = [row for row in rows if not row.trashed_at]
    elsewhere = sum(row.page_id != page.pk for row in live)
    return PageFiles(live[:MAX_NEWEST], own + elsewhere, list_sizes(rows))


def find_file_ids(text: str) -> list[UUID]:
    """Return the ids of stored files whose addresses are in a text, up to a limit."""
    return sorted(attachment_ids_in(text))[:MAX_ADDRESSES] if "/attachments/" in text else []


def find_sizes(text: str) -> dict[str, Size]:
    """Return the sizes of stored pictures whose addresses are in a text, by uuid."""
    shown = find_file_ids(text)
    rows = Attachment.objects.filter(pk__in=shown).only("width", "height")
    return list_sizes(rows) if shown else {}


def list_sizes(rows: Iterable[Attachment]) -> dict[str, Size]:
    """Return the sizes of the pictures among some files, by uuid."""
    return {str(row.pk): (row.width, row.height) for row in rows if row.width and row.height}
