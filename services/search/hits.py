"""What a person is shown of the pages that were found: their names, and the places that matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from taggit.models import TaggedItem

from services.navigation import address
from services.models import Attachment, Page
from services.pages import words_at
from services.search.marking import Find, Pattern, best_lines, cut, readable, snippet
from services.search.outline import Outline
from services.search.query import Query, Term
from services.search.results import Hit, Place

MOST_PLACES = 3
FIELDS = (
    *("pk", "kind", "title", "abbreviation", "slug"),
    *("category__name", "category__slug", "notes", "outline"),
)
STATES = {"question": "question", "open": "item", "done": "item"}


def hits_of(
    query: Query,
    pages: Sequence[int],
    *,
    terms: Sequence[Term] = (),
    forgiving: frozenset[int] = frozenset(),
    places: int = MOST_PLACES,
) -> list[Hit]:
    """The pages as hits, in the order given; `terms` are what is to be found in them."""
    rows = {row[0]: row for row in Page.objects.filter(pk__in=pages).values_list(*FIELDS)}
    tags = _tags(pages)
    pattern = Pattern(list(dict.fromkeys(terms)))
    prefer = next((STATES[state] for state in query.states), "")
    files = _files(pages) if query.terms else {}
    hits = []
    for pk in pages:
        if pk not in rows:
            continue
        _, kind, title, short, slug, category, category_slug, notes, outline = rows[pk]
        where = address(kind, slug)
        name = f"{title} ({short})" if short else title
        hits.append(
            Hit(
                page_id=pk,
                title=pattern.mark(name),
                address=where,
                category=category or "",
                category_slug=category_slug or "",
                tags=tuple(tags.get(pk, ())),
                places=_places(pattern, where, notes, outline, files.get(pk, ()), prefer, places),
                forgiving=pk in forgiving,
            )
        )
    return hits


def _places(
    pattern: Pattern,
    where: str,
    notes: str,
    stored: str,
    files: Sequence[tuple[str, str]],
    prefer: str,
    most: int,
) -> tuple[Place, ...]:
    outline = Outline(stored, notes)
    places = [
        _place(pattern, where, notes, outline, find)
        for find in best_lines(pattern, notes, outline, most, prefer)
    ]
    for name, at in files:
        if pattern.finds(name):
            places.append(Place("file", at, (), pattern.mark(name)))
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
    return Place(find.kind, words_at(where, _from(shown), anchor), path, shown)


def _from(shown: Sequence[tuple[str, bool]]) -> str:
    """The words from the first mark on: those that the page is to be opened at."""
    first = next((at for at, (_, marked) in enumerate(shown) if marked), 0)
    return "".join(text for text, _ in shown[first:]).removesuffix(" …")


def _beginning(notes: str) -> str:
    """The first words of notes that are prose."""
    for line in notes[:2_000].splitlines():
        if line.strip() and not line.lstrip().startswith(("#", "```", "|", "---", "!", "<")):
            return readable(line)[:180]
    return ""


def _tags(pages: Sequence[int]) -> dict[int, list[str]]:
    rows = TaggedItem.objects.filter(
        content_type=ContentType.objects.get_for_model(Page), object_id__in=pages
    )
    found = defaultdict(list)
    for pk, name in rows.order_by("tag__name").values_list("object_id", "tag__name"):
        found[pk].append(name)
    return found


def _files(pages: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    found = defaultdict(list)
    for file in Attachment.objects.live().filter(page__in=pages).only("uuid", "name", "page_id"):
        found[file.page_id or 0].append((file.name, file.get_absolute_url()))
    return found
