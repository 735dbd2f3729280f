"""Concurrent writers: none is refused, and each sees what the others wrote.

On SQLite one writes at a time; there, only the retrying and the waiting are looked at.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError, connection, transaction

from services.db.locks import MAX_ATTEMPTS, retry_deadlocks
from services.models import Link, Page, StaleVersion, Topic
from services.pages import trash
from services.pages.derive import derive
from services.pages.edit import Edit, base_of, create, store
from services.pages.save import Clash, save
from services.sync.apply import apply_plan
from services.sync.read_files import SourceFile
from services.sync.stored import plan_import
from tests.support.pages import make_topic

ROUNDS = 8
pytestmark = pytest.mark.databases("sqlite", "postgres")
on_postgresql = pytest.mark.databases("postgres")


class Ended(Exception):
    """The error of the database driver."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def failing(times: int, sqlstate: str = "40P01") -> tuple[Callable[[], int], list[int]]:
    calls: list[int] = []

    @retry_deadlocks
    def work() -> int:
        calls.append(len(calls))
        if len(calls) <= times:
            raise OperationalError("ended") from Ended(sqlstate)
        return len(calls)

    return work, calls


@pytest.mark.databases("sqlite")
@pytest.mark.django_db(transaction=True)
def test_on_sqlite_no_writer_fails_however_long_another_writes() -> None:
    writes = threading.Event()

    @retry_deadlocks
    def for_long() -> None:
        with transaction.atomic():
            writes.set()
            time.sleep(0.5)

    @retry_deadlocks
    def create() -> None:
        with transaction.atomic():
            make_topic(title="Plan")

    def without_patience() -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 50")
        writes.wait()
        create()

    at_once(for_long, without_patience)
    assert Topic.objects.filter(title="Plan").exists()


@pytest.mark.django_db(transaction=True)
def test_a_deadlocked_transaction_is_retried() -> None:
    work, _ = failing(MAX_ATTEMPTS - 1)
    assert work() == MAX_ATTEMPTS
    work, calls = failing(MAX_ATTEMPTS)
    with pytest.raises(OperationalError):
        work()
    assert len(calls) == MAX_ATTEMPTS


@pytest.mark.django_db(transaction=True)
def test_other_errors_and_nested_transactions_are_not_retried() -> None:
    work, calls = failing(1, sqlstate="57014")
    with pytest.raises(OperationalError):
        work()
    assert len(calls) == 1
    work, calls = failing(1)
    with pytest.raises(OperationalError), transaction.atomic():
        work()
    assert len(calls) == 1


@pytest.mark.django_db(transaction=True)
def test_the_import_command_plans_again_after_a_deadlock(monkeypatch, tmp_path, capsys):
    """The other transaction may have changed what the plan was made from."""
    (tmp_path / "Plan.md").write_text("- [ ] One\n")
    (tmp_path / "broken.md").write_bytes(b"\0")
    derived: list[int] = []

    def derive_late(pages: Any, **options: Any) -> None:
        derived.append(len(pages))
        if len(derived) == 1:
            raise OperationalError("ended") from Ended("40P01")
        derive(pages, **options)

    monkeypatch.setattr("services.sync.apply.derive", derive_late)
    with pytest.raises(SystemExit):
        call_command("import_markdown", str(tmp_path))
    assert derived == [1, 1]
    assert Page.objects.get().items.get().text == "One"
    assert capsys.readouterr().err.count("refused") == 1


def at_once(*works: Callable[[], Any]) -> None:
    """Run functions concurrently, each on a connection of its own; raise what they raise."""
    gate, errors = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        try:
            gate.wait(30)
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]


