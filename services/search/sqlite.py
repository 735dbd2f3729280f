"""The index on SQLite: one FTS5 table, kept by triggers.

A change to any row that a page is found by touches the page (`search_touched`), and a trigger on
that table writes the page's row of the index anew. A load pauses that (`search_paused`) and has all
touched pages indexed by one statement at its end, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from services.bulk import chunks
from services.search.engine import ALL, SCOPES, WEIGHTS, Among, Match, Scored
from services.search.query import Term
from services.search.words import pairs

COLUMNS = ", ".join(WEIGHTS)
TABLES = {
    "search_page": f"CREATE VIRTUAL TABLE search_page USING fts5({COLUMNS}, "
    "tokenize='unicode61 remove_diacritics 2')",
    "search_touched": "CREATE TABLE search_touched (page_id INTEGER PRIMARY KEY)",
    "search_paused": "CREATE TABLE search_paused (paused INTEGER PRIMARY KEY)",
}
SOURCE = """CREATE VIEW search_source AS SELECT p.id AS id, p.title AS title,
  p.abbreviation || ' ' || coalesce((SELECT group_concat(value, char(10)) FROM json_each(p.aliases)), '')
    || ' ' || coalesce(json_extract(o.outline, '$.names'), '') AS names,
  json_extract(o.outline, '$.headings') AS headings,
  json_extract(o.outline, '$.questions') AS questions,
  coalesce((SELECT group_concat(t.name, char(10)) FROM taggit_taggeditem i
    JOIN taggit_tag t ON t.id = i.tag_id WHERE i.object_id = p.id AND i.content_type_id =
    (SELECT id FROM django_content_type WHERE app_label = 'services' AND model = 'page')), '')
    || ' ' || coalesce((SELECT group_concat(a.name, char(10)) FROM services_attachment a
    WHERE a.page_id = p.id AND a.trashed_at IS NULL), '') AS labels,
  json_extract(o.outline, '$.cjk') AS cjk,
  p.notes AS body
FROM services_page p
JOIN (SELECT id, CASE WHEN json_valid(outline) THEN outline ELSE '{}' END AS outline
  FROM services_page) o ON o.id = p.id
