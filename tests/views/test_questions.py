"""All questions in one place."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services.models import Category, Page, Question, Revision
from services.pages import answer, trash
from services.pages.revise import revise
from services.selectors.questions import Inbox
from tests.support.html_forms import fields_of
from tests.support.pages import make_service, make_topic

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


def test_filters_by_state(as_reader, s3):
    assert "How much?" not in html(as_reader, "?state=open")
    answered = html(as_reader, "?state=answered")
    assert "How much?" in answered
    assert "Or what?" not in answered


def test_leaves_out_what_was_dismissed(as_reader, s3):
    Question.objects.filter(text="Or what?").update(dismissed=True)
    assert "Or what?" not in html(as_reader)


def test_comes_in_parts(as_reader, s3, django_assert_max_num_queries):
    revise(s3, "\n\n".join(f"What is {i}?" for i in range(250)), version=1)
    with django_assert_max_num_queries(8):
        text = html(as_reader, "?page=3")
    assert "What is 249?" in text
    assert "What is 199?" not in text


def test_says_how_to_begin(as_reader):
    assert "There is none yet" in html(as_reader)


# -- the inbox -------------------------------------------------------------------------------


def row(text: str) -> Question:
    return Question.objects.get(text=text)


def words(text: str) -> list[str]:
    """The questions on a page of HTML, in order."""
    return re.findall(r'class="question-words"[^>]*>(.*?)</p>', text)


def test_open_ones_come_first(as_reader, s3):
    assert "How much?" not in html(as_reader)
    revise(s3, NOTES[NOTES.index("How") : NOTES.index("Or")], version=1)
    assert words(html(as_reader)) == ["How much?"]
    assert words(html(as_reader, "?state=open")) == []
    assert words(html(as_reader, "?state=nonsense&sort=nonsense")) == ["How much?"]


def test_dismissed_ones_are_seen_when_asked_for(as_reader, s3):
    answer.dismiss_question(row("Or what?").pk, True)
    assert words(html(as_reader, "?state=dismissed")) == ["Or what?"]
    assert "Or what?" not in html(as_reader, "?state=all")


def test_sorts_by_page_or_age(as_reader, s3):
    plan = make_topic(title="Questions", notes="Old?\n\nNew?\n")
    for year, text in ((2001, "Old?"), (2002, "Or what?")):
        Question.objects.filter(text=text).update(asked_at=datetime(year, 1, 1, tzinfo=UTC))
    why = 'Why <a href="/services/s3/" rel="noopener noreferrer">S3</a>?'
    assert words(html(as_reader)) == [why, "Or what?", "Old?", "New?"]
    assert words(html(as_reader, "?sort=oldest")) == ["Old?", "Or what?", why, "New?"]
    assert words(html(as_reader, "?sort=newest")) == ["New?", why, "Or what?", "Old?"]
    assert plan.questions.count() == 2


@pytest.mark.parametrize("sort", ["page", "oldest", "newest"])
def test_takes_the_same_queries_however_many(as_editor, s3, sort, django_assert_num_queries):
    as_editor.get("/questions/")
    with CaptureQueriesContext(connection) as few:
        html(as_editor, f"?sort={sort}")
    for number in range(8):
        notes = "".join(f"What {i}?\n\n> [!answer]\n> [[S3]]\n\nWhy {i}?\n\n" for i in range(5))
        make_service(title=f"No {number}", category=s3.category, notes=notes)
    with django_assert_num_queries(len(few)):
        html(as_editor, f"?sort={sort}&state=all")
    assert len(few) <= 7


@pytest.mark.parametrize("sort", ["page", "oldest", "newest"])
def test_what_is_before_and_after_is_the_order_of_the_inbox(s3, sort):
    make_topic(title="Questions", notes="Old?\n\nNew?\n")
    make_topic(title="FAQ", notes="More?\n\nMost?\n")
    Question.objects.filter(text="Most?").update(asked_at=datetime(2001, 1, 1, tzinfo=UTC))
    inbox = Inbox("all", sort)
    rows = list(inbox.list_questions())
    assert [inbox.find_neighbour(r) for r in rows] == [*rows[1:], None]
    assert [inbox.find_neighbour(r, backwards=True) for r in rows] == [None, *rows[:-1]]
    assert len(rows) == 7


# -- answering ---------------------------------------------------------------------------------


def fields(client, pk: int, **more) -> dict[str, object]:
    return dict(fields_of(client.get(f"/questions/{pk}/?next=/questions/"))) | more


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


def test_answers_and_comes_back_to_the_question(as_editor, s3):
    pk = row("Or what?").pk
    form = fields(as_editor, pk, answer="That.\r\n\r\nOr this.")
    response = as_editor.post(f"/questions/{pk}/", form, follow=True)
    assert response.redirect_chain == [(f"/questions/#kb-question-{pk}", 302)]
    assert "Answer saved." in response.content.decode()
    assert notes(s3) == NOTES + "\n> [!answer]\n> That.\n>\n> Or this.\n"


def test_the_address_to_come_back_to_is_on_this_site(as_editor, s3):
    pk = row("Or what?").pk
    form = fields(as_editor, pk, answer="That.", next="https://example.com/")
    response = as_editor.post(f"/questions/{pk}/", form)
    assert response["Location"] == f"/services/s3/#kb-question-{pk}"
    for other in ("https://example.com/", "//example.com/", "javascript:alert(1)"):
        shown = as_editor.get(f"/questions/{pk}/", {"next": other}).content.decode()
        assert other not in shown


def test_removes_an_answer_and_says_where_it_is_kept(as_editor, s3):
    pk = row("How much?").pk
    form = {"seen": answer.mark("*Little*."), "next": "/services/s3/"}
    response = as_editor.post(f"/questions/{pk}/", form, follow=True)
    assert "The page’s history keeps it." in response.content.decode()
    assert notes(s3) == NOTES.replace("> [!answer]\n> *Little*.\n\n", "")


def test_save_and_next_goes_through_all_that_are_open(as_editor, s3):
    first, last = row("Why [[S3]]?").pk, row("Or what?").pk
    response = as_editor.post(
        f"/questions/{last}/", fields(as_editor, last, answer="A", then="next")
    )
    assert response["Location"].startswith(f"/questions/{first}/?state=open&sort=page&next=")
    response = as_editor.post(
        f"/questions/{first}/", fields(as_editor, first, answer="B", then="next"), follow=True
    )
    assert response.redirect_chain == [(f"/questions/#kb-question-{first}", 302)]
    assert "No question is left open." in response.content.decode()


def test_what_is_refused_comes_back_with_what_was_typed(as_editor, s3):
    pk = row("Or what?").pk
    response = as_editor.post(f"/questions/{pk}/", fields(as_editor, pk, answer="---"))
    assert response.status_code == 400
    assert "would not be read as this question" in response.content.decode()
    assert fields_of(response)["answer"] == "---"
    told = as_editor.post(
        f"/questions/{pk}/", fields(as_editor, pk, answer="---"), headers={"Accept": JSON}
    )
    assert told.status_code == 400
    assert "would not be read" in told.json()["error"]
    assert notes(s3) == NOTES


def test_two_answers_at_once_are_both_shown_and_nothing_is_lost(as_editor, as_admin, s3):
    pk = row("Or what?").pk
    mine = fields(as_editor, pk, answer="Mine, <b>bold</b>.")
    as_admin.post(f"/questions/{pk}/", fields(as_admin, pk, answer="Theirs."))
    told = as_editor.post(f"/questions/{pk}/", mine, headers={"Accept": JSON})
    assert told.status_code == 409
    response = as_editor.post(f"/questions/{pk}/", mine)
    assert response.status_code == 409
    text = response.content.decode()
    assert "someone else changed the answer to “Or what?”" in text
    assert "Theirs." in text
    assert "Mine, &lt;b&gt;bold&lt;/b&gt;." in text
    assert row("Or what?").answer == "Theirs."
    # A third answer that comes before one has chosen is shown as well.
    as_admin.post(f"/questions/{pk}/", fields(as_admin, pk, answer="Third."))
    response = as_editor.post(f"/questions/{pk}/", fields_of(response) | {"block-0": "mine"})
    assert response.status_code == 409
    assert "Third." in response.content.decode()
    as_editor.post(f"/questions/{pk}/", fields_of(response) | {"block-0": "mine"})
    assert row("Or what?").answer == "Mine, <b>bold</b>."


@pytest.fixture
def two_answers(as_editor, as_admin, s3):
    """The screen for two answers, and its address."""
    path = f"/questions/{row('Or what?').pk}/"
    mine = fields(as_editor, row("Or what?").pk, answer="Mine.")
    as_admin.post(path, fields(as_admin, row("Or what?").pk, answer="Theirs."))
    return path, as_editor.post(path, mine)


def test_using_their_answer_stores_mine_in_the_history(as_editor, s3, two_answers):
    path, screen = two_answers
    response = as_editor.post(path, fields_of(screen) | {"everywhere": "theirs"}, follow=True)
    assert "Both texts are in the page’s" in response.content.decode()
    assert row("Or what?").answer == "Theirs."
    assert Revision.objects.filter(page=s3.pk, notes__contains="> Mine.").exists()


def test_both_answers_can_be_used_and_edited(as_editor, s3, two_answers):
    path, screen = two_answers
    chosen = {"block-0": "both", "_continue": "1"}
    response = as_editor.post(path, fields_of(screen) | chosen)
    assert response["Location"].startswith(f"{path}?")
    assert row("Or what?").answer == "Mine.\n\nTheirs."
    assert fields_of(as_editor.get(path))["answer"] == "Mine.\r\n\r\nTheirs."


def test_an_answer_to_a_question_that_is_gone_is_not_lost(as_editor, s3):
    pk = row("Or what?").pk
    form = fields(as_editor, pk, answer="That.")
    revise(s3, "Nothing.\n", version=1)
    response = as_editor.post(f"/questions/{pk}/", form)
    assert response.status_code == 410
    again = dict(fields_of(response))
    assert (again["words"], again["answer"]) == ("Or what?", "That.")
    as_editor.post("/pages/s3/ask/", again)
    assert notes(s3) == "Nothing.\n\nOr what?\n\n> [!answer]\n> That.\n"
    assert as_editor.get(f"/questions/{pk}/").status_code == 404
    assert as_editor.get(f"/questions/{10**30}/").status_code == 404


def test_an_answer_on_a_page_in_the_trash_is_shown_to_be_copied(as_editor, editor, s3):
    pk = row("Or what?").pk
    form = fields(as_editor, pk, answer="That & this.")
    trash.throw_away(s3, by=editor)
    for path in (f"/questions/{pk}/", "/pages/s3/ask/"):
        response = as_editor.post(path, form | {"words": "Or what?"})
        assert response.status_code == 410
        text = response.content.decode()
        assert "That &amp; this.</textarea>" in text
        assert "Or what?</textarea>" in text


# -- asking and dismissing ---------------------------------------------------------------------


def test_asks_on_a_page_and_shows_it_there(as_editor, s3):
    response = as_editor.post("/pages/s3/ask/", {"words": "Who pays?", "next": "/services/s3/"})
    pk = row("Who pays?").pk
    assert response["Location"] == f"/services/s3/#kb-question-{pk}"
    page = as_editor.get("/services/s3/").content.decode()
    assert f'id="kb-question-{pk}"' in page
    assert "Question added at the end of this page." in page
    assert notes(s3) == NOTES + "\nWho pays?\n"
    told = as_editor.post("/pages/s3/ask/", {"words": " "}, headers={"Accept": JSON})
    assert (told.status_code, told.json()) == (400, {"error": "A question needs some words."})
    assert "A question needs some words." in as_editor.post("/pages/s3/ask/").content.decode()


def test_asks_on_a_page_that_was_renamed_meanwhile(as_editor, s3):
    revise(s3, version=1, title="Simple Storage", slug="simple-storage")
    as_editor.post("/pages/s3/ask/", {"words": "Who pays?"})
    assert row("Who pays?").page_id == s3.pk


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


# -- logged out while writing --------------------------------------------------------------------


@pytest.mark.parametrize("fields", [{"answer": "Half an hour <b>."}, {"words": "Why?"}])
def test_who_was_logged_out_gets_all_that_they_typed_back(as_nobody, as_editor, s3, fields):
    first = s3.questions.all()[0]
    path = "/pages/s3/ask/" if "words" in fields else f"/questions/{first.pk}/"
    form = fields_of(as_editor.get(path)) | fields
    del form["csrfmiddlewaretoken"]
    response = as_nobody.post(path, form)
    assert response.status_code == 401
    assert "Your session has ended" in response.content.decode()
    again = fields_of(response)
    assert again | form == again
    as_editor.post(path, again)
    assert next(iter(fields.values())) in Page.objects.get().notes


def test_our_script_is_sent_to_the_log_in_as_before(as_nobody, s3):
    path = f"/questions/{s3.questions.all()[0].pk}/"
    response = as_nobody.post(path, {"answer": "x"}, headers={"accept": JSON})
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("fields", [{"answer": "Half an hour."}, {"words": "Why?"}])
def test_a_form_that_is_too_old_gives_what_was_typed_back(editor, s3, fields):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    path = "/pages/s3/ask/" if "words" in fields else f"/questions/{s3.questions.all()[0].pk}/"
    response = client.post(path, fields, headers={"origin": "http://testserver"})
    assert response.status_code == 403
    assert fields_of(response) | fields == fields_of(response)
    elsewhere = client.post(path, fields, headers={"origin": "https://example.com"})
    assert next(iter(fields.values())) not in elsewhere.content.decode()