@pytest.fixture
def no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail on any retry: locks are to be taken in one order."""
    monkeypatch.setattr("services.db.locks.MAX_ATTEMPTS", 1)


@pytest.fixture
def me(transactional_db: None) -> User:
    return User.objects.create_user("me")


def saving(page: Page, notes: str, me: User) -> Callable[[], Any]:
    version = Page.objects.get(pk=page.pk).version
    return lambda: save(page, notes, version=version, by=me)


def renaming(page: Page, title: str, me: User) -> Callable[[], Any]:
    now = Page.objects.get(pk=page.pk)
    edit = Edit(now.notes, base_of(now), {"title": title}, rewrite=True)
    return lambda: store(page, edit, by=me)


def every_index_is_right(capsys: pytest.CaptureFixture[str]) -> bool:
    capsys.readouterr()
    call_command("rederive")
    return "every index was right" in capsys.readouterr().out


@on_postgresql
def test_pages_that_are_edited_to_link_to_each_other(me, no_retries, capsys):
    a, b = make_topic(title="A"), make_topic(title="B")
    for number in range(ROUNDS):
        at_once(saving(a, f"{number} [[B]]", me), saving(b, f"{number} [[A]]", me))
        at_once(saving(a, f"{number}", me), saving(b, f"{number}", me))
    assert every_index_is_right(capsys)


@on_postgresql
def test_a_link_to_a_page_that_is_made_concurrently(me, no_retries, capsys):
    pages = [make_topic(title=f"From {number}") for number in range(ROUNDS)]
    for number, page in enumerate(pages):
        make = {"title": f"To {number}", "category": None}
        at_once(
            saving(page, f"[[To {number}]]", me),
            lambda make=make: create("See [[From 0]].", make, by=me),
        )
    assert not Link.objects.filter(to=None).exists()
    assert every_index_is_right(capsys)


@on_postgresql
def test_a_link_to_a_page_that_is_trashed_or_restored_concurrently(me, no_retries, capsys):
    page, other = make_topic(title="From"), make_topic(title="To")
    for _ in range(ROUNDS):
        at_once(saving(page, "[[To]]", me), lambda: trash.throw_away(other, by=me))
        assert Link.objects.get().to is None
        at_once(saving(page, "[[To|it]] [[Two]]", me), lambda: trash.take_out(other, by=me))
        assert Link.objects.get(key="to").to_id == other.pk
        saving(page, "nothing", me)()
    assert every_index_is_right(capsys)


@on_postgresql
def test_pages_that_link_to_each_other_are_renamed(me, no_retries, capsys):
    a = make_topic(title="A", notes="[[B]]\n")
    b = make_topic(title="B", notes="[[A]]\n")
    for number in range(ROUNDS):
        begun = [base_of(Page.objects.get(pk=page.pk)) for page in (a, b)]
        assert all(base.notes for base in begun)
        at_once(renaming(a, f"A{number}", me), renaming(b, f"B{number}", me))
        assert Link.objects.filter(to=None).count() == 0
    assert every_index_is_right(capsys)


@on_postgresql
def test_a_link_to_a_page_that_is_renamed_concurrently(me, no_retries, capsys):
    a, b = make_topic(title="A"), make_topic(title="B")
    for number in range(ROUNDS):
        save_it = saving(a, f"- [ ] [[B]], [[B{number}]]", me)
        at_once(lambda work=save_it: unless_overtaken(work), renaming(b, f"B{number}", me))
        assert every_index_is_right(capsys)


@on_postgresql
def test_an_import_while_its_pages_are_renamed(me, capsys):
    def files(number: int) -> list[SourceFile]:
        text = f"[[A]] [[M]]\n\n\n\n{number}\n".encode()
        return [SourceFile(f"{name}.md", text) for name in ("Z", "M", "A")]

    apply_plan(plan_import(files(0)))
    a, z = Page.objects.get(title="A"), Page.objects.get(title="Z")
    for number in range(1, ROUNDS):
        plan = plan_import(files(number))
        at_once(
            lambda plan=plan: unless_overtaken(lambda: apply_plan(plan)),
            renaming(a, f"A{number}", me),
            renaming(z, f"Z{number}", me),
        )
        assert every_index_is_right(capsys)


def unless_overtaken(work: Callable[[], Any]) -> None:
    """An import or edit that was overtaken reports it, which is no failure."""
    with suppress(StaleVersion, Clash):
        work()
