"""What search needs of a database: an index of pages that can be searched and ranked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.db import connection

from services.db.bulk import Value
from services.search.query import Term

# The scopes of a search, from the few columns that describe a page best to all of them.
NAMES, MARKS, ALL = "names", "marks", "all"
# How much a word weighs in each column: title, other names, headings, questions, labels (tags and
# names of files), pairs of CJK, notes.
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
# Terms of which a page must hold one of each group.
Groups = tuple[tuple[Term, ...], ...]
# SQL that selects the ids of the pages to search, and its parameters.
Subquery = tuple[str, tuple[Value, ...]]
# A page and its score: more is better; only scores of one query can be compared.
Scored = tuple[int, float]


def select_rows(sql: str, pages: Sequence[int]) -> list[tuple[Any, ...]]:
    """Return the rows of SQL that ends with "IN" for some pages; none without pages."""
    if not pages:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ({', '.join(['%s'] * len(pages))})", list(pages))
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class Match:
    """What a page must hold: a term of each group in the columns of `scope`, and none of `without`.

    With `pages`, only those pages are searched.
    """

    groups: Groups
    without: tuple[Term, ...] = ()
    scope: str = ALL
    pages: Subquery | None = None


class Engine(ABC):
    """An index of pages in the database: the table `search_page`, one row a page.

    All its methods take part in a transaction. `key` is the column with the page's id.
    """

    key: str

    @abstractmethod
    def install(self) -> bool:
        """Create missing or outdated tables and triggers; return whether there were any."""

    @abstractmethod
    def drop_triggers(self) -> None:
        """Drop the triggers and views that keep a migration from changing the tables they use."""

    @abstractmethod
    def build_condition(self, match: Match) -> tuple[str, list[Value]]:
        """Return the SQL condition of the rows that hold the words of a match."""

    @abstractmethod
    def build_score(self, match: Match) -> tuple[str, list[Value]]:
        """Return the SQL expression of a row's score; more is better."""

    @abstractmethod
    def index_pages(self, pages: Iterable[int] | None = None) -> None:
        """Write the rows of these pages again, or all rows."""

    @abstractmethod
    def defer_indexing(self) -> AbstractContextManager[None]:
        """Index pages that change within this context at its end, not by triggers one by one.

        It must be used inside a transaction.
        """

    @abstractmethod
    def find_stale(self) -> list[int]:
        """Return the pages whose row is missing, outdated or of a page that is gone."""

    def find_pages(self, match: Match, limit: int, *, ranked: bool) -> list[Scored]:
        """Return up to `limit` pages: the best first, or (much faster) the newest first."""
        where, values = self._build_where(match)
        score, score_values = self.build_score(match) if ranked else ("0", [])
        order = f"score DESC, {self.key}" if ranked else f"{self.key} DESC"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {self.key}, {score} AS score FROM search_page WHERE {where} "  # noqa: S608
                f"ORDER BY {order} LIMIT {limit}",
                [*score_values, *values],
            )
            return [(row[0], row[1]) for row in cursor.fetchall()]

    def count_pages(self, match: Match, limit: int) -> int:
        """Return the number of pages that match, counted up to `limit`."""
        where, values = self._build_where(match)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM (SELECT 1 FROM search_page "  # noqa: S608
                f"WHERE {where} LIMIT {limit}) counted",
                values,
            )
            return int(cursor.fetchone()[0])

    def _build_where(self, match: Match) -> tuple[str, list[Value]]:
        where, values = self.build_condition(match)
        if match.pages is None:
            return where, values
        sql, page_values = match.pages
        # The plus makes SQLite use the index of words first, and once; PostgreSQL ignores it.
        return f"{where} AND +{self.key} IN ({sql})", [*values, *page_values]
