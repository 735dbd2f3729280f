"""What a database must be able to do for search, and which one is asked."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection

from services.search.query import Term

# The parts of a page, from what says most about it to what says least.
NAMES, MARKS, ALL = "names", "marks", "all"
# How much a word weighs in each: title, other names, headings, questions, labels (tags and names
# of files), pairs of CJK, notes.
WEIGHTS = {
    "title": 10.0,
    "names": 8.0,
    "headings": 5.0,
    "questions": 3.0,
    "labels": 3.0,
    "cjk": 1.0,
    "body": 1.0,
}
SCOPES = {
    NAMES: ("title", "names"),
    MARKS: ("title", "names", "headings", "questions", "labels"),
    ALL: tuple(WEIGHTS),
}
# SQL that gives the ids of the pages to look among, and its parameters.
Among = tuple[str, tuple[Any, ...]]
# A page and how well it matches: more is better, and what it is compared with is of one query.
Scored = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Match:
    """What a page must hold: of each group one term, and none of `without`.

    `scope` is where the terms are looked for; in `title_only`, just in the title.
    """

    groups: tuple[tuple[Term, ...], ...]
    without: tuple[Term, ...] = ()
    title_only: bool = False


class Engine(Protocol):
    """An index over pages in the database. All its methods take part in a transaction."""

    def install(self) -> bool:
        """Put tables and triggers in place; True where something had to be made anew."""

    def let_go(self) -> None:
        """Take away all that keeps a migration from changing the tables that are looked at."""

    def matching(
        self, match: Match, among: Among | None, scope: str, most: int, *, ranked: bool
    ) -> list[Scored]:
        """At most `most` pages and how well they match: the best first, or (much faster) the
        newest first."""

    def count(self, match: Match, among: Among | None, scope: str, most: int) -> int:
        """How many pages match, counted up to `most`."""

    def index(self, pages: Iterable[int] | None = None) -> None:
        """Write the index of these pages anew, or of all."""

    def at_once(self) -> AbstractContextManager[None]:
        """Within it triggers only note which pages change; they are indexed at its end. It must
        be used inside a transaction."""

    def wrong(self) -> list[int]:
        """The pages whose index is not what it should be, or that have one and should not."""


def engine() -> Engine:
    """The engine of this site's database."""
    if connection.vendor == "postgresql":
        from services.search.postgres import Postgres

        return Postgres()
    from services.search.sqlite import SQLite

    return SQLite()
