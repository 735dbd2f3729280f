"""Lists of pages, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.core.paginator import Page as Part
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.db.models.functions import Left

from services.markdown.read.blocks import parse
from services.models import Page
from services.models.urls import page_url
from services.selectors.progress import Learning, learning_of, open_questions_of

Row = TypeVar("Row", bound=Model)
# Characters of notes in which the first words of prose are looked for.
BEGINNING = 600
FIELDS = ("kind", "title", "abbreviation", "slug", "position", "category", "updated_at")


@dataclass(frozen=True, slots=True)
class Card:
    """A page in a list."""

    page: Page
    address: str
    summary: str
    learning: Learning
    open_questions: int


def listed(pages: QuerySet[Page]) -> QuerySet[Page]:
    """Load pages with what `cards` needs, and without the rest of their notes."""
    return pages.only(*FIELDS).annotate(beginning=Left("notes", BEGINNING))


def cards(pages: Iterable[Page]) -> list[Card]:
    """Return what lists show of pages read with `listed`, in three more queries for all."""
    rows = list(pages)
    ids = [row.pk for row in rows]
    states, asked = learning_of(ids), open_questions_of(ids)
    return [
        Card(
            page=row,
            address=page_url(row.kind, row.slug),
            summary=summary(getattr(row, "beginning", "")),
            learning=states.get(row.pk, Learning()),
            open_questions=asked.get(row.pk, 0),
        )
        for row in rows
    ]


def summary(notes: str) -> str:
    """Return the first words of prose in notes; blank if there are none."""
    blocks = list(parse(notes).root.children)
    while blocks:
        block = blocks.pop(0)
        if block.kind == "Paragraph" and block.plain:
            return block.plain
        if block.kind in ("BlockQuote", "Callout"):
            blocks = [*block.children, *blocks]
    return ""


def paginate(
    rows: QuerySet[Row], number: str | None, size: int, count: int | None = None
) -> Part[Row]:
    """Return one page of a long list; a wrong number gives the nearest page.

    `count` saves asking for it where it is known.
    """
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.__dict__["count"] = count
    return paginator.get_page(number)
