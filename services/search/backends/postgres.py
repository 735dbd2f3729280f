"""The index on PostgreSQL: a table of text vectors under GIN, kept by triggers.

No extension is needed: accents go by `normalize`. Its rank is no bm25, but like it in what matters:
words weigh by where they stand, and count for less the more often they come and in a long text.
A change to any row that a page is found by indexes the page anew; a load has that noted
(`search_touched`) and done by one statement at its end, in the same transaction.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection, transaction

from services.db.bulk import Value
from services.search.backends.base import ALL, MARKS, NAMES, Engine, Match
from services.search.query import Term
from services.search.tokens import pairs, tokens

# The lower-casing of the database's own locale may know nothing but ASCII.
COLLATIONS = ("pg_c_utf8", "und-x-icu")
# Text, questions and labels, headings, names: as WEIGHTS, over 10.
RANKING = "'{0.1, 0.3, 0.5, 1.0}'"
SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_FACTS = "title, abbreviation, aliases, notes, outline, trashed_at"
TRIGGERS = {
    "search_page_written": f"INSERT OR DELETE OR UPDATE OF {_FACTS} ON services_page FOR EACH ROW "
    "EXECUTE FUNCTION search_page_changed()",
    "search_page_emptied": "TRUNCATE ON services_page EXECUTE FUNCTION search_page_changed()",
    "search_tag_written": "INSERT OR UPDATE OR DELETE ON taggit_taggeditem FOR EACH ROW "
    "EXECUTE FUNCTION search_tag_changed()",
    "search_tag_renamed": "UPDATE OF name ON taggit_tag FOR EACH ROW "
    "EXECUTE FUNCTION search_tag_renamed()",
    "search_file_written": "INSERT OR DELETE OR UPDATE OF name, page_id, trashed_at "
    "ON services_attachment FOR EACH ROW EXECUTE FUNCTION search_file_changed()",
}
VERSION = hashlib.sha256((SCHEMA + repr(TRIGGERS)).encode()).hexdigest()
COLUMNS = {NAMES: "title", MARKS: "marks", ALL: "words"}

# What another transaction wrote while this one waited to delete it was not seen, and is there.
AGAIN = (
    "ON CONFLICT (page_id) DO UPDATE SET title = excluded.title, marks = excluded.marks, "
    "words = excluded.words"
)
# The parser takes "50e1a0" for the number 50e1 and a word.
NUMBER = re.compile(r"(\d+e\d+)(?!\d)(.+)", re.DOTALL)


class Postgres(Engine):
    """The engine on PostgreSQL; see `Engine`."""

    key = "page_id"

    def install(self) -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT obj_description(to_regclass('search_page'))")
            version = cursor.fetchone()[0]
            cursor.execute(
                "SELECT count(*) FROM pg_trigger WHERE tgname = ANY(%s)", [list(TRIGGERS)]
            )
            if version == VERSION and cursor.fetchone()[0] == len(TRIGGERS):
                return False
            if version != VERSION:
                cursor.execute("DROP VIEW IF EXISTS search_source")
                cursor.execute("DROP TABLE IF EXISTS search_page")
            cursor.execute(
                "SELECT collname FROM pg_collation WHERE collname = ANY(%s)", [list(COLLATIONS)]
            )
            known = [row[0] for row in cursor.fetchall()]
            collation = next((f'COLLATE "{name}"' for name in COLLATIONS if name in known), "")
            schema = SCHEMA.replace("/*collation*/", collation)
            cursor.execute(schema.replace("/*marks*/", _marks()))
            for name, rest in TRIGGERS.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {_table(rest)}")
                cursor.execute(f"CREATE TRIGGER {name} AFTER {rest}")
            cursor.execute(f"COMMENT ON TABLE search_page IS '{VERSION}'")
            return True

    def let_go(self) -> None:
        with connection.cursor() as cursor:
            for name, rest in TRIGGERS.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {_table(rest)}")
            cursor.execute("DROP VIEW IF EXISTS search_source")

    def condition(self, match: Match, scope: str) -> tuple[str, list[Value]]:
        where = f"{COLUMNS[scope]} @@ %s::tsquery"
        values: list[Value] = [_groups(match)]
        if match.without:
            where += " AND NOT words @@ %s::tsquery"
            values.append(" | ".join(map(_term, match.without)))
        return where, values

    def score(self, match: Match) -> tuple[str, list[Value]]:
        # 1: a long page does not win by its length.
        return f"ts_rank({RANKING}, words, %s::tsquery, 1)", [_groups(match)]

    def index(self, pages: Iterable[int] | None = None) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if pages is None:
                cursor.execute("DELETE FROM search_page")
                cursor.execute(f"INSERT INTO search_page SELECT * FROM search_source {AGAIN}")  # noqa: S608
                return
            some = sorted(set(pages))
            cursor.execute("DELETE FROM search_page WHERE page_id = ANY(%s)", [some])
            cursor.execute(
                "INSERT INTO search_page SELECT * FROM search_source "  # noqa: S608
                f"WHERE page_id = ANY(%s) {AGAIN}",
                [some],
            )

    @contextmanager
    def at_once(self) -> Iterator[None]:
        with connection.cursor() as cursor:
            # It ends with the transaction, and is seen by no other.
            cursor.execute("SELECT set_config('search.paused', 'on', true)")
            yield
            cursor.execute("SELECT set_config('search.paused', '', true)")
            cursor.execute("DELETE FROM search_touched RETURNING page_id")
            self.index([row[0] for row in cursor.fetchall()])

    def wrong(self) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(s.page_id, i.page_id) FROM search_source s "
                "FULL JOIN search_page i ON i.page_id = s.page_id "
                "WHERE s.words IS DISTINCT FROM i.words OR s.marks IS DISTINCT FROM i.marks "
                "OR s.title IS DISTINCT FROM i.title ORDER BY 1"
            )
            return [row[0] for row in cursor.fetchall()]


def _marks() -> str:
    """What writes vowels and the like in scripts of India and others, as ranges of a regular
    expression: words are cut there, as those of a query are, and as on SQLite."""
    codes = [code for code in range(0x370, 0x10000) if unicodedata.category(chr(code))[0] == "M"]
    starts = sorted(set(codes) - {code + 1 for code in codes})
    ends = sorted(set(codes) - {code - 1 for code in codes})
    return "".join(f"\\u{a:04x}-\\u{z:04x}" for a, z in zip(starts, ends, strict=True))


def _table(trigger: str) -> str:
    return trigger.partition(" ON ")[2].split()[0]


def _groups(match: Match) -> str:
    return " & ".join(f"({' | '.join(map(_term, group))})" for group in match.groups)


def _term(term: Term) -> str:
    """A term in the language of tsquery; every word is quoted, so that it is nothing but a word."""
    if term.cjk:
        run = term.words[0]
        words = pairs(run)
        marks = [":*"] if len(run) == 1 else [""] * len(words)
    else:
        words = list(term.words)
        marks = [""] * (len(words) - 1) + [":*" if term.prefix else ""]
    parts = []
    for word, mark in zip(words, marks, strict=True):
        # As `search_fold` does: a ligature or a fraction is several letters, or words.
        for folded in tokens(unicodedata.normalize("NFKC", word)) or [word]:
            number = NUMBER.fullmatch(folded)
            parts += [f"'{part}'" for part in (number.groups() if number else (folded,))]
        parts[-1] += mark
    return "(" + " <-> ".join(parts) + ")"
