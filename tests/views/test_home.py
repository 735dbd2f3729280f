"""The home page."""

import pytest
from django.core.cache import cache

from services.models import Category, Page
from services.pages.revise import revise
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


def html(client) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def fill(number: int) -> None:
    for category in Category.objects.all():
        start = category.position * 10_000
        Page.objects.bulk_create(
            Page(kind="service", category=category, title=f"P{i}", slug=f"p{i}", position=i)
            for i in range(start, start + number)
        )


def test_works(as_reader, editor):
    shelf = Category.objects.get(slug="data-store")
    page = make_service(title="S3", category=shelf, notes="Why so?\n\nWords.\n")
    revise(page, "Why so?\n\nWords.\n\n- [x] Read\n- [/] Write\n- [-] Burn\n", version=1, by=editor)
    text = html(as_reader)
    assert '<a href="/services/s3/">S3</a>' in text
    assert "2 of 3 done" in text
    assert "Learning" in text
    assert "Why so?" in text
    assert "by edgar" in text


def test_says_how_to_begin_where_there_are_no_pages(as_editor, as_reader):
    assert "import_markdown" in html(as_editor)
    assert "No notes yet. Log in to add some." in html(as_reader)


def test_shows_so_many_of_a_category_and_how_many_there_are(as_reader):
    fill(30)
    text = html(as_reader)
    assert text.count('<a href="/services/') <= 5 * 24 + 8
    assert "All 30" in text


def test_topics_stand_beside_the_categories(as_reader):
    make_topic(title="Brain dump")
    assert "/topics/brain-dump/" in html(as_reader)


def test_queries_do_not_grow(as_reader, django_assert_max_num_queries):
    fill(1)
    with django_assert_max_num_queries(12):
        html(as_reader)
    Page.objects.all().delete()
    fill(200)
    with django_assert_max_num_queries(12):
        html(as_reader)
