"""Run tests on PostgreSQL too: one server for all workers, and in it a database for each.

`pytest.mark.databases("sqlite", "postgres")` says on which a test, or each test of a module, runs;
without it on SQLite alone. Those on PostgreSQL have it in their name and carry its marker.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import dj_database_url
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.support.postgres import PostgresServer

TEMPLATE = "kb_template"
ON_EACH = [
    pytest.param("sqlite", id=pytest.HIDDEN_PARAM),
    pytest.param("postgres", marks=pytest.mark.postgres),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat a test on each database that its closest marker names."""
    marker = next(metafunc.definition.iter_markers("databases"), None)
    if marker:
        chosen = [each for each in ON_EACH if each.values[0] in marker.args]
        metafunc.parametrize("database", chosen, indirect=True, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Repeat a test on PostgreSQL with its first parameters alone, without a bucket.

    Where files are stored is no matter of the database. The search has SQL of its own for each
    database, so its tests are repeated with all their parameters.
    """
    seen: set[tuple[object, ...]] = set()

    def is_needed(item: pytest.Item) -> bool:
        given = parameters(item)
        if given.get("database") != "postgres" or "search" in item.path.parts:
            return True
        name = (item.path, item.parent, getattr(item, "originalname", item.name))
        is_first = name not in seen and given.get("storage") != "s3"
        if is_first:
            seen.add(name)
        return is_first

    items[:] = [item for item in items if is_needed(item)]


def parameters(item: pytest.Item) -> dict[str, object]:
    return item.callspec.params if hasattr(item, "callspec") else {}


@pytest.fixture(scope="session")
def postgres_server(testrun_uid: str) -> Iterator[PostgresServer]:
    with PostgresServer(Path(tempfile.gettempdir(), f"kb-postgres-{testrun_uid}")) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_database(
    postgres_server: PostgresServer, worker_id: str, django_db_blocker: DjangoDbBlocker
) -> str:
    """The address of this worker's database: a copy of one that is migrated once for all."""
    with postgres_server.locked():
        if not postgres_server.has(TEMPLATE):
            address = postgres_server.create(TEMPLATE)
            with django_db_blocker.unblock(), default_database(address):
                call_command("migrate", verbosity=0)
        return postgres_server.create(f"kb_{worker_id}", TEMPLATE)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Copy SQLite's database back after a test that commits: Django's flush takes longer.

    The copy has the rows of the migrations too, which a flush deletes.
    """
    flush = TransactionTestCase._fixture_teardown

    def restore(case: TransactionTestCase) -> None:
        if connections["default"].vendor != "sqlite":
            flush(case)
            return
        with closing(sqlite3.connect(connections["default"].settings_dict["NAME"])) as file:
            copy.backup(file)

    with closing(sqlite3.connect(":memory:")) as copy, pytest.MonkeyPatch.context() as patch:
        with django_db_blocker.unblock():
            connections["default"].ensure_connection()
            connections["default"].connection.backup(copy)
        patch.setattr(TransactionTestCase, "_fixture_teardown", restore)
        yield


@pytest.fixture(scope="session", autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The kind of database that Django's `default` is: SQLite, but where a test names another."""
    kind = getattr(request, "param", "sqlite")
    if kind == "sqlite":
        yield kind
        return
    # SQLite's is made first, or it would be made on this connection.
    request.getfixturevalue("django_db_setup")
    with default_database(request.getfixturevalue("postgres_database")):
        yield kind


@contextmanager
def default_database(address: str) -> Iterator[None]:
    """Let Django's `default` be another database, in all threads; forget what is known of rows."""
    before, wrapper = connections.settings["default"], connections["default"]
    now = connections.configure_settings({"default": dict(dj_database_url.parse(address))})
    connections.settings["default"] = now["default"]
    del connections["default"]
    forget_rows()
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = before
        connections["default"] = wrapper
        forget_rows()


def forget_rows() -> None:
    ContentType.objects.clear_cache()
    cache.clear()
