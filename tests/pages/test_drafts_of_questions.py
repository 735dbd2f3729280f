"""Questions and answers that are typed and not saved: kept for one person, until they decide."""

from __future__ import annotations

import pytest

from services.models import Category, Draft, Page, Question
from services.models.drafts import ASK
from services.pages import drafts, trash
from services.pages.answer import answer_question, mark
from services.pages.revise import revise
from tests.conftest import client_of
from tests.support.html_forms import fields_of
from tests.support.pages import make_service
from tests.views.test_drafts import count_queries

pytestmark = pytest.mark.django_db
NOTES = "Why *S3*?\n\nHow much?\n\n> [!answer]\n> Little.\n"
JSON = {"accept": "application/json"}
BACK = "Your unsaved text from"


@pytest.fixture
def s3() -> Page:
    shelf = Category.objects.get(slug="data-store")
    return make_service(title="S3", category=shelf, notes=NOTES)


def row(text: str = "Why *S3*?") -> Question:
    return Question.objects.get(text=text)


def at(question: Question) -> str:
    return drafts.answer_place(question.pk)


def beat(client, page: Page, place: str, **more: object) -> dict:
    response = client.post("/drafts/", {"page": page.pk, "place": place, **more})
    assert response.status_code == 200, response.content
    return response.json()


def typed(client, page: Page, place: str, known: dict, **fields: object):
    told = {"page": page.pk, "place": place, "draft": known["draft"], "since": known["saved_at"]}
    return client.post("/drafts/", told | fields)


def kept(person, page: Page, question: Question, text: str) -> Draft:
    fields = {"answer": text, "seen": mark(question.answer), "asked": question.text}
    return drafts.save_draft(person, page, 0, fields, at(question))


def html(client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


# -- keeping -------------------------------------------------------------------------------------


def test_an_answer_is_kept_apart_from_the_page_and_from_others(as_editor, editor, admin, s3):
    place = at(row())
    known = beat(as_editor, s3, place)
    assert known["saved_at"] == ""
    fields = {"answer": "It lasts.", "seen": "x", "asked": "Why *S3*?", "decision": "x"}
    answer = typed(as_editor, s3, place, known, **fields)
    assert set(answer.json()) == {"draft", "saved_at"}
    assert drafts.find_draft(editor, s3, place).fields == {
        "answer": "It lasts.",
        "seen": "x",
        "asked": "Why *S3*?",
    }
    assert drafts.find_draft(editor, s3) is None
    assert drafts.find_draft(editor, s3, at(row("How much?"))) is None
    assert drafts.find_draft(admin, s3, place) is None
    assert Page.objects.get().notes == NOTES


def test_a_question_that_is_asked_is_one_a_page(as_editor, editor, s3):
    known = beat(as_editor, s3, ASK)
    assert typed(as_editor, s3, ASK, known, words="Who pays?").status_code == 200
    assert drafts.find_draft(editor, s3, ASK).fields == {"words": "Who pays?"}
    assert beat(as_editor, s3, ASK)["draft"] == known["draft"]


@pytest.mark.parametrize("place", ["x", "answer.", "answer.x", "answer.1.2", "ask\0", "0a1b2c3d"])
def test_there_is_no_other_place(as_editor, s3, place):
    for more in ({}, {"answer": "x"}):
        response = as_editor.post("/drafts/", {"page": s3.pk, "place": place, **more})
        assert response.status_code == 400
        assert response.json()["reason"] == "place"
    as_editor.post("/drafts/discard/", {"page": s3.pk, "place": place})
    assert as_editor.post("/drafts/", {"page": "", "place": "ask"}).status_code == 400
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"answer": "x" * 101}, "This text is too long: it may have 100"),
        ({"answer": "a\0b"}, "NUL"),
        ({"words": "a\0b"}, "NUL"),
        ({"words": "x" * 100_001}, "The fields other than the text are too long."),
    ],
)
def test_refuses_what_could_not_be_stored(as_editor, editor, s3, settings, fields, words):
    settings.NOTE_MAX_BYTES = 100
    response = typed(as_editor, s3, ASK, beat(as_editor, s3, ASK), **fields)
    assert response.status_code == 400
    assert words in response.json()["error"]
    assert drafts.find_draft(editor, s3, ASK) is None


def test_refuses_strangers_readers_and_who_was_here_before(
    as_nobody, as_reader, as_editor, admin, s3
):
    told = {"page": s3.pk, "place": ASK, "words": "Who?"}
    for path in ("/drafts/", "/drafts/discard/"):
        assert as_nobody.post(path, told)["Location"].startswith("/login/")
        assert as_reader.post(path, told).status_code == 403
    assert as_editor.post("/drafts/", told | {"person": admin.pk}).status_code == 403
    assert not Draft.objects.exists()


