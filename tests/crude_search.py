"""A search of a few lines over titles and notes, for tests of what people see of searches."""

from __future__ import annotations

from services.models import Page
from services.search.find import MOST
from services.search.query import parse
from services.search.results import Hit, Marked, Place, Results
from services.search.words import fold


def find(text: str, *, start: int = 0, count: int = 20, typing: bool = False) -> Results:
    """Pages that have all words in their title or notes, those first that are called so."""
    query = parse(text, typing=typing)
    words = [fold(word) for term in query.terms for word in term.words]
    pages = Page.objects.select_related("category").prefetch_related("tags").in_order()
    found = [
        page
        for page in pages
        if words and all(word in fold(f"{page.title} {page.notes}") for word in words)
    ]
    found.sort(key=lambda page: words[0] not in fold(page.title))
    hits = [_hit(page, words) for page in found[start : start + count]]
    instead = "lambda" if query.plain == "lamda" else ""
    return Results(query, hits, min(len(found), MOST), len(found), instead)


def _hit(page: Page, words: list[str]) -> Hit:
    return Hit(
        page_id=page.pk,
        title=marked(str(page), words),
        address=page.get_absolute_url(),
        category=page.category.name if page.category else "",
        category_slug=page.category.slug if page.category else "",
        tags=tuple(tag.name for tag in page.tags.all()),
        places=tuple(_places(page, words)),
    )


def _places(page: Page, words: list[str]) -> list[Place]:
    places, path, address = [], [], page.get_absolute_url()
    for line in page.notes.splitlines():
        if line.startswith("#"):
            path = [line.strip("# ")]
        if any(word in fold(line) for word in words):
            kind = "heading" if line.startswith("#") else "text"
            kind = "item" if line.startswith("- [") else kind
            kind = "question" if line.endswith("?") else kind
            snippet = marked(line.strip("# ").removeprefix("- [ ] ").removeprefix("- [x] "), words)
            places.append(Place(kind, address, (page.title, *path), snippet))
    return places[:3]


def marked(text: str, words: list[str]) -> Marked:
    """A text with its first find marked."""
    folded = fold(text)
    for word in words:
        if len(folded) == len(text) and (at := folded.find(word)) >= 0:
            end = at + len(word)
            return ((text[:at], False), (text[at:end], True), (text[end:], False))
    return ((text, False),)
