"""Category, service and topic pages, and the Markdown behind them."""

import pytest
from django.core.cache import cache
from django.utils.html import escape

from services.models import Category, Document, Page, Section
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def s3() -> Page:
    shelf = Category.objects.get(slug="data-store")
    return make_service(title="S3", category=shelf, notes="Keeps **objects**.\n")


def html(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_service_works(as_reader, s3):
    text = html(as_reader, "/services/s3/")
    assert "Keeps <strong>objects</strong>." in text
    assert 'href="/categories/data-store/"' in text
    assert "accent-data-store" in text


def test_topic_works(as_reader):
    make_topic(title="Brain dump", notes="Words.\n")
    assert "<p>Words.</p>" in html(as_reader, "/topics/brain-dump/")


def test_the_other_kinds_address_leads_to_a_page_as_long_as_it_is_of_this_kind(as_reader, s3):
    response = as_reader.get("/topics/s3/")
    assert (response.status_code, response["Location"]) == (302, "/services/s3/")


def test_unknown_page_is_not_found(as_reader):
    assert as_reader.get("/services/nothing/").status_code == 404
    assert as_reader.get("/pages/nothing/raw/").status_code == 404
    assert as_reader.get("/categories/nothing/").status_code == 404


def test_a_slug_in_any_script_works(as_reader):
    page = make_topic(title="Größe 大小", notes="Words.\n")
    assert "<p>Words.</p>" in html(as_reader, page.get_absolute_url())


def test_post_is_refused(as_reader, s3):
    assert as_reader.post("/services/s3/").status_code == 405


def test_only_editors_see_the_edit_link_and_a_clash(as_reader, as_editor, s3):
    document = Document.objects.create(path="notes/AWS.md", digest="x")
    Section.objects.create(document=document, position=0, page=s3, theirs="Other words.")
    told = "This page and its file were changed in the same lines."
    assert told in html(as_editor, "/services/s3/")
    text = html(as_reader, "/services/s3/")
    assert told not in text
    assert f"/admin/services/service/{s3.pk}/change/" not in text
    assert "notes/AWS.md" in text


def test_markdown_comes_back_as_it_is_stored(as_reader):
    notes = "# <script>alert(1)</script>\r\n\r\nGröße\r"
    make_topic(title="Notes", notes=notes)
    response = as_reader.get("/pages/notes/raw/")
    assert response.content == notes.encode()
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_scripts_in_notes_and_titles_do_not_reach_the_page(as_reader):
    title = "<script>alert(1)</script>"
    make_topic(title=title, slug="x", notes=f"- [ ] {title}\n\nQ: {title}?\n\n{title}")
    text = html(as_reader, "/topics/x/")
    assert title not in text
    assert escape(title) in text


def test_category_works(as_reader, s3):
    document = Document.objects.create(path="a.md", digest="x")
    Section.objects.create(document=document, position=0, category=s3.category, text="On [[S3]].\n")
    text = html(as_reader, "/categories/data-store/")
    assert '<p>On <a href="/services/s3/" rel="noopener noreferrer">S3</a>.</p>' in text
    assert "Keeps objects." in text


def test_topics_works(as_reader):
    make_topic(title="Notes")
    assert "/topics/notes/" in html(as_reader, "/topics/")
