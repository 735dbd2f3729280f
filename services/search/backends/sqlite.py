"""The index on SQLite: one FTS5 table, updated by triggers.

A change to any row that a page is found by adds the page to `search_touched`, and a trigger on that
table writes the page's row of the index again. A bulk load pauses that (`search_paused`) and
indexes all these pages at its end, in the same transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction

from services.db.bulk import Value, chunks
from services.search.backends.base import ALL, SCOPES, WEIGHTS, Engine, Match
from services.search.query import Term
from services.search.tokens import split_pairs

COLUMNS = ", ".join(WEIGHTS)
COPY = f"INSERT INTO search_page (rowid, {COLUMNS}) SELECT id, {COLUMNS} FROM search_source"  # noqa: S608
SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
NAMED = re.compile(r"CREATE (VIRTUAL TABLE|TABLE|VIEW|TRIGGER) (\w+)")
COMMENT = re.compile(r"^--.*\n", re.MULTILINE)
# The statement that creates each object of the schema, as the database stores it, by name.
WANTED = {
    named[2]: statement
    for statement in map(str.strip, COMMENT.sub("", SCHEMA).split("\n\n"))
    if (named := NAMED.match(statement))
}


class SQLite(Engine):
    """The engine on SQLite; see `Engine`."""

    key = "rowid"

    def install(self) -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, type, sql FROM sqlite_master WHERE name GLOB 'search_*' "
                "AND type IN ('table', 'view', 'trigger')"
            )
            stored = cursor.fetchall()
            if {name: sql for name, _, sql in stored if name in WANTED} == WANTED:
                return False
            # An unchanged table keeps its rows; FTS5 drops its own tables with the one they are of.
            tables = {name: sql for name, kind, sql in stored if kind == "table"}
            unchanged = {name for name, sql in tables.items() if WANTED.get(name, sql) == sql}
            for name, kind, _ in stored:
                if name not in unchanged:
                    cursor.execute(f"DROP {kind} {name}")
            for name, sql in WANTED.items():
                if name not in unchanged:
                    cursor.execute(sql)
            return True

    def drop_triggers(self) -> None:
        with connection.cursor() as cursor:
            for name, sql in WANTED.items():
                if kind := re.match(r"CREATE (VIEW|TRIGGER)", sql):
                    cursor.execute(f"DROP {kind[1]} IF EXISTS {name}")

    def build_condition(self, match: Match) -> tuple[str, list[Value]]:
        return "search_page MATCH %s", [_build_expression(match)]

    def build_score(self, match: Match) -> tuple[str, list[Value]]:
        return f"-bm25(search_page, {', '.join(map(str, WEIGHTS.values()))})", []

    def index_pages(self, pages: Iterable[int] | None = None) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if pages is None:
                cursor.execute("DELETE FROM search_page")
                cursor.execute(COPY)
                cursor.execute("INSERT INTO search_page(search_page) VALUES ('optimize')")
                return
            for some in chunks(sorted(set(pages))):
                marks = ", ".join(["%s"] * len(some))
                cursor.execute(f"DELETE FROM search_page WHERE rowid IN ({marks})", some)  # noqa: S608
                cursor.execute(f"{COPY} WHERE id IN ({marks})", some)

    @contextmanager
    def defer_indexing(self) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("INSERT OR IGNORE INTO search_paused VALUES (1)")
            yield
            cursor.execute("DELETE FROM search_paused")
            cursor.execute("SELECT page_id FROM search_touched")
            self.index_pages([row[0] for row in cursor.fetchall()])
            cursor.execute("DELETE FROM search_touched")

    def find_stale(self) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_page(search_page) VALUES ('integrity-check')")
            cursor.execute(
                f"SELECT id FROM (SELECT id, {COLUMNS} FROM search_source EXCEPT "  # noqa: S608
                f"SELECT rowid, {COLUMNS} FROM search_page) UNION SELECT rowid FROM search_page "
                "WHERE rowid NOT IN (SELECT id FROM search_source) ORDER BY 1"
            )
            return [row[0] for row in cursor.fetchall()]


def _build_expression(match: Match) -> str:
    """Return a match as an FTS5 query; every word is quoted, so that it cannot be an operator."""
    wanted = " AND ".join(f"({' OR '.join(map(_build_term, group))})" for group in match.groups)
    if match.scope != ALL:
        wanted = f"{{{' '.join(SCOPES[match.scope])}}} : ({wanted})"
    without = " OR ".join(map(_build_term, match.without))
    return f"({wanted}) NOT ({without})" if without else wanted


def _build_term(term: Term) -> str:
    words = split_pairs(term.words[0]) if term.cjk else term.words
    begins = term.prefix or (term.cjk and len(term.words[0]) == 1)
    return f'"{" ".join(words)}"' + (" *" if begins else "")
