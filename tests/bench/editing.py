"""What `make bench` measures of editing: ticks, large saves and long histories.

Seconds depend on the machine; what a goal is set for is measured in the same run as what it is
compared with.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.models import ChecklistItem, Page, Reason, Revision, Topic
from tests.support.pages import make_topic

ROUNDS = 25
TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
Row = Callable[..., None]


def queries_of(work: Callable[[], object]) -> int:
    """How many queries a piece of work takes, without what only begins and ends a transaction."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return sum(not q["sql"].startswith(TRANSACTION) for q in captured.captured_queries)


def medians_ms(works: Sequence[Callable[[], object]], rounds: int = ROUNDS) -> list[float]:
    """The median milliseconds of each piece of work, done turn and turn about."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(rounds + 1):
        for work, spent in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            if number:
                spent.append(time.perf_counter() - start)
    return [statistics.median(spent) * 1000 for spent in times]


def editor() -> Client:
    """A browser that an editor has logged in with."""
    user, _ = User.objects.get_or_create(username="bench")
    user.groups.add(Group.objects.get(name="editors"))
    client = Client()
    client.force_login(user)
    return client


def long_notes() -> str:
    """50 KB with 300 items, as somebody keeps who never begins a new page."""
    lines = ["# Plan", ""]
    for number in range(30):
        lines += [f"## Part {number}", "", *(f"Line {n} of some words." for n in range(66)), ""]
        lines += [f"- [ ] learn item {number}-{n}" for n in range(10)] + [""]
    return "\n".join(lines)


def with_history(title: str, revisions: int) -> Page:
    """A page of a checklist with a history of that length, every third of it a tick."""
    page = make_topic(title=title, notes="- [ ] one\n- [ ] two\n\nWords.\n")
    Topic.objects.filter(pk=page.pk).update(version=revisions)
    first = Revision.objects.get(page=page.pk)
    begin = timezone.now() - timedelta(days=revisions)
    rows = []
    for version in range(2, revisions + 1):
        row = Revision(**{f.attname: getattr(first, f.attname) for f in Revision.tracked_fields})
        row.version, row.type = version, "~"
        row.saved_at = begin + timedelta(days=version)
        row.reason = Reason.SITE if version % 3 else Reason.TICK
        rows.append(row)
    Revision.objects.bulk_create(rows, batch_size=500)
    return Page.objects.get(pk=page.pk)


def ticking(client: Client, page: Page) -> Callable[[], object]:
    """Ticks an item of a page, there and back."""
    item = ChecklistItem.objects.filter(page=page).order_by("position").first()
    assert item is not None
    states = ["open", "done"]

    def tick() -> None:
        states.reverse()
        form = {"tick": f"{item.pk} {states[0]}"}
        answer = client.post("/items/tick/", form, headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.content

    return tick


def saving(client: Client, page: Page) -> Callable[[], object]:
    """Saves a page's notes with a line more at their beginning, as the editor does."""
    address = f"/pages/{page.slug}/edit/"

    def save() -> None:
        now = Page.objects.only("notes", "version", "title").get(pk=page.pk)
        form = {"notes": "A line.\n" + now.notes, "version": now.version, "title": now.title}
        answer = client.post(address, form)
        assert answer.status_code == 302, answer.content[:2000]

    return save


def bench_ticks(row: Row, client: Client, pages: dict[int, Page]) -> None:
    short, long = (ticking(client, page) for page in pages.values())
    count = queries_of(short)
    row("tick an item, one request", f"{count} queries", "at most 6", count <= 6)
    quick, slow = medians_ms([short, long])
    few, many = pages
    same = slow / quick
    row(f"  time with {many:,} revisions against {few}", f"{same:.2f}", "at most 1.2", same <= 1.2)
    row("  time of a tick", f"{slow:.1f} ms")


def bench_save(row: Row, client: Client) -> None:
    page = make_topic(title="A long plan", notes=long_notes())
    spent = medians_ms([saving(client, page)])[0]
    items = ChecklistItem.objects.filter(page=page).count()
    size = len(page.notes) // 1000
    row(f"save {size} KB with {items} items", f"{spent:.0f} ms", "under 60 ms", spent < 60)


def bench_history(row: Row, client: Client, pages: dict[int, Page]) -> None:
    few, many = pages
    works = [
        lambda page=page: client.get(f"/pages/{page.slug}/history/") for page in pages.values()
    ]
    counts = [queries_of(work) for work in works]
    row("a page's history", f"{counts[1]} queries", "as few as short", counts[0] == counts[1])
    quick, slow = medians_ms(works)
    same = slow / quick
    row(f"  time with {many:,} revisions against {few}", f"{same:.2f}", "at most 1.2", same <= 1.2)


def bench_editing(row: Row) -> None:
    """All figures of editing, in the database that is there; leaves it as it was."""
    client = editor()
    with transaction.atomic():
        pages = {size: with_history(f"History of {size}", size) for size in (50, 5_000)}
        bench_ticks(row, client, pages)
        bench_save(row, client)
        bench_history(row, client, pages)
        transaction.set_rollback(True)
