"""The index follows whatever is written, in the same transaction."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations import AlterField, Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.models import CharField
from django.db.models.signals import pre_migrate
from django.utils import timezone
from taggit.models import Tag, TaggedItem

from services.attachments.manage import delete
from services.attachments.store import store
from services.models import Attachment, Page, Word
from services.pages.revise import revise
from services.pages.trash import take_out, throw_away
from services.search import index
from services.search.backends import search_engine
from services.search.search import search_pages
from tests.support.pages import make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def found(query: str) -> list[str]:
    return [hit.name for hit in search_pages(query).hits if not hit.forgiving]


@pytest.fixture
def page():
    return make_topic(title="One", notes="alpha words")


def test_a_new_page(page):
    assert found("alpha") == ["One"]


def test_a_revision(page):
    revise(page, "beta words", version=page.version)
    assert (found("alpha"), found("beta")) == ([], ["One"])


def test_other_facts(page):
    revise(page, version=page.version, title="Two", abbreviation="TWX", aliases=["Zwei"])
    assert found("zwei") == found("twx") == ["Two (TWX)"]
    assert found("one") == []


def test_rows_of_the_database_that_nobody_told_us_of(page):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE services_page SET notes = 'gamma', title = 'Other'")
    assert (found("alpha"), found("gamma"), found("other")) == ([], ["Other"], ["Other"])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM services_pagename")
        cursor.execute("DELETE FROM services_word")
    Page.objects.all()._raw_delete("default")
    assert found("gamma") == []


def test_many_rows_at_once(page):
    Page.objects.bulk_create(
        Page(kind="topic", title=f"Bulk {n}", slug=f"b-{n}", notes="delta") for n in range(20)
    )
    assert len(found("delta")) == 20
    Page.objects.filter(title__startswith="Bulk").update(notes="epsilon")
    assert (len(found("delta")), len(found("epsilon"))) == (0, 20)


def test_what_is_rolled_back_was_never_found(page):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        revise(page, "zeta", version=page.version)
        assert found("zeta") == ["One"]
        raise ZeroDivisionError
    assert (found("zeta"), found("alpha")) == ([], ["One"])


def test_tags(page):
    page.tags.add("serverless")
    assert found("serverless") == ["One"]
    Tag.objects.filter(name="serverless").update(name="eventful")
    assert (found("serverless"), found("eventful")) == ([], ["One"])
    TaggedItem.objects.all().delete()
    assert found("eventful") == []


def test_names_of_files(page):
    row = store(ContentFile(b"words", name="plan.txt"), name="plan.txt", page=page)
    assert found("plan") == ["One"]
    Attachment.objects.filter(pk=row.pk).update(name="sketch.txt")
    assert (found("plan"), found("sketch")) == ([], ["One"])
    Attachment.objects.filter(pk=row.pk).update(trashed_at=timezone.now())
    assert found("sketch") == []
    Attachment.objects.filter(pk=row.pk).update(trashed_at=None)
    assert found("sketch") == ["One"]
    row.refresh_from_db()
    delete(row)
    assert found("sketch") == []


def test_the_trash_and_back(page, editor):
    throw_away(page, by=editor)
    assert search_pages("alpha").total == 0
    take_out(Page.everything.get(pk=page.pk), by=editor)
    assert found("alpha") == ["One"]


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


def test_nothing_is_found_twice_nor_left_over(page):
    page.tags.add("a", "b")
    revise(page, "alpha lambda", version=page.version)
    assert not index.check()


def test_check_names_what_is_wrong_and_rebuild_mends_it(page, capsys):
    call_command("search", "check")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_page")
        cursor.execute("UPDATE services_page SET outline = 'no JSON'")
        cursor.execute("DELETE FROM search_page")
    Word.objects.all().delete()
    with pytest.raises(CommandError, match="1 page"):
        call_command("search", "check")
    assert "One" in capsys.readouterr().out
    call_command("search", "rebuild")
    call_command("search", "check")
    assert found("alpha") == ["One"]
    assert search_pages("alhpa").hits[0].name == "One"


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


def test_notes_that_hold_no_words_or_very_many(page):
    revise(page, "", version=page.version)
    many = " ".join(f"word{number}" for number in range(60_000)) + " x" * 100_000
    revise(page, many, version=page.version)
    assert found("word7") == ["One"]


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


@pytest.mark.parametrize("word", ["50e1a0", "0e9e8aa", "1e5", "7e2xa", "i-0618e2e", "5e1я"])
def test_letters_and_digits_are_one_word(page, word):
    revise(page, f"see {word} there", version=page.version)
    assert found(word) == found(f'"{word} there"') == ["One"]
    assert [hit.name for hit in search_pages(word[:4], typing=True).hits] == ["One"]
