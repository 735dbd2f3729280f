"""The index follows whatever is written, in the same transaction."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone
from taggit.models import Tag, TaggedItem

from services.attachments.manage import delete
from services.attachments.store import store
from services.models import Attachment, Page
from services.pages.revise import revise
from services.pages.trash import take_out, throw_away
from services.search import index
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


def test_nothing_is_found_twice_nor_left_over(page):
    page.tags.add("a", "b")
    revise(page, "alpha lambda", version=page.version)
    assert not index.check()


def test_notes_that_hold_no_words_or_very_many(page):
    revise(page, "", version=page.version)
    many = " ".join(f"word{number}" for number in range(60_000)) + " x" * 100_000
    revise(page, many, version=page.version)
    assert found("word7") == ["One"]


@pytest.mark.parametrize("word", ["50e1a0", "0e9e8aa", "1e5", "7e2xa", "i-0618e2e", "5e1я"])
def test_letters_and_digits_are_one_word(page, word):
    revise(page, f"see {word} there", version=page.version)
    assert found(word) == found(f'"{word} there"') == ["One"]
    assert [hit.name for hit in search_pages(word[:4], typing=True).hits] == ["One"]