WHERE p.trashed_at IS NULL"""
TAGGED = """(SELECT id FROM django_content_type WHERE app_label = 'services' AND model = 'page')"""


def _touch(page: str, when: str = "") -> str:
    condition = f" AND {when}" if when else ""
    return (
        f"INSERT INTO search_touched SELECT {page} WHERE {page} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM search_touched WHERE page_id = {page}){condition};"
    )


def _trigger(name: str, event: str, body: str, when: str = "") -> str:
    condition = f" WHEN {when}" if when else ""
    return f"CREATE TRIGGER {name} AFTER {event}{condition} BEGIN {body} END"


_OF_TAG = f"NEW.content_type_id = {TAGGED}"
_OF_OLD_TAG = f"OLD.content_type_id = {TAGGED}"
_INDEX = f"""DELETE FROM search_page WHERE rowid = NEW.page_id;
  INSERT INTO search_page (rowid, {COLUMNS})
    SELECT id, {COLUMNS} FROM search_source WHERE id = NEW.page_id;
  DELETE FROM search_touched WHERE page_id = NEW.page_id;"""
_FACTS = "title, abbreviation, aliases, notes, outline, trashed_at"
TRIGGERS = {
    name: _trigger(name, *rest)
    for name, *rest in (
        (
            "search_index",
            "INSERT ON search_touched",
            _INDEX,
            "NOT EXISTS (SELECT 1 FROM search_paused)",
        ),
        ("search_page_made", "INSERT ON services_page", _touch("NEW.id")),
        ("search_page_changed", f"UPDATE OF {_FACTS} ON services_page", _touch("NEW.id")),
        (
            "search_page_gone",
            "DELETE ON services_page",
            "DELETE FROM search_page WHERE rowid = OLD.id;",
        ),
        ("search_tag_put", "INSERT ON taggit_taggeditem", _touch("NEW.object_id", _OF_TAG)),
        (
            "search_tag_moved",
            "UPDATE ON taggit_taggeditem",
            _touch("OLD.object_id", _OF_OLD_TAG) + _touch("NEW.object_id", _OF_TAG),
        ),
        ("search_tag_taken", "DELETE ON taggit_taggeditem", _touch("OLD.object_id", _OF_OLD_TAG)),
        (
            "search_tag_renamed",
            "UPDATE OF name ON taggit_tag",
            "INSERT INTO search_touched SELECT object_id FROM taggit_taggeditem WHERE tag_id = NEW.id "
            f"AND content_type_id = {TAGGED} AND object_id NOT IN (SELECT page_id FROM search_touched);",
        ),
        ("search_file_put", "INSERT ON services_attachment", _touch("NEW.page_id")),
        (
            "search_file_changed",
            "UPDATE OF name, page_id, trashed_at ON services_attachment",
            _touch("OLD.page_id") + _touch("NEW.page_id"),
        ),
        ("search_file_gone", "DELETE ON services_attachment", _touch("OLD.page_id")),
    )
}
WANTED = {**TABLES, "search_source": SOURCE, **TRIGGERS}


class SQLite:
    """See `services.search.engine.Engine`."""

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
            for name, (kind, _) in known.items():
                # A table that is as it should be keeps its rows; those of FTS5 go with it.
                if kind != "table" or (name in TABLES and there[name] != TABLES[name]):
                    cursor.execute(f"DROP {kind} {name}")
            for name, sql in WANTED.items():
                if name not in TABLES or there.get(name) != sql:
                    cursor.execute(sql)
            return True

    def matching(
        self, match: Match, among: Among | None, scope: str, most: int, *, ranked: bool
    ) -> list[Scored]:
        where, values = self._where(match, among, scope)
        # What has no words has no rank; the function takes part in a search alone.
        ranked = ranked and bool(match.groups)
        score = f"-bm25(search_page, {', '.join(map(str, WEIGHTS.values()))})" if ranked else "0"
        order = "score DESC, rowid" if ranked else "rowid DESC"
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT rowid, {score} AS score FROM search_page WHERE {where} "  # noqa: S608
                f"ORDER BY {order} LIMIT {most}",
                values,
            )
            return cursor.fetchall()

    def count(self, match: Match, among: Among | None, scope: str, most: int) -> int:
        where, values = self._where(match, among, scope)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM (SELECT 1 FROM search_page "  # noqa: S608
                f"WHERE {where} LIMIT {most})",
                values,
            )
            return int(cursor.fetchone()[0])

    def _where(self, match: Match, among: Among | None, scope: str) -> tuple[str, list[Any]]:
        conditions, values = [], []
        if match.groups:
            conditions.append("search_page MATCH %s")
            values.append(_expression(match, scope))
        elif match.without:
            conditions.append(
                "rowid NOT IN (SELECT rowid FROM search_page WHERE search_page MATCH %s)"
            )
            values.append(" OR ".join(map(_term, match.without)))
        if among is not None:
            conditions.append(f"rowid IN ({among[0]})")
            values += among[1]
        return " AND ".join(conditions) or "1", values

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
    """The expression of FTS5 for a match; every word is quoted, so that it is nothing but a word."""
    wanted = " AND ".join(f"({' OR '.join(map(_term, group))})" for group in match.groups)
    if match.title_only:
        wanted = f"{{title}} : ({wanted})"
    elif scope != ALL:
        wanted = f"{{{' '.join(SCOPES[scope])}}} : ({wanted})"
    without = " OR ".join(map(_term, match.without))
    return f"({wanted}) NOT ({without})" if without else wanted


def _term(term: Term) -> str:
    if term.cjk:
        found = pairs(term.words[0])
        return f'"{" ".join(found)}"' + ("*" if len(term.words[0]) == 1 else "")
    return f'"{" ".join(term.words)}"' + (" *" if term.prefix else "")
