"""The results of a search: pages, and the places in them that hold its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.search.query import Query

# Pieces of a text, each with whether it is a word of the query.
Marked = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a page where words were found.

    `kind` is "heading", "question", "item", "text" or "file"; `address` leads to the place
    itself; `path` has the headings above it, the highest first.
    """

    kind: str
    address: str
    path: tuple[str, ...]
    snippet: Marked


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that was found; with `forgiving`, its words are only similar to those of the query.

    `best` is the address of its best place, or of the page if its title has all words.
    """

    page_id: int
    title: Marked
    address: str
    best: str
    category: str
    category_slug: str
    tags: Sequence[str]
    places: Sequence[Place]
    forgiving: bool = False

    @property
    def name(self) -> str:
        return "".join(text for text, _ in self.title)


@dataclass(frozen=True, slots=True)
class Results:
    """One part of the hits of a query, and how many pages there are.

    `total` is how many pages can be shown, `similar` how many of them have only similar words,
    `found` how many there are, as far as counted. `instead` is a suggested query, or blank.
    """

    query: Query
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    found: int = 0
    similar: int = 0
    instead: str = ""

    @property
    def exact(self) -> int:
        """How many of the pages that can be shown hold the words themselves."""
        return self.total - self.similar
