"""List pages, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.core.paginator import Page as Part
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.db.models.functions import Left

from services.markdown.read.blocks import parse
from services.models import Page
from services.models.urls import page_url
from services.selectors.progress import Learning, count_open_questions, read_progress

Row = TypeVar("Row", bound=Model)
# In how many characters of notes the first words of prose are searched.
MAX_BEGINNING = 600
FIELDS = ("kind", "title", "abbreviation", "slug", "position", "category", "updated_at")


@dataclass(frozen=True, slots=True)
class Card:
    """A page in a list."""

    page: Page
    address: str
    summary: str
    learning: Learning
    open_questions: int


def defer_notes(pages: QuerySet[Page]) -> QuerySet[Page]:
    """Load only what `build_cards` needs of pages, and the beginning of their notes."""
    return pages.only(*FIELDS).annotate(beginning=Left("notes", MAX_BEGINNING))


def build_cards(pages: Iterable[Page]) -> list[Card]:
    """Return cards of pages read with `defer_notes`, in three more queries for all."""
    rows = list(pages)
    ids = [row.pk for row in rows]
    progress, questions = read_progress(ids), count_open_questions(ids)
    return [
        Card(
            page=row,
            address=page_url(row.kind, row.slug),
            summary=summarize(getattr(row, "beginning", "")),
            learning=progress.get(row.pk, Learning()),
            open_questions=questions.get(row.pk, 0),
        )
        for row in rows
    ]


def summarize(notes: str) -> str:
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
    rows: QuerySet[Row],
    query: Mapping[str, str],
    size: int,
    count: int | None = None,
    name: str = "page",
) -> Part[Row]:
    """Return the page of a long list that `name` in a query string selects, or the nearest one.

    `count` saves a query if the caller knows it.
    """
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.__dict__["count"] = count
    return paginator.get_page(query.get(name))
