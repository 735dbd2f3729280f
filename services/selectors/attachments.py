"""The files of a page as it is read: the few beside it, and the sizes of pictures in its notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from services.attachments.manage import attachment_ids_in
from services.markdown.render.links import Size
from services.models import Attachment, Page

BESIDE = 8
# Of the addresses in notes, as many as one question to the database takes everywhere.
ADDRESSES = 500
FIELDS = ("name", "content_type", "size", "width", "height", "page", "created_at", "trashed_at")


@dataclass(frozen=True, slots=True)
class PageFiles:
    """The newest files of a page, how many it has, and the sizes of its pictures by uuid."""

    newest: list[Attachment] = field(default_factory=list)
    total: int = 0
    sizes: dict[str, Size] = field(default_factory=dict)


def number_of_files() -> Coalesce:
    """How many files a page has itself; for a query of pages."""
    own = Attachment.objects.live().filter(page=OuterRef("pk")).order_by().values("page")
    return Coalesce(Subquery(own.annotate(number=Count("pk")).values("number")), 0)


def files_of(page: Page, text: str, own: int) -> PageFiles:
    """The files of a page that has `own` itself, and of those that its text shows from elsewhere.

    One query, and none for a page without files.
    """
    shown = some_addresses(text)
    if not own and not shown:
        return PageFiles()
    newest = Attachment.objects.live().filter(page=page).values("pk")[:BESIDE]
    rows = list(Attachment.objects.filter(Q(pk__in=newest) | Q(pk__in=shown)).only(*FIELDS))
    live = [row for row in rows if not row.trashed_at]
    elsewhere = sum(row.page_id != page.pk for row in live)
    return PageFiles(live[:BESIDE], own + elsewhere, sizes_of(rows))


def some_addresses(text: str) -> list[UUID]:
    """The stored files whose addresses stand in a text; not all where there are very many."""
    return sorted(attachment_ids_in(text))[:ADDRESSES] if "/attachments/" in text else []


def sizes_in(text: str) -> dict[str, Size]:
    """The sizes of the stored pictures whose addresses stand in a text, by uuid."""
    shown = some_addresses(text)
    return (
        sizes_of(Attachment.objects.filter(pk__in=shown).only("width", "height")) if shown else {}
    )


def sizes_of(rows: Iterable[Attachment]) -> dict[str, Size]:
    """The sizes of those of some files that are pictures, by uuid."""
    return {str(row.pk): (row.width, row.height) for row in rows if row.width and row.height}
