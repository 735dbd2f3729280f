"""What a person is shown of the pages that were found: their names, and the places that matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from services.models import Attachment
from services.models.urls import page_url, text_url
from services.search.document import Outline
from services.search.highlight import Find, Pattern, best_lines, cut, readable, snippet
from services.search.query import Query, Term
from services.search.results import Hit, Place

MOST_PLACES = 3
STATES = {"question": "question", "open": "item", "done": "item"}


def hits_of(
    query: Query,
    pages: Sequence[int],
    *,
    terms: Sequence[Term] = (),
    alike: Sequence[Term] = (),
    forgiving: frozenset[int] = frozenset(),
    places: int = MOST_PLACES,
) -> list[Hit]:
    """The pages as hits, in the order given.

    `terms` are what is to be found in them, and in `forgiving` ones those that are `alike`, too.
    """
    rows = _rows(pages)
    tags = _tags(pages)
    strict = Pattern(list(dict.fromkeys(terms)))
    loose = Pattern(list(dict.fromkeys([*terms, *alike]))) if alike else strict
    prefer = next((STATES[state] for state in query.states), "")
    files = _files(pages) if query.terms else {}
    hits = []
    for pk in pages:
        if pk not in rows:
            continue
        _, kind, title, short, slug, category, category_slug, notes, outline = rows[pk]
        where = page_url(kind, slug)
        name = f"{title} ({short})" if short else title
        pattern = loose if pk in forgiving else strict
        shown = _places(pattern, where, notes, outline, files.get(pk, ()), prefer, places)
        said = {number for _, _, number in pattern.finds(name)}
        hits.append(
            Hit(
                page_id=pk,
                title=pattern.mark(name),
                address=where,
                best=where if not shown or len(said) >= len(query.terms) else shown[0].address,
                category=category or "",
                category_slug=category_slug or "",
                tags=tuple(tags.get(pk, ())),
                places=shown,
                forgiving=pk in forgiving,
            )
        )
    return hits


def _places(
    pattern: Pattern,
    where: str,
    notes: str,
    stored: str,
    files: Sequence[Attachment],
    prefer: str,
    most: int,
) -> tuple[Place, ...]:
    outline = Outline(stored, notes)
    # A return by itself ends a line of Markdown, too; no place moves by this.
    notes = notes.replace("\r", "\n")
    places = [
        _place(pattern, where, notes, outline, find)
        for find in best_lines(pattern, notes, outline, most, prefer)
    ]
    # What was found may be in an address, which no reader sees.
    places = [p for p in places if any(marked for _, marked in p.snippet)] or places[:1]
    for file in files:
        if pattern.finds(file.name):
            places.append(Place("file", file.get_absolute_url(), (), pattern.mark(file.name)))
    if not places and (start := _beginning(notes)):
        places.append(Place("text", where, (), ((start, False),)))
    return tuple(places[: most + 1])


def _place(pattern: Pattern, where: str, notes: str, outline: Outline, find: Find) -> Place:
    above = outline.above(find.first)
    path = tuple(heading.text for heading in above)
    anchor = above[-1].anchor if above else ""
    if find.kind == "heading":
        return Place("heading", f"{where}#{anchor}", path[:-1], pattern.mark(path[-1]))
    text = cut(snippet(notes, find), pattern)
    shown = pattern.mark(text)
    return Place(find.kind, text_url(where, _from(shown), anchor), path, shown)


def _from(shown: Sequence[tuple[str, bool]]) -> str:
    """The words from the first mark on: those that the page is to be opened at. Of a table those
    of one cell: what stands between cells here is not on the page."""
    first = next((at for at, (_, marked) in enumerate(shown) if marked), 0)
    text = "".join(text for text, _ in shown[first:])
    return text.removesuffix(" …").partition(" ·")[0]


def _beginning(notes: str) -> str:
    """The first words of notes that are prose."""
    for line in notes[:2_000].splitlines():
        if line.strip() and not line.lstrip().startswith(("#", "```", "|", "---", "!", "<")):
            return readable(line)[:180]
    return ""


def _rows(pages: Sequence[int]) -> dict[int, tuple[Any, ...]]:
    """What a hit says of its page. In SQL, as what follows: the ORM takes longer to write these
    three queries than the database to answer them."""
    return {
        row[0]: row
        for row in _select(
            "SELECT p.id, p.kind, p.title, p.abbreviation, p.slug, c.name, c.slug, p.notes, "
            "p.outline FROM services_page p LEFT JOIN services_category c ON c.id = p.category_id "
            "WHERE p.trashed_at IS NULL AND p.id IN",
            pages,
        )
    }


def _tags(pages: Sequence[int]) -> dict[int, list[str]]:
    found = defaultdict(list)
    for pk, name in _select(
        "SELECT i.object_id, t.name FROM taggit_taggeditem i JOIN taggit_tag t ON t.id = i.tag_id "
        "JOIN django_content_type y ON y.id = i.content_type_id AND y.app_label = 'services' "
        "AND y.model = 'page' WHERE i.object_id IN",
        pages,
    ):
        found[pk].append(name)
    return {pk: sorted(names) for pk, names in found.items()}


def _files(pages: Sequence[int]) -> dict[int, list[Attachment]]:
    found = defaultdict(list)
    for pk, number, name in _select(
        "SELECT page_id, uuid, name FROM services_attachment "
        "WHERE trashed_at IS NULL AND page_id IN",
        pages,
    ):
        found[pk].append(Attachment(uuid=UUID(str(number)), name=name))
    return found


def _select(sql: str, pages: Sequence[int]) -> list[tuple[Any, ...]]:
    if not pages:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ({', '.join(['%s'] * len(pages))})", list(pages))
        return list(cursor.fetchall())