def test_nobody_writes_into_or_discards_the_draft_of_another(as_editor, as_admin, editor, s3):
    draft = kept(editor, s3, row(), "Mine.")
    place, since = at(row()), draft.saved_at.isoformat()
    known = {"draft": draft.pk, "saved_at": since}
    assert typed(as_admin, s3, place, known, answer="Theirs.").status_code == 409
    as_admin.post("/drafts/discard/", {"page": s3.pk, "place": place, "kept": since})
    assert drafts.find_draft(editor, s3, place).fields["answer"] == "Mine."
    assert BACK not in html(as_admin, f"/questions/{row().pk}/")
    assert "The answer to" not in html(as_admin, "/")


def test_two_windows_do_not_overwrite_each_other(as_editor, editor, s3):
    place = at(row())
    known = beat(as_editor, s3, place)
    first = typed(as_editor, s3, place, known, answer="First.")
    other = typed(as_editor, s3, place, known, answer="Other.")
    assert (other.status_code, other.json()["reason"]) == (409, "elsewhere")
    assert drafts.find_draft(editor, s3, place).fields == {"answer": "First."}
    # The same once more is no other text: only the answer to it was lost.
    again = typed(as_editor, s3, place, known, answer="First.")
    assert again.json()["saved_at"] == first.json()["saved_at"]


# -- the form ------------------------------------------------------------------------------------


def test_the_form_comes_with_the_draft_and_says_so(as_editor, as_admin, editor, s3):
    question = row("How much?")
    kept(editor, s3, question, "A <b>lot</b>.")
    for path in (f"/questions/{question.pk}/", f"/questions/{question.pk}/?part=1"):
        text = html(as_editor, path)
        assert "A &lt;b&gt;lot&lt;/b&gt;.</textarea>" in text
        assert BACK in text
        theirs = html(as_admin, path)
        assert "Little.</textarea>" in theirs
        assert BACK not in theirs


def test_the_form_to_ask_comes_with_the_draft_also_beside_the_page(as_editor, editor, s3):
    drafts.save_draft(editor, s3, 0, {"words": "Who pays?", "answer": "We do."}, ASK)
    for path in ("/pages/s3/ask/", "/services/s3/"):
        text = html(as_editor, path)
        assert 'value="Who pays?"' in text
        assert "We do.</textarea>" in text
        assert BACK in text
    response = as_editor.post("/pages/s3/ask/", fields_of(as_editor.get("/pages/s3/ask/")))
    assert response.status_code == 302
    assert not Draft.objects.exists()


def test_a_page_asks_no_more_for_it(as_editor, editor, s3):
    before = count_queries(as_editor, "/services/s3/")[1]
    drafts.save_draft(editor, s3, 0, {"words": "Who pays?"}, ASK)
    kept(editor, s3, row(), "It lasts.")
    text, queries = count_queries(as_editor, "/services/s3/")
    assert queries == before
    assert "You have unsaved text for this page" not in text


def test_an_old_draft_overwrites_no_newer_answer(as_editor, editor, s3):
    question = row()
    kept(editor, s3, question, "Mine.")
    answer_question(question.pk, "Theirs.", seen=mark(""), by=None)
    form = fields_of(as_editor.get(f"/questions/{question.pk}/"))
    assert form["answer"] == "Mine."
    clash = as_editor.post(f"/questions/{question.pk}/", form)
    assert clash.status_code == 409
    assert row().answer == "Theirs."
    # It stays until that is resolved.
    assert drafts.find_draft(editor, s3, at(question)).fields["answer"] == "Mine."
    as_editor.post(f"/questions/{question.pk}/", fields_of(clash) | {"everywhere": "theirs"})
    assert not Draft.objects.exists()


# -- ending --------------------------------------------------------------------------------------


def test_saving_ends_it_and_a_late_request_brings_nothing_back(as_editor, editor, s3):
    question = row()
    place = at(question)
    known, seen = beat(as_editor, s3, place), mark("")
    known = typed(as_editor, s3, place, known, answer="It", seen=seen).json()
    form = fields_of(as_editor.get(f"/questions/{question.pk}/?part=1")) | {"answer": "It lasts."}
    response = as_editor.post(f"/questions/{question.pk}/", form, headers=JSON)
    assert response.status_code == 200
    assert not Draft.objects.exists()
    late = typed(as_editor, s3, place, known, answer="It la")
    assert (late.status_code, late.json()["reason"]) == (409, "ended")
    assert not Draft.objects.exists()


