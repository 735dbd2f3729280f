"""All questions in one place."""

import re

import pytest

from services.models import Category, Page, Question
from services.pages import answer
from services.pages.revise import revise
from tests.support.pages import make_service

JSON = "application/json"
pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]
NOTES = "Why [[S3]]?\n\nHow much?\n\n> [!answer]\n> *Little*.\n\nOr what?\n"


@pytest.fixture
def s3():
    shelf = Category.objects.get(slug="data-store")
    return make_service(title="S3", category=shelf, notes=NOTES)


def html(client, query: str = "") -> str:
    response = client.get("/questions/" + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_works(as_reader, s3):
    text = html(as_reader, "?state=all")
    assert 'Why <a href="/services/s3/" rel="noopener noreferrer">S3</a>?' in text
    assert "<em>Little</em>" in text


def test_says_how_to_begin(as_reader):
    assert "There is none yet" in html(as_reader)


# -- the inbox -------------------------------------------------------------------------------


def row(text: str) -> Question:
    return Question.objects.get(text=text)


def words(text: str) -> list[str]:
    """The questions on a page of HTML, in order."""
    return re.findall(r'class="question-words"[^>]*>(.*?)</p>', text)


# -- who may -------------------------------------------------------------------------------------


def notes(page) -> str:
    return Page.objects.get(pk=page.pk).notes


def test_everyone_by_their_rights(as_nobody, as_reader, as_editor, as_admin, s3):
    pk = row("Or what?").pk
    for path in (f"/questions/{pk}/", f"/questions/{pk}/dismiss/", "/pages/s3/ask/"):
        form = {"answer": "That.", "words": "And?", "seen": answer.mark("")}
        response = as_nobody.post(path, form)
        # What was typed is shown, to be sent again.
        assert response.status_code == (302 if "dismiss" in path else 401)
        assert as_reader.post(path, form).status_code == 403
    assert as_nobody.get(f"/questions/{pk}/")["Location"].startswith("/login/?next=")
    assert as_reader.get(f"/questions/{pk}/").status_code == 403
    assert as_reader.get(f"/questions/{pk}/?part=1").status_code == 403
    assert as_editor.get(f"/questions/{pk}/dismiss/").status_code == 405
    assert notes(s3) == NOTES
    for client in (as_editor, as_admin):
        assert client.get(f"/questions/{pk}/").status_code == 200
        assert client.post(f"/questions/{pk}/dismiss/").status_code == 302


def test_readers_are_offered_nothing_to_change(as_reader, as_editor, s3):
    for path in ("/questions/?state=all", "/services/s3/"):
        theirs, ours = as_reader.get(path).content.decode(), as_editor.get(path).content.decode()
        for words in ("data-answer", "dismiss/", "Remove answer", "data-draft-url"):
            assert words not in theirs, path
            assert words in ours, path
    assert "/ask/" in ours
    assert "/ask/" not in theirs


# -- dismissing ---------------------------------------------------------------------------------


def test_dismisses_and_takes_it_back(as_editor, s3):
    pk = row("Or what?").pk
    response = as_editor.post(f"/questions/{pk}/dismiss/", {"next": "/questions/"}, follow=True)
    text = " ".join(response.content.decode().split())
    assert "“Or what?” dismissed." in text
    assert f'action="/questions/{pk}/dismiss/"' in text.split('id="kb-main"')[1].split("<h1>")[0]
    assert row("Or what?").dismissed
    as_editor.post(f"/questions/{pk}/dismiss/", {"undo": "1"})
    assert not row("Or what?").dismissed
    told = as_editor.post(
        f"/questions/{pk}/dismiss/", {"next": "/questions/?page=2"}, headers={"Accept": JSON}
    )
    assert told.json() == {"to": f"/questions/?page=2#kb-question-{pk}"}
    assert notes(s3) == NOTES
    revise(s3, "Nothing.", version=1)
    gone = as_editor.post(f"/questions/{pk}/dismiss/", follow=True)
    assert "not in the notes any more" in gone.content.decode()


def test_words_in_messages_are_words(as_editor, s3):
    answer.ask_question(s3, "Is <script>alert(1)</script> a *tag*?", by=None)
    pk = Question.objects.get(text__contains="script").pk
    text = as_editor.post(f"/questions/{pk}/dismiss/", follow=True).content.decode()
    assert "<script>alert" not in text
