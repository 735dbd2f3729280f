"""What search costs, beside the database's own in the same run, and how often it is right.

Part of `make bench`, and by itself `python -m tests.bench.search`, with a database of its own.
"""

from __future__ import annotations

import csv
import io
import itertools
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from services.pages.revise import revise

JUDGED = Path(__file__).parents[1] / "data" / "judged.csv"
# What is found by words like those asked for is judged apart.
FORGIVING = ("typo", "part", "apart")
SIZES = (1_000, 10_000, 100_000)
ROUNDS = 40
RAW = (
    "SELECT rowid, snippet(search_page, 6, '[', ']', '…', 20) FROM search_page "
    "WHERE search_page MATCH %s ORDER BY rank LIMIT 20"
)
Row = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Judged:
    """A query, the titles of the pages that answer it best, and what kind of query it is."""

    query: str
    pages: frozenset[str]
    kind: str


def judged() -> list[Judged]:
    with JUDGED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [Judged(r["query"], frozenset(r["page"].split("|")), r["kind"]) for r in rows]


def reciprocal_ranks(queries: Iterable[Judged]) -> dict[str, list[float]]:
    """Of each kind of query, one over the place of the first right page; 0 where none is found."""
    from services.models import Page
    from services.search.search import search_pages

    titles = dict(Page.objects.values_list("pk", "title"))
    ranks: dict[str, list[float]] = {}
    for one in queries:
        hits = search_pages(one.query, typing=one.kind == "prefix").hits
        found = (place for place, hit in enumerate(hits, 1) if titles[hit.page_id] in one.pages)
        ranks.setdefault(one.kind, []).append(1 / next(found, float("inf")))
    return ranks


def means(ranks: dict[str, list[float]]) -> tuple[float, float]:
    """The mean of all but forgiving queries, and that of forgiving ones."""
    exact = [rank for kind, some in ranks.items() if kind not in FORGIVING for rank in some]
    loose = [rank for kind, some in ranks.items() if kind in FORGIVING for rank in some]
    return statistics.mean(exact), statistics.mean(loose)


class Notes:
    """Made-up notes whose words come as often as words do (Zipf's law): some 700 words each."""

    def __init__(self) -> None:
        dice = random.Random(7)
        letters = "abcdefghijklmnopqrstuvwxyz"
        made = {"".join(dice.choices(letters, k=dice.randint(4, 11))) for _ in range(60_000)}
        self.words = sorted(made, key=lambda word: (hash_of(word), word))
        self.weights = list(itertools.accumulate(1 / n for n in range(2, len(self.words) + 2)))

    def page(self, number: int):  # type: ignore[no-untyped-def]
        from services.models import Page
        from services.search.document import build_outline

        dice = random.Random(number)
        lines = ["Everything below holds the word everywhere.", ""]
        for part in range(6):
            words = dice.choices(self.words, cum_weights=self.weights, k=118)
            lines += [f"## {' '.join(words[:3])}", "", " ".join(words[3:]) + ".", ""]
            if part == 1:
                lines += ["- [ ] learn it", ""]
        title = f"{' '.join(dice.choices(self.words, cum_weights=self.weights, k=2))} {number}"
        page = Page(
            kind="topic",
            title=title,
            slug=f"made-{number}",
            position=number,
            notes="\n".join(lines),
            last_reason="import",
        )
        page.outline = build_outline(page)
        return page


def hash_of(word: str) -> int:
    """Any order but that of the alphabet, the same in each run."""
    return sum(ord(char) * 31**place for place, char in enumerate(word)) % 1_000_003


def fill(notes: Notes, first: int, last: int) -> float:
    """Add pages with their index; seconds."""
    from django.db import transaction

    from services.models import Page
    from services.search.backends import search_engine
    from services.search.vocabulary import store_words

    begun = time.perf_counter()
    for start in range(first, last, 2_000):
        with transaction.atomic(), search_engine().defer_indexing():
            pages = [notes.page(number) for number in range(start, min(start + 2_000, last))]
            Page.objects.bulk_create(pages)
            store_words(pages)
    return time.perf_counter() - begun


