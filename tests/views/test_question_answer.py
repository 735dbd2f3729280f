"""Answering a question: saved, refused, answered twice or gone."""

import pytest

from services.models import Category, Revision
from services.pages import answer, trash
from services.pages.revise import revise
from tests.support.html_forms import fields_of
from tests.support.pages import make_service
from tests.views.test_questions import JSON, NOTES, notes, row

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def s3():
    shelf = Category.objects.get(slug="data-store")
    return make_service(title="S3", category=shelf, notes=NOTES)


def fields(client, pk: int, **more) -> dict[str, object]:
    return dict(fields_of(client.get(f"/questions/{pk}/?next=/questions/"))) | more


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
    response = as_editor.post(
        f"/questions/{pk}/", fields(as_editor, pk, answer="---"), headers={"Accept": JSON}
    )
    assert response.status_code == 400
    assert "would not be read" in response.json()["error"]
    assert notes(s3) == NOTES


def test_two_answers_at_once_are_both_shown_and_nothing_is_lost(as_editor, as_admin, s3):
    pk = row("Or what?").pk
    mine = fields(as_editor, pk, answer="Mine, <b>bold</b>.")
    as_admin.post(f"/questions/{pk}/", fields(as_admin, pk, answer="Theirs."))
    response = as_editor.post(f"/questions/{pk}/", mine, headers={"Accept": JSON})
    assert response.status_code == 409
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
