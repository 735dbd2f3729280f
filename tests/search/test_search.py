"""What is found, in which order and where: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from services.attachments.store import store
from services.models import Page
from services.pages.revise import revise
from services.search.search import search_pages
from tests.soak import TIMES
from tests.support.finding import page, titles

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


# -- what matches --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("CAFE", True),
        ("café", True),
        ("naïve", True),
        ("naive", True),
        ("snake case", True),
        ("eks", True),
        ("tcp/ip", True),
        ("policies", True),
        ("bucket", True),
        ('"buckets policy"', True),
        ('"policy buckets"', False),
        ('"bucket"', False),
    ],
)
def test_case_accents_punctuation_and_number_do_not_matter(asked, found):
    page("One", "Naïve Café, snake_case, ECS/EKS over TCP/IP; buckets: policy.")
    assert bool(search_pages(asked).hits and not search_pages(asked).hits[0].forgiving) == found


@pytest.mark.parametrize("asked", ["数据", "据库", "数据库", "库", "务", "데이터", "イ"])
def test_scripts_without_spaces_are_found_by_parts(asked):
    page("One", "亚马逊数据库服务。데이터베이스。データベースとイベント")
    page("Two", "Other words")
    assert titles(asked) == ["One"]


@pytest.mark.parametrize("word", ["नमस्ते", "தமிழ்", "ที่", "العَرَبِيَّة", "ﬁle", "Ⅳ", "ガ", "Σίσυφος"])
def test_words_of_any_script_are_found_as_they_are_written(word):
    page("One", f"before {word} after")
    page("Other", "before and after")
    for asked in (word, f'"before {word}"'):
        assert [(hit.name, hit.forgiving) for hit in search_pages(asked).hits][:1] == [
            ("One", False)
        ]


def test_parts_that_are_not_side_by_side_are_not_found():
    page("One", "数据与图书库")
    assert titles("数据库") == []


def test_words_from_the_title_the_tags_the_files_and_the_text_count_together():
    one = page("Queues", "Visibility of messages", tags=["serverless"])
    store(ContentFile(b"words", name="diagram.txt"), name="diagram.txt", page=one)
    page("Other", "Queues with visibility")
    hits = search_pages("queues serverless visibility diagram").hits
    assert [(hit.name, hit.forgiving) for hit in hits] == [("Queues", False), ("Other", True)]


def test_the_last_word_may_go_on_while_it_is_typed():
    page("DynamoDB", "Tables")
    assert titles("dyna", typing=True) == ["DynamoDB"]
    assert search_pages("dyna", typing=True).hits[0].forgiving is False
    # One letter is enough for a name.
    assert titles("d", typing=True) == ["DynamoDB"]


def test_pages_in_the_trash_are_not_found(editor):
    from services.pages.trash import throw_away

    one = page("Gone", "words that were here")
    throw_away(one, by=editor)
    assert titles("words") == []
    assert titles("gone") == []


# -- places --------------------------------------------------------------------------------------


def test_results_come_in_parts():
    for number in range(30):
        page(f"Note {number:02}", "needle")
    first, second = search_pages("needle", count=20), search_pages("needle", start=20, count=20)
    assert (len(first.hits), len(second.hits), first.total) == (20, 10, 30)
    assert not {h.name for h in first.hits} & {h.name for h in second.hits}


# -- any text ------------------------------------------------------------------------------------


@pytest.mark.soak
@given(st.text(max_size=60), st.text(max_size=120), st.booleans())
@hypothesis_settings(
    max_examples=TIMES * 30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_text_is_searched_in_and_for(asked, notes, typing):
    row = Page.objects.filter(title="Any").first() or page("Any")
    revise(row, notes.replace("\0", ""), version=row.version)
    for hit in search_pages(asked, typing=typing).hits:
        assert hit.name
        for place in hit.places:
            assert all(isinstance(text, str) for text, _ in place.snippet)


def test_a_search_takes_few_queries(django_assert_max_num_queries):
    for number in range(30):
        page(f"Note {number}", "needle in hay", tags=["a"])
    search_pages("needle")
    with django_assert_max_num_queries(8):
        search_pages("needle")