def spread(work: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """The median and the 95th percentile of a piece of work, in milliseconds."""
    work()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    return statistics.median(times), times[int(0.95 * len(times))]


def raw(expression: str) -> list[tuple[object, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(RAW, [expression])
        return list(cursor.fetchall())


def queries(notes: Notes) -> dict[str, tuple[str, str, bool]]:
    """Of each kind a query, the same in the language of FTS5, and whether it is being typed."""
    rare, usual = notes.words[30_000], notes.words[3]
    typo = rare[:3] + rare[4:3:-1] + rare[5:] if len(rare) > 6 else rare[:-1] + "qq"
    return {
        "rare word": (rare, f'"{rare}"', False),
        "common word": ("everywhere", '"everywhere"', False),
        "usual word": (usual, f'"{usual}"', False),
        "two letters": (usual[:2], f'"{usual[:2]}" *', True),
        "prefix": (usual[:3], f'"{usual[:3]}" *', True),
        "typo": (typo, "", False),
        "phrase": ('"holds the word"', '"holds the word"', False),
        "two words": (f"{usual} {notes.words[200]}", f'"{usual}" "{notes.words[200]}"', False),
    }


def bench_judged(row: Row, database: str) -> None:
    """How often the right page is the first, over the examples and notes of others."""
    from django.core.management import call_command

    from tests.conftest import EXAMPLES, SHARED

    for folder in (EXAMPLES, SHARED / "corpora" / "og-aws"):
        if not folder.is_dir():
            row("judged queries", "no notes", f"{folder.name} is needed", None)
            return
        call_command("import_markdown", str(folder), verbosity=0, stdout=io.StringIO())
    exact, forgiving = means(reciprocal_ranks(judged()))
    row(f"mean reciprocal rank on {database}", f"{exact:.3f}", "at least 0.9", exact >= 0.9)
    row("  of typos, parts, run together", f"{forgiving:.3f}", "at least 0.8", forgiving >= 0.8)


def bench_search(row: Row, sizes: Iterable[int] = SIZES) -> None:
    """Fill the database that is there, step by step, and measure at each size."""
    from services.models import Page
    from services.search.search import search_pages

    notes, there = Notes(), 0
    saves = {}
    for size in sizes:
        seconds = fill(notes, there, size)
        row(f"search, {size:,} notes: indexed", f"{(size - there) / seconds:,.0f} /s")
        there = size
        for kind, (text, expression, typing) in queries(notes).items():
            ours = spread(lambda t=text, y=typing: search_pages(t, typing=y))
            told = f"{ours[0]:.1f} / {ours[1]:.1f} ms"
            if not expression:
                goal = ("p95 under 50 ms", ours[1] < 50) if size == 10_000 else ("", None)
                row(f"  {kind}, p50 / p95", told, *goal)
                continue
            theirs = spread(lambda e=expression: raw(e))
            row(f"  {kind}, raw engine's p50 / p95", f"{theirs[0]:.1f} / {theirs[1]:.1f} ms")
            goal = ("", None)
            if size == 10_000 and kind.endswith(("word", "words")):
                goal = ("twice raw and 3 ms", ours[1] <= 2 * theirs[1] + 3)
            elif size == 100_000 and kind.endswith(("word", "words")):
                goal = ("p95 at most 60 ms", ours[1] <= 60)
            row(f"  {kind}, p50 / p95", told, *goal)
        page = Page.objects.order_by("pk")[size // 2]
        saves[size] = spread(lambda p=page: revise(p, p.notes + "\nmore", version=p.version), 25)[0]
        row("  saving a page", f"{saves[size]:.1f} ms")
    if len(saves) > 1:
        small, large = min(saves), max(saves)
        ratio = saves[large] / saves[small]
        row(
            f"saving, {large:,} against {small:,} notes",
            f"{ratio:.2f}",
            "at most 1.3",
            ratio <= 1.3,
        )


def main(database: str) -> None:
    """Measure in the database that the settings name; sizes only on SQLite, whose raw engine is
    the one that is known."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.bench.__main__ import row

    call_command("migrate", verbosity=0)
    bench_judged(row, database)
    if database == "SQLite":
        bench_search(row, tuple(map(int, os.environ.get("SIZES", "").split())) or SIZES)


def in_databases_of_its_own() -> None:
    """Each in a process of its own: first SQLite, then PostgreSQL."""
    from tests.bench.__main__ import HERE, environment
    from tests.support.postgres import PostgresServer

    folder = Path(tempfile.mkdtemp(prefix="kb-bench-search-"))
    try:
        command = [sys.executable, "-m", "tests.bench.search"]
        # No bucket that another measure has set.
        plain = {"DATABASE_URL": "", "AWS_STORAGE_BUCKET_NAME": ""}
        own = environment(folder / "sqlite") | plain
        subprocess.run([*command, "SQLite"], env=own, cwd=HERE, check=True)
        with PostgresServer(Path(tempfile.mkdtemp(prefix="kb-postgres-"))) as server:
            address = server.create("bench")
            own = environment(folder / "postgres") | plain | {"DATABASE_URL": address}
            subprocess.run([*command, "PostgreSQL"], env=own, cwd=HERE, check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1]) if sys.argv[1:] else in_databases_of_its_own()
