"""The index on PostgreSQL: a table of text vectors with GIN indexes, updated by triggers.

No extension is needed: `normalize` removes accents. The rank is not bm25, but has what matters of
it: words weigh by where they are, and count less the more often they occur and in a long text.
A change to any row that a page is found by indexes the page again. A bulk load collects the pages
(`search_touched`) and indexes them by one statement at its end, in the same transaction.
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
from services.search.tokens import split_pairs, split_words

# The database's own locale may lower-case nothing but ASCII.
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

# A row that another transaction wrote while this one waited to delete it was not deleted.
UPSERT = (
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
            cursor.execute(
                "SELECT obj_description(to_regclass('search_page')), count(*) FROM pg_trigger "
                "WHERE tgname = ANY(%s)",
                [list(TRIGGERS)],
            )
            version, triggers = cursor.fetchone()
            if version == VERSION and triggers == len(TRIGGERS):
                return False
            self.drop_triggers()
            if version != VERSION:
                cursor.execute("DROP TABLE IF EXISTS search_page")
            cursor.execute(
                "SELECT collname FROM pg_collation WHERE collname = ANY(%s)", [list(COLLATIONS)]
            )
            known = [row[0] for row in cursor.fetchall()]
            collation = next((f'COLLATE "{name}"' for name in COLLATIONS if name in known), "")
            schema = SCHEMA.replace("/*collation*/", collation)
            cursor.execute(schema.replace("/*marks*/", _build_marks()))
            for name, rest in TRIGGERS.items():
                cursor.execute(f"CREATE TRIGGER {name} AFTER {rest}")
            cursor.execute(f"COMMENT ON TABLE search_page IS '{VERSION}'")
            return True

    def drop_triggers(self) -> None:
        with connection.cursor() as cursor:
            for name, rest in TRIGGERS.items():
                table = rest.partition(" ON ")[2].split()[0]
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            cursor.execute("DROP VIEW IF EXISTS search_source")

    def build_condition(self, match: Match) -> tuple[str, list[Value]]:
        where = f"{COLUMNS[match.scope]} @@ %s::tsquery"
        if not match.without:
            return where, [_build_groups(match)]
        without = " | ".join(map(_build_term, match.without))
        return f"{where} AND NOT words @@ %s::tsquery", [_build_groups(match), without]

    def build_score(self, match: Match) -> tuple[str, list[Value]]:
        # 1: a long page does not win by its length.
        return f"ts_rank({RANKING}, words, %s::tsquery, 1)", [_build_groups(match)]

    def index_pages(self, pages: Iterable[int] | None = None) -> None:
        where = "" if pages is None else "WHERE page_id = ANY(%s)"
        values = [] if pages is None else [sorted(set(pages))]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM search_page {where}", values)  # noqa: S608
            cursor.execute(
                f"INSERT INTO search_page SELECT * FROM search_source {where} {UPSERT}",  # noqa: S608
                values,
            )

    @contextmanager
    def defer_indexing(self) -> Iterator[None]:
        with connection.cursor() as cursor:
            # The setting ends with the transaction, and no other transaction sees it.
            cursor.execute("SELECT set_config('search.paused', 'on', true)")
            yield
            cursor.execute("SELECT set_config('search.paused', '', true)")
            cursor.execute("DELETE FROM search_touched RETURNING page_id")
            self.index_pages([row[0] for row in cursor.fetchall()])

    def find_stale(self) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(s.page_id, i.page_id) FROM search_source s "
                "FULL JOIN search_page i ON i.page_id = s.page_id "
                "WHERE s.words IS DISTINCT FROM i.words OR s.marks IS DISTINCT FROM i.marks "
                "OR s.title IS DISTINCT FROM i.title ORDER BY 1"
            )
            return [row[0] for row in cursor.fetchall()]


def _build_marks() -> str:
    """Return the ranges of combining marks, as vowels of Indian scripts, for a regular expression.

    Words are split there, as those of a query are, and as on SQLite.
    """
    codes = [code for code in range(0x370, 0x10000) if unicodedata.category(chr(code))[0] == "M"]
    starts = sorted(set(codes) - {code + 1 for code in codes})
    ends = sorted(set(codes) - {code - 1 for code in codes})
    return "".join(f"\\u{a:04x}-\\u{z:04x}" for a, z in zip(starts, ends, strict=True))


def _build_groups(match: Match) -> str:
    return " & ".join(f"({' | '.join(map(_build_term, group))})" for group in match.groups)


def _build_term(term: Term) -> str:
    """Return a term as a tsquery; every word is quoted, so that it cannot be an operator."""
    words = split_pairs(term.words[0]) if term.cjk else term.words
    parts: list[str] = []
    for word in words:
        # As `search_fold` does: a ligature or a fraction is several letters, or words.
        for folded in split_words(unicodedata.normalize("NFKC", word)) or [word]:
            number = NUMBER.fullmatch(folded)
            parts += [f"'{part}'" for part in (number.groups() if number else (folded,))]
    if term.prefix or (term.cjk and len(term.words[0]) == 1):
        parts[-1] += ":*"
    return "(" + " <-> ".join(parts) + ")"
