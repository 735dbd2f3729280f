"""The index in either database: installed again, deferred in a load, and checked."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations import AlterField, Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.models import CharField
from django.db.models.signals import pre_migrate

from services.models import Page
from services.pages.revise import revise
from services.search import index
from services.search.backends import search_engine
from tests.search.test_index import found
from tests.support.pages import make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def page():
    return make_topic(title="One", notes="alpha words")


def test_in_a_load_pages_are_indexed_at_its_end(page):
    with transaction.atomic():
        with search_engine().defer_indexing():
            revise(page, "eta", version=page.version)
            page.tags.add("loaded")
            assert found("alpha") == ["One"]
        assert found("eta") == found("loaded") == ["One"]
    revise(page, "theta", version=page.version)
    assert found("theta") == ["One"]


def test_a_load_that_fails_pauses_nothing(page):
    with pytest.raises(ZeroDivisionError), transaction.atomic(), search_engine().defer_indexing():
        revise(page, "iota", version=page.version)
        raise ZeroDivisionError
    page.refresh_from_db()
    revise(page, "kappa", version=page.version)
    assert (found("iota"), found("kappa")) == ([], ["One"])


def test_after_migrations_what_was_dropped_is_there_again(page):
    name = {"sqlite": "search_page_changed", "postgresql": "search_page_written"}
    table = "" if connection.vendor == "sqlite" else " ON services_page"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name[connection.vendor]}{table}")
        cursor.execute("UPDATE services_page SET notes = 'gone astray'")
    assert found("astray") == []
    index.install()
    assert found("astray") == ["One"]
    page.refresh_from_db()
    revise(page, "back", version=page.version)
    assert found("back") == ["One"]
    assert not search_engine().install()


@pytest.mark.django_db(transaction=True)
def test_migrations_change_what_the_index_looks_at(page):
    try:
        # Without a column, and back: on SQLite that makes the table anew.
        call_command("migrate", "services", "0008", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    index.rebuild()
    assert found("alpha") == ["One"]
    page.refresh_from_db()
    revise(page, "beta words", version=page.version)
    assert found("beta") == ["One"]
    assert not index.check()


@pytest.mark.django_db(transaction=True)
def test_a_table_is_made_anew_by_a_migration(page):
    class Longer(Migration):
        operations = [AlterField("page", "title", CharField(max_length=250))]

    old = Page._meta.get_field("title").clone()
    back = AlterField("page", "title", old)
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state()
    pre_migrate.send(apps.get_app_config("services"), plan=[(Longer("x", "services"), False)])
    for operation in (*Longer.operations, back):
        after = state.clone()
        operation.state_forwards("services", after)
        with connection.schema_editor() as editor:
            operation.database_forwards("services", editor, state, after)
        state = after
    assert index.install() == 1
    assert found("alpha") == ["One"]
    assert not index.check()


@pytest.mark.soak
def test_notes_with_more_words_than_an_index_has_room_for(page):
    letters = "абвгдежзиклмнопрстуфхцчшщэюя"
    words = ["".join(letters[n // 28**at % 28] for at in range(4)) for n in range(125_000)]
    lines = [" ".join(words[at : at + 500]) for at in range(0, len(words), 500)]
    starts = [""] * 80 + ["# "] * 80 + ["> [!question] "] * 90
    notes = "\n\n".join(start + line for start, line in zip(starts, lines, strict=True))
    revise(page, notes, version=page.version)
    assert found(words[0]) == found(words[41_000]) == ["One"]
    assert search_engine().find_stale() == []


def test_check_finds_no_fault_with_another_way_to_look_at_the_same(page):
    others = [make_topic(title=f"Other {number}", notes="") for number in range(50)]
    others[0].tags.add("zeta", "beta", "alpha")
    for name in ("alpha", "zeta", "beta"):
        page.tags.add(name)
    for other in others[1:]:
        other.tags.add("alpha")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert not index.check()
