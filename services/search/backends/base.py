"""What a database must be able to do for search, and which one is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.db import connection

from services.db.bulk import Value
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
Among = tuple[str, tuple[Value, ...]]
# A page and how well it matches: more is better, and what it is compared with is of one query.
Scored = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Match:
    """What a page must hold: of each group one term, and none of `without`."""

    groups: tuple[tuple[Term, ...], ...]
    without: tuple[Term, ...] = ()


class Engine(ABC):
    """An index over pages in the database: the table `search_page`, one row a page.

    All its methods take part in a transaction. `key` is the column with the page's id.
    """

    key: str

    @abstractmethod
    def install(self) -> bool:
        """Put tables and triggers in place; True where something had to be made anew."""

    @abstractmethod
    def let_go(self) -> None:
        """Take away all that keeps a migration from changing the tables that are looked at."""

    @abstractmethod
    def condition(self, match: Match, scope: str) -> tuple[str, list[Value]]:
        """SQL that says which rows match in the parts of a page that `scope` names."""

    @abstractmethod
    def score(self, match: Match) -> tuple[str, list[Value]]:
        """SQL that says how well a row matches; more is better."""

    @abstractmethod
    def index(self, pages: Iterable[int] | None = None) -> None:
        """Write the index of these pages anew, or of all."""

    @abstractmethod
    def at_once(self) -> AbstractContextManager[None]:
        """Within it triggers only note which pages change; they are indexed at its end. It must
        be used inside a transaction."""

    @abstractmethod
    def wrong(self) -> list[int]:
        """The pages whose index is not what it should be, or that have one and should not."""

    def matching(
        self, match: Match, among: Among | None, scope: str, most: int, *, ranked: bool
    ) -> list[Scored]:
        """At most `most` pages and how well they match: the best first, or (much faster) the
        newest first."""
        where, values = self._where(match, among, scope)
        score, of_score = self.score(match) if ranked else ("0", [])
        order = f"score DESC, {self.key}" if ranked else f"{self.key} DESC"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {self.key}, {score} AS score FROM search_page WHERE {where} "  # noqa: S608
                f"ORDER BY {order} LIMIT {most}",
                [*of_score, *values],
            )
            return [(row[0], row[1]) for row in cursor.fetchall()]

    def count(self, match: Match, among: Among | None, scope: str, most: int) -> int:
        """How many pages match, counted up to `most`."""
        where, values = self._where(match, among, scope)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM (SELECT 1 FROM search_page "  # noqa: S608
                f"WHERE {where} LIMIT {most}) counted",
                values,
            )
            return int(cursor.fetchone()[0])

    def _where(self, match: Match, among: Among | None, scope: str) -> tuple[str, list[Value]]:
        where, values = self.condition(match, scope)
        if among is None:
            return where, values
        # The plus has SQLite ask the index of words first, and once; elsewhere it says nothing.
        return f"{where} AND +{self.key} IN ({among[0]})", [*values, *among[1]]
