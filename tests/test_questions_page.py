"""All questions in one place."""

import pytest

from services.models import Category, Question, Service

pytestmark = pytest.mark.django_db
NOTES = "Why [[S3]]?\n\nHow much?\n\n> [!answer]\n> *Little*.\n\nOr what?\n"


@pytest.fixture
def s3():
    shelf = Category.objects.get(slug="data-store")
    return Service.objects.create(title="S3", category=shelf, notes=NOTES)


def html(client, query: str = "") -> str:
    response = client.get("/questions/" + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_works(as_reader, s3):
    text = html(as_reader)
    assert 'Why <a href="/services/s3/" rel="noopener noreferrer">S3</a>?' in text
    assert "<em>Little</em>" in text


def test_filters_by_state(as_reader, s3):
    assert "How much?" not in html(as_reader, "?state=open")
    answered = html(as_reader, "?state=answered")
    assert "How much?" in answered
    assert "Or what?" not in answered


def test_leaves_out_what_was_dismissed(as_reader, s3):
    Question.objects.filter(text="Or what?").update(dismissed=True)
    assert "Or what?" not in html(as_reader)


def test_comes_in_parts(as_reader, s3, django_assert_max_num_queries):
    s3.revise("\n\n".join(f"What is {i}?" for i in range(250)), version=1)
    with django_assert_max_num_queries(8):
        text = html(as_reader, "?page=3")
    assert "What is 249?" in text
    assert "What is 199?" not in text


def test_says_how_to_begin(as_reader):
    assert "There is none yet" in html(as_reader)
