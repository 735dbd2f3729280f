"""Read what is shown of the pages that were found: their names, and the best places in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.models import Attachment
from services.models.urls import page_url, text_url
from services.search.backends.base import select_rows
from services.search.document import Outline
from services.search.highlight import (
    Find,
    Pattern,
    cut_snippet,
    find_lines,
    shorten,
    strip_markdown,
)
from services.search.query import Query, Term
from services.search.results import Hit, Marked, Place

MAX_PLACES = 3
# The kind of place that a filter by state prefers.
STATES = {"question": "question", "open": "item", "done": "item"}


def read_hits(
    query: Query,
    pages: Sequence[int],
    *,
    terms: Sequence[Term] = (),
    similar_terms: Sequence[Term] = (),
    similar_pages: frozenset[int] = frozenset(),
    max_places: int = MAX_PLACES,
) -> list[Hit]:
    """Return the pages as hits, in the order given.

    `terms` are marked in them, and in `similar_pages` also the `similar_terms`.
    """
    rows, tags = _read_pages(pages), _read_tags(pages)
    files = _read_files(pages) if query.terms else {}
    exact = Pattern(list(dict.fromkeys(terms)))
    similar = Pattern(list(dict.fromkeys([*terms, *similar_terms]))) if similar_terms else exact
    prefer = next((STATES[state] for state in query.get_values("is")), "")
    hits = []
    for pk in [pk for pk in pages if pk in rows]:
        _, kind, title, short, slug, category, category_slug, notes, outline = rows[pk]
        address = page_url(kind, slug)
        name = f"{title} ({short})" if short else title
        pattern = similar if pk in similar_pages else exact
        places = _find_places(pattern, address, notes, outline, prefer, max_places)
        places += [
            Place("file", file.get_absolute_url(), (), pattern.mark(file.name))
            for file in files.get(pk, ())
            if pattern.find_terms(file.name)
        ]
        if not places and (prose := _find_prose(notes)):
            places.append(Place("text", address, (), ((prose, False),)))
        in_title = len({number for *_, number in pattern.find_terms(name)})
        hits.append(
            Hit(
                page_id=pk,
                title=pattern.mark(name),
                address=address,
                best=address if not places or in_title >= len(query.terms) else places[0].address,
                category=category or "",
                category_slug=category_slug or "",
                tags=sorted(tags.get(pk, ())),
                places=places[: max_places + 1],
                forgiving=pk in similar_pages,
            )
        )
    return hits


def _find_places(
    pattern: Pattern, address: str, notes: str, outline: str, prefer: str, limit: int
) -> list[Place]:
    landmarks = Outline(outline, notes)
    # A single carriage return ends a line of Markdown, too; this moves no position.
    notes = notes.replace("\r", "\n")
    lines = find_lines(pattern, notes, landmarks, limit, prefer)
    places = [_build_place(pattern, address, notes, landmarks, line) for line in lines]
    # Words that were found only in the address of a link are not visible.
    return [p for p in places if any(marked for _, marked in p.snippet)] or places[:1]


def _build_place(
    pattern: Pattern, address: str, notes: str, landmarks: Outline, line: Find
) -> Place:
    above = landmarks.find_headings(line.first)
    path = tuple(heading.text for heading in above)
    anchor = above[-1].anchor if above else ""
    if line.kind == "heading":
        return Place("heading", f"{address}#{anchor}", path[:-1], pattern.mark(path[-1]))
    shown = pattern.mark(shorten(cut_snippet(notes, line), pattern))
    return Place(line.kind, text_url(address, _find_quote(shown), anchor), path, shown)


def _find_quote(shown: Marked) -> str:
    """Return the words from the first mark on, at which the browser opens the page.

    In a table these are words of one cell: the dots between cells are not on the page.
    """
    first = next((at for at, (_, marked) in enumerate(shown) if marked), 0)
    text = "".join(text for text, _ in shown[first:])
    return text.removesuffix(" …").partition(" ·")[0]


def _find_prose(notes: str) -> str:
    """Return the beginning of the first line of prose in notes."""
    for line in notes[:2_000].splitlines():
        if line.strip() and not line.lstrip().startswith(("#", "```", "|", "---", "!", "<")):
            return strip_markdown(line)[:180]
    return ""


def _read_pages(pages: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """Return what hits show of pages, by page.

    This and the next two queries are SQL, as the ORM takes longer to build them than the database
    to answer.
    """
    rows = select_rows(
        "SELECT p.id, p.kind, p.title, p.abbreviation, p.slug, c.name, c.slug, p.notes, "
        "p.outline FROM services_page p LEFT JOIN services_category c ON c.id = p.category_id "
        "WHERE p.trashed_at IS NULL AND p.id IN",
        pages,
    )
    return {row[0]: row for row in rows}


def _read_tags(pages: Sequence[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    for pk, name in select_rows(
        "SELECT i.object_id, t.name FROM taggit_taggeditem i JOIN taggit_tag t ON t.id = i.tag_id "
        "JOIN django_content_type y ON y.id = i.content_type_id AND y.app_label = 'services' "
        "AND y.model = 'page' WHERE i.object_id IN",
        pages,
    ):
        found[pk].append(name)
    return found


def _read_files(pages: Sequence[int]) -> dict[int, list[Attachment]]:
    found = defaultdict(list)
    for pk, number, name in select_rows(
        "SELECT page_id, uuid, name FROM services_attachment "
        "WHERE trashed_at IS NULL AND page_id IN",
        pages,
    ):
        found[pk].append(Attachment(uuid=UUID(str(number)), name=name))
    return found
