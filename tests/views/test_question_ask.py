"""Asking a question on a page."""

import pytest

from services.models import Category
from services.pages.revise import revise
from tests.support.pages import make_service
from tests.views.test_questions import JSON, NOTES, notes, row

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def s3():
    shelf = Category.objects.get(slug="data-store")
    return make_service(title="S3", category=shelf, notes=NOTES)


def test_asks_on_a_page_and_shows_it_there(as_editor, s3):
    response = as_editor.post("/pages/s3/ask/", {"words": "Who pays?", "next": "/services/s3/"})
    pk = row("Who pays?").pk
    assert response["Location"] == f"/services/s3/#kb-question-{pk}"
    page = as_editor.get("/services/s3/").content.decode()
    assert f'id="kb-question-{pk}"' in page
    assert "Question added at the end of this page." in page
    assert notes(s3) == NOTES + "\nWho pays?\n"
    response = as_editor.post("/pages/s3/ask/", {"words": " "}, headers={"Accept": JSON})
    assert (response.status_code, response.json()) == (
        400,
        {"error": "A question needs some words."},
    )
    assert "A question needs some words." in as_editor.post("/pages/s3/ask/").content.decode()


def test_asks_on_a_page_that_was_renamed_meanwhile(as_editor, s3):
    revise(s3, version=1, title="Simple Storage", slug="simple-storage")
    as_editor.post("/pages/s3/ask/", {"words": "Who pays?"})
    assert row("Who pays?").page_id == s3.pk
