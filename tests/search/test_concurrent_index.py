"""The index while several write at once: on SQLite one waits for the other, on PostgreSQL not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from taggit.models import Tag

from services.models import Page
from services.pages.revise import revise
from services.search import index
from services.search.backends import search_engine
from services.search.search import search_pages
from tests.support.pages import make_topic

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.databases("postgres"),
]


@pytest.fixture
def pages():
    made = [make_topic(title=f"Page {number}", notes="alpha words") for number in range(3)]
    # As when outlines say more since a new version: all are written anew.
    Page.objects.update(outline="")
    return made


@contextmanager
def meanwhile(does: Callable[[], object]) -> Iterator[None]:
    """Another connection does something while a transaction goes on, and may have to wait."""
    faults: list[BaseException] = []

    def run() -> None:
        try:
            does()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    other = threading.Thread(target=run)
    with transaction.atomic():
        yield
        other.start()
        other.join(0.7)
    other.join(20)
    assert not faults


def test_the_index_is_made_anew_while_a_page_is_saved(pages):
    with meanwhile(lambda: search_engine().index_pages()), connection.cursor() as cursor:
        cursor.execute("UPDATE services_page SET notes = 'beta' WHERE id = %s", [pages[0].pk])
    assert search_engine().find_stale() == []
    assert len(search_pages("beta").hits) == 1


def test_a_load_ends_while_a_page_is_tagged(pages):
    def load() -> None:
        with transaction.atomic(), search_engine().defer_indexing():
            Page.objects.filter(pk=pages[0].pk).update(title="Loaded")

    with meanwhile(load):
        pages[0].tags.add("tagged")
    assert search_engine().find_stale() == []
    assert [hit.name for hit in search_pages("loaded tagged").hits] == ["Loaded"]


def test_a_tag_is_renamed_while_a_page_gets_it(pages):
    Tag.objects.create(name="old")
    with meanwhile(lambda: Tag.objects.filter(name="old").update(name="new")):
        pages[0].tags.add("old")
    assert search_engine().find_stale() == []
    assert [hit.name for hit in search_pages("new").hits] == ["Page 0"]


def test_all_is_made_anew_while_a_page_is_saved(pages):
    with meanwhile(index.rebuild):
        revise(pages[1], "gamma words", version=pages[1].version)
    assert not index.check()


def test_a_page_is_saved_while_all_is_made_anew(pages):
    with transaction.atomic():
        list(Page.everything.filter(pk=pages[1].pk).locked())
        other = threading.Thread(target=lambda: (index.rebuild(), connections.close_all()))
        other.start()
        other.join(0.7)
        revise(pages[1], "gamma words", version=pages[1].version)
    other.join(20)
    assert not index.check()
