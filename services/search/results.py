"""What a search gives: pages, and the places in them that its words lead to."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.search.query import Query

# Pieces of a text, each with whether it is what was searched for.
Marked = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a page words were found.

    `kind` is "heading", "question", "item", "text" or "file"; `address` leads to the very place;
    `path` are the headings above it, the highest first.
    """

    kind: str
    address: str
    path: tuple[str, ...]
    snippet: Marked


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that was found; `forgiving` says that its words are only like those asked for.

    `best` leads to the place that matters most, or where the title says it all to the page.
    """

    page_id: int
    title: Marked
    address: str
    best: str
    category: str
    category_slug: str
    tags: tuple[str, ...]
    places: tuple[Place, ...]
    forgiving: bool = False

    @property
    def name(self) -> str:
        return "".join(text for text, _ in self.title)


@dataclass(frozen=True, slots=True)
class Results:
    """The hits from one place in the order on, and how many there are in all.

    `total` are the pages that can be turned to, `similar` those of them that are only like what was
    asked for, `found` all that there are, as far as they were counted. `instead` is a query to
    try, or blank.
    """

    query: Query
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    found: int = 0
    similar: int = 0
    instead: str = ""

    @property
    def exact(self) -> int:
        """How many pages that can be turned to hold what was asked for."""
        return self.total - self.similar