def test_saving_keeps_what_was_typed_elsewhere_since_unless_it_is_the_same(as_editor, editor, s3):
    question = row()
    form = fields_of(as_editor.get(f"/questions/{question.pk}/"))
    kept(editor, s3, question, "Phone.")
    as_editor.post(f"/questions/{question.pk}/", form | {"answer": "Desk."})
    assert drafts.find_draft(editor, s3, at(question)).fields["answer"] == "Phone."
    form = fields_of(as_editor.get(f"/questions/{question.pk}/"))
    drafts.save_draft(editor, s3, 0, {"answer": "Both.\r\n"}, at(question))
    form |= {"answer": "Both.", "seen": mark("Desk.")}
    assert as_editor.post(f"/questions/{question.pk}/", form).status_code == 302
    assert not Draft.objects.exists()


def test_what_is_refused_is_kept(as_editor, editor, s3):
    question = row()
    form = fields_of(as_editor.get(f"/questions/{question.pk}/")) | {"answer": "---"}
    refused = as_editor.post(f"/questions/{question.pk}/", form)
    assert refused.status_code == 400
    assert drafts.find_draft(editor, s3, at(question)).fields["answer"] == "---"
    as_editor.post(f"/questions/{question.pk}/", fields_of(refused) | {"answer": "Good."})
    assert not Draft.objects.exists()
    as_editor.post("/pages/s3/ask/", {"words": " ", "answer": " "})
    assert not Draft.objects.exists()
    as_editor.post("/pages/s3/ask/", {"words": "", "answer": "We do.", "place": ""})
    assert not Draft.objects.exists()
    as_editor.post("/pages/s3/ask/", {"words": "", "answer": "We do."})
    assert drafts.find_draft(editor, s3, ASK).fields == {"words": "", "answer": "We do."}


def test_what_is_refused_takes_no_place_of_what_nobody_looked_at(as_editor, editor, s3):
    question = row()
    form = fields_of(as_editor.get(f"/questions/{question.pk}/"))
    kept(editor, s3, question, "Phone.")
    refused = as_editor.post(f"/questions/{question.pk}/", form | {"answer": "---"})
    assert 'data-draft=""' in refused.content.decode()
    assert drafts.find_draft(editor, s3, at(question)).fields["answer"] == "Phone."


def test_discarding_ends_what_its_form_shows(as_editor, editor, s3):
    question = row()
    draft = kept(editor, s3, question, "Mine.")
    told = {"page": s3.pk, "place": at(question), "kept": draft.saved_at.isoformat()}
    drafts.save_draft(editor, s3, 1, {"notes": "Page"})
    kept(editor, s3, question, "Phone.")
    as_editor.post("/drafts/discard/", told)
    assert drafts.find_draft(editor, s3, at(question)).fields["answer"] == "Phone."
    as_editor.post("/drafts/discard/", {"page": s3.pk, "place": at(question)})
    assert [draft.place for draft in Draft.objects.all()] == [""]


# -- the question, or the page, goes ---------------------------------------------------------------


def test_home_lists_them_with_a_way_to_the_form(as_editor, as_reader, editor, s3):
    question = row()
    kept(editor, s3, question, "It lasts.")
    drafts.save_draft(editor, s3, 0, {"words": "Who pays?"}, ASK)
    text = html(as_editor, "/")
    assert f'<a href="/questions/{question.pk}/">The answer to: Why S3?</a>' in text
    assert '<a href="/pages/s3/ask/">A question: Who pays?</a>' in text
    assert "not saved yet" not in html(as_reader, "/")
    # A draft without its question's words, as from an older form.
    drafts.save_draft(editor, s3, 0, {"answer": "x"}, at(question))
    assert "The answer to: a question" in html(as_editor, "/")


