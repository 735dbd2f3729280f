"""Figures for `make bench`: each is measured now, and set beside one of the same run.

Seconds differ from machine to machine and from minute to minute; the ratios are what to compare.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.notes_maker import note, write_notes

HERE = Path(__file__).resolve().parents[2]
CHILD = "import-in-a-process-of-its-own"
ROUNDS = 3


def median_ms(work: Callable[[], object], rounds: int = 15) -> float:
    """The median time of a piece of work, in milliseconds, after one round to warm up."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def row(name: str, value: str, goal: str = "", holds: bool | None = None) -> None:
    mark = {True: "yes", False: "NO", None: ""}[holds]
    print(f"{name:<52} {value:>16}   {goal:<24} {mark}", flush=True)


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "KB_VAR_DIR": str(folder),
        "DEBUG": "off",
        "KB_PUBLIC": "on",
        "SECRET_KEY": "for measuring only",
        "DJANGO_SETTINGS_MODULE": "kb.settings",
    }


def import_figures(notes: Path, var: Path) -> tuple[float, float, float]:
    """Seconds for a first and a second import, and peak MB, in a process of its own."""
    command = [sys.executable, "-m", "tests.bench", CHILD, str(notes)]
    done = subprocess.run(
        command, env=environment(var), cwd=HERE, check=True, capture_output=True, text=True
    )
    first, second, memory = map(float, done.stdout.split()[-3:])
    return first, second, memory


def child(notes: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    times = []
    for _ in range(2):
        start = time.perf_counter()
        with open(os.devnull, "w") as nowhere:
            call_command("import_markdown", notes, stdout=nowhere, stderr=nowhere)
        times.append(time.perf_counter() - start)
    print(*times, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def bench_import(folder: Path) -> None:
    sizes = (1_000, 10_000)
    runs: dict[int, list[tuple[float, float, float]]] = {size: [] for size in sizes}
    for size in sizes:
        write_notes(folder / f"notes{size}", size)
    # Turn and turn about, so that what else the machine does meets both.
    for number in range(ROUNDS):
        for size in sizes:
            var = folder / f"var{size}-{number}"
            runs[size].append(import_figures(folder / f"notes{size}", var))
    figures = {
        size: [statistics.median(column) for column in zip(*rows, strict=True)]
        for size, rows in runs.items()
    }
    small, large = figures[1_000], figures[10_000]
    speed = 1_000 / small[0]
    row("import 1,000 notes into SQLite", f"{speed:,.0f} notes/s", "at least 1,000", speed >= 1_000)
    ratio = (large[0] / 10_000) / (small[0] / 1_000)
    row("time per note, 10,000 against 1,000", f"{ratio:.2f}", "at most 1.3", ratio <= 1.3)
    for count, (first, second, _) in figures.items():
        again = first / second
        row(
            f"unchanged import of {count:,} again",
            f"{again:.0f} x as fast",
            "at least 5",
            again >= 5,
        )
    row("peak memory, 10,000 notes", f"{large[2]:.0f} MB", "under 300 MB", large[2] < 300)


def bench_markdown() -> None:
    from services.markdown.read.notes import read_notes
    from services.markdown.render.render import render

    texts = [t for t in (note(number, 1_000) for number in range(400)) if 4_700 < len(t) < 5_300]
    raw = median_ms(lambda: [_html(t) for t in texts]) / len(texts)
    rendered = median_ms(lambda: [render(t) for t in texts]) / len(texts)
    row("render a 5 KB note", f"{rendered:.2f} ms", "under 1 ms", rendered < 1)
    row("  against the parser's own HTML, unsanitised", f"{rendered / raw:.1f} x")
    derived = median_ms(lambda: [read_notes(t) for t in texts]) / len(texts)
    row("derive a 5 KB note", f"{derived:.2f} ms")


def _html(text: str) -> str:
    from services.markdown.parser import PARSER

    return PARSER.html(text)


def bench_pages() -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from services.models import Category, Page

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    count = f"{Page.objects.count():,} pages"
    service = Page.objects.filter(kind="service").order_by("-position").first()
    addresses = {
        "service page": service.get_absolute_url() if service else "/",
        "home": "/",
        "category page": Category.objects.order_by("position")[0].get_absolute_url(),
        "checklist": "/checklist/",
        "questions": "/questions/",
    }
    bare = median_ms(lambda: client.get("/login/"))
    for name, address in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
            number = len(queries)
        spent = median_ms(lambda address=address: client.get(address))
        goal = ("at most 8", number <= 8) if name == "service page" else ("", None)
        row(f"{name}, {count}", f"{number} queries", *goal)
        row("  time against the login page", f"{spent / bare:.1f} x ({spent:.1f} ms)")


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="kb-bench-"))
    try:
        print(f"{'what':<52} {'measured':>16}   {'goal':<24} holds")
        bench_import(folder)
        os.environ.update(environment(folder / "var10000-0"))
        import django

        django.setup()
        from django.core.management import call_command

        call_command("collectstatic", verbosity=0)
        from tests.bench.editing import bench_editing
        from tests.bench.files import bench_files
        from tests.bench.search import in_databases_of_its_own

        bench_markdown()
        bench_pages()
        bench_editing(row)
        bench_files(row)
        in_databases_of_its_own()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    child(sys.argv[2]) if sys.argv[1:2] == [CHILD] else main()
