"""Filters in the query leave pages out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from taggit.models import Tag

from services.attachments.store import store
from services.models import Page
from services.pages.revise import revise
from services.search import search as finding
from services.search.search import search_pages
from tests.support.finding import page, titles

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def shelf():
    s3 = page("S3", "Buckets hold words.\n\nIs it cheap?\n", category="data-store", tags=["Cheap"])
    page("EC2", "Machines run words.\n\n- [ ] learn spot\n- [x] learn types\n", category="compute")
    page("Lambda", "Words run.\n\n- [x] learn layers\n", category="compute", tags=["serverless"])
    page("Words", "A topic of words.\n\n> [!question] Why\n\n> [!answer] So\n")
    store(ContentFile(b"text", name="plan.txt"), name="plan.txt", page=s3)
    Page.objects.filter(title="EC2").update(updated_at=datetime(2020, 5, 5, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("words category:compute", {"EC2", "Lambda"}),
        ("words category:Compute", {"EC2", "Lambda"}),
        ('category:"Data Store" words', {"S3"}),
        ("words category:storage", {"S3"}),
        ("words category:nowhere", set()),
        ("words tag:serverless", {"Lambda"}),
        ("words tag:cheap", {"S3"}),
        ("words is:open", {"EC2", "S3"}),
        ("words is:done", {"EC2", "Lambda", "Words"}),
        ("words is:question", {"S3", "Words"}),
        ("words is:question is:open", {"S3"}),
        ("words has:attachment", {"S3"}),
        ("in:title words", {"Words"}),
        ('in:title "simple storage service"', {"S3"}),
        ("words -machines -buckets", {"Lambda", "Words"}),
        ('words -"a topic"', {"S3", "EC2", "Lambda"}),
        ("words changed:<2021", {"EC2"}),
        ("words changed:2020-05-05", {"EC2"}),
        ("words changed:>2020-05-05", {"S3", "Lambda", "Words"}),
        ("category:compute", {"EC2", "Lambda"}),
        ("-machines", {"S3", "Lambda", "Words"}),
        ("is:question -why", {"S3"}),
        ("words is:odd", set()),
    ],
)
def test_what_is_asked_can_be_narrowed(shelf, asked, found):
    assert {hit.name for hit in search_pages(asked).hits if not hit.forgiving} == found


def test_as_many_tags_as_can_be_typed(shelf):
    asked = "words " + " ".join(f"tag:{number}" for number in range(50))
    assert titles(asked) == []
    assert titles("words " + "tag:cheap " * 35) == ["S3"]


def test_tags_in_any_spelling_count_a_page_once():
    one = page("One", "words", tags=["Кот"])
    for name, slug in (("Cheap", "one"), ("cheap", "two")):
        one.tags.through.objects.create(
            tag=Tag.objects.create(name=name, slug=slug), content_object=one
        )
    for asked in ("tag:cheap", "tag:CHEAP words", "tag:кот", "tag:cheap tag:КОТ"):
        assert (search_pages(asked).total, search_pages(asked).found) == (1, 1)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/New_York"])
@pytest.mark.parametrize("when", [">0001-01-01", ">=0001", "<=9999", ">9999-12-31", "9999", "0001"])
def test_days_at_either_end_of_the_calendar(settings, zone, when):
    settings.TIME_ZONE = zone
    page("One", "words")
    early = when in (">0001-01-01", ">=0001", "<=9999")
    assert titles(f"words changed:{when}") == (["One"] if early else [])


def test_without_words_of_its_own_the_last_changed_come_first(shelf, monkeypatch):
    # However few can be turned to.
    monkeypatch.setattr(finding, "MAX_PAGES", 1)
    assert titles("-machines") == ["Words"]
    old = Page.objects.get(title="S3")
    revise(old, "Buckets again.", version=old.version)
    assert titles("-machines") == ["S3"]