def test_an_answer_outlives_its_question(as_editor, as_admin, editor, s3):
    question = row()
    place = at(question)
    kept(editor, s3, question, "It lasts.")
    revise(s3, "Nothing.\n", version=1)
    assert "The answer to: Why S3?" in html(as_editor, "/")
    assert html(as_admin, f"/questions/{question.pk}/", 404)
    response = as_editor.get(f"/questions/{question.pk}/")
    assert "This question is gone" in response.content.decode()
    form = fields_of(response)
    assert (form["words"], form["answer"]) == ("Why *S3*?", "It lasts.")
    # What is typed there goes on being that draft.
    known = beat(as_editor, s3, place)
    typed(as_editor, s3, place, known, words="Why?", answer="It lasts.", asked="Why *S3*?")
    form = fields_of(as_editor.get(f"/questions/{question.pk}/")) | {"words": "Why not?"}
    as_editor.post("/pages/s3/ask/", form)
    assert Page.objects.get().notes == "Nothing.\n\nWhy not?\n\n> [!answer]\n> It lasts.\n"
    assert not Draft.objects.exists()
    assert html(as_editor, f"/questions/{question.pk}/", 404)


def test_what_is_posted_for_a_question_that_is_gone_is_kept(as_editor, editor, s3):
    question = row()
    form = fields_of(as_editor.get(f"/questions/{question.pk}/")) | {"answer": "It lasts."}
    revise(s3, "Nothing.\n", version=1)
    gone = as_editor.post(f"/questions/{question.pk}/", form)
    assert gone.status_code == 410
    assert drafts.find_draft(editor, s3, at(question)).fields["answer"] == "It lasts."
    as_editor.post("/pages/s3/ask/", fields_of(gone))
    assert not Draft.objects.exists()


def test_a_question_that_comes_back_has_its_draft_again(as_editor, editor, s3):
    old = row()
    kept(editor, s3, old, "It lasts.")
    trash.throw_away(s3, by=editor)
    trash.take_out(s3, by=editor)
    new = row()
    assert new.pk != old.pk
    response = as_editor.get(f"/questions/{old.pk}/")
    assert response["Location"] == f"/questions/{new.pk}/"
    assert "It lasts.</textarea>" in html(as_editor, f"/questions/{new.pk}/")
    form = fields_of(as_editor.get(f"/questions/{new.pk}/"))
    as_editor.post(f"/questions/{new.pk}/", form)
    assert row().answer == "It lasts."
    assert not Draft.objects.exists()


def test_a_question_that_comes_back_is_answered_once(as_editor, editor, s3):
    old = row()
    kept(editor, s3, old, "Before.")
    revise(s3, "Nothing.\n", version=1)
    revise(s3, NOTES, version=2)
    kept(editor, s3, row(), "After.")
    assert "After.</textarea>" in html(as_editor, f"/questions/{row().pk}/")
    assert "Before.</textarea>" in html(as_editor, f"/questions/{old.pk}/")


def test_another_question_of_the_same_words_leaves_a_draft_where_it_is(as_editor, editor):
    page = make_service(
        title="SQS", category=Category.objects.get(slug="integration"), notes="Why?\n\nWhy?\n"
    )
    first, second = page.questions.order_by("position")
    kept(editor, page, first, "Because.")
    assert BACK not in html(as_editor, f"/questions/{second.pk}/")
    assert "Because.</textarea>" in html(as_editor, f"/questions/{first.pk}/")


def test_text_for_a_page_in_the_trash_is_shown_and_keeps_the_page(as_editor, as_admin, editor, s3):
    question = row()
    kept(editor, s3, question, "It lasts.")
    drafts.save_draft(editor, s3, 0, {"words": "Who pays?"}, ASK)
    trash.throw_away(s3, by=editor)
    assert trash.empty() == 0
    assert html(as_editor, "/").count("in the trash") == 2
    for path, words in (
        (f"/questions/{question.pk}/", "It lasts."),
        ("/pages/s3/ask/", "Who pays?"),
    ):
        text = html(as_editor, path)
        assert "This page is gone" in text
        assert f"{words}</textarea>" in text
        assert html(as_admin, path, 404)
        as_editor.post("/drafts/discard/", fields_of(as_editor.get(path)))
    assert not Draft.objects.exists()
    assert trash.empty() == 1


# -- beside the editor's -------------------------------------------------------------------------


def test_who_answers_does_not_edit_the_page(as_editor, as_admin, editor, s3):
    beat(as_editor, s3, at(row()))
    kept(editor, s3, row(), "It lasts.")
    assert beat(as_admin, s3, "")["others"] == []
    assert "You have unsaved text" not in html(as_editor, "/pages/s3/edit/")
    assert "You have unsaved text" not in html(as_editor, "/services/s3/")
    form = fields_of(as_editor.get("/pages/s3/edit/")) | {"notes": NOTES + "More.\r\n"}
    client_of(editor).post("/pages/s3/edit/", form)
    assert "More." in Page.objects.get().notes
    assert drafts.find_draft(editor, s3, at(row())).fields["answer"] == "It lasts."
