"""The index on SQLite: one FTS5 table, kept by triggers.

A change to any row that a page is found by touches the page (`search_touched`), and a trigger on
that table writes the page's row of the index anew. A load pauses that (`search_paused`) and has all
touched pages indexed by one statement at its end, in the same transaction.
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
from services.search.tokens import pairs

COLUMNS = ", ".join(WEIGHTS)
SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
NAMED = re.compile(r"CREATE (VIRTUAL TABLE|TABLE|VIEW|TRIGGER) (\w+)")
COMMENT = re.compile(r"^--.*\n", re.MULTILINE)


def _objects() -> dict[str, str]:
    """The statement that makes each object of the schema, as the database keeps it, by name."""
    found = {}
    for statement in COMMENT.sub("", SCHEMA).strip().split("\n\n"):
        if named := NAMED.match(statement.strip()):
            found[named[2]] = statement.strip()
    return found


WANTED = _objects()


class SQLite(Engine):
    """The engine on SQLite; see `Engine`."""

    key = "rowid"

    def install(self) -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, type, sql FROM sqlite_master WHERE name GLOB 'search_*' "
                "AND type IN ('table', 'view', 'trigger')"
            )
            known = {name: (kind, sql) for name, kind, sql in cursor.fetchall()}
            there = {name: sql for name, (_, sql) in known.items() if name in WANTED}
            if there == WANTED:
                return False
            # A table that is as it should be keeps its rows; what FTS5 made for one goes with it.
            kept = {
                n
                for n, (kind, sql) in known.items()
                if kind == "table" and WANTED.get(n) in (sql, None)
            }
            for name, (kind, _) in known.items():
                if name not in kept:
                    cursor.execute(f"DROP {kind} {name}")
            for name, sql in WANTED.items():
                if name not in kept:
                    cursor.execute(sql)
            return True

    def let_go(self) -> None:
        with connection.cursor() as cursor:
            for name, sql in WANTED.items():
                if kind := re.match(r"CREATE (VIEW|TRIGGER)", sql):
                    cursor.execute(f"DROP {kind[1]} IF EXISTS {name}")

    def condition(self, match: Match, scope: str) -> tuple[str, list[Value]]:
        return "search_page MATCH %s", [_expression(match, scope)]

    def score(self, match: Match) -> tuple[str, list[Value]]:
        return f"-bm25(search_page, {', '.join(map(str, WEIGHTS.values()))})", []

    def index(self, pages: Iterable[int] | None = None) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if pages is None:
                cursor.execute("DELETE FROM search_page")
                cursor.execute(
                    f"INSERT INTO search_page (rowid, {COLUMNS}) "  # noqa: S608
                    f"SELECT id, {COLUMNS} FROM search_source"
                )
                cursor.execute("INSERT INTO search_page(search_page) VALUES ('optimize')")
                return
            for some in chunks(sorted(set(pages))):
                marks = ", ".join(["%s"] * len(some))
                cursor.execute(f"DELETE FROM search_page WHERE rowid IN ({marks})", some)  # noqa: S608
                cursor.execute(
                    f"INSERT INTO search_page (rowid, {COLUMNS}) "  # noqa: S608
                    f"SELECT id, {COLUMNS} FROM search_source WHERE id IN ({marks})",
                    some,
                )

    @contextmanager
    def at_once(self) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO search_paused SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM search_paused)"
            )
            yield
            cursor.execute("DELETE FROM search_paused")
            cursor.execute("SELECT page_id FROM search_touched")
            touched = [row[0] for row in cursor.fetchall()]
            self.index(touched)
            cursor.execute("DELETE FROM search_touched")

    def wrong(self) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_page(search_page) VALUES ('integrity-check')")
            cursor.execute(
                f"SELECT id FROM (SELECT id, {COLUMNS} FROM search_source EXCEPT "  # noqa: S608
                f"SELECT rowid, {COLUMNS} FROM search_page) UNION SELECT rowid FROM search_page "
                "WHERE rowid NOT IN (SELECT id FROM search_source) ORDER BY 1"
            )
            return [row[0] for row in cursor.fetchall()]


def _expression(match: Match, scope: str) -> str:
    """A match in the language of FTS5; every word is quoted, so that it is nothing but a word."""
    wanted = " AND ".join(f"({' OR '.join(map(_term, group))})" for group in match.groups)
    if scope != ALL:
        wanted = f"{{{' '.join(SCOPES[scope])}}} : ({wanted})"
    without = " OR ".join(map(_term, match.without))
    return f"({wanted}) NOT ({without})" if without else wanted


def _term(term: Term) -> str:
    if term.cjk:
        found = pairs(term.words[0])
        return f'"{" ".join(found)}"' + ("*" if len(term.words[0]) == 1 else "")
    return f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")
