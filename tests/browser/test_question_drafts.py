"""Questions and answers that are typed and not saved: back after a crash, and on other machines."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect

from services.models import Category, Draft, Page, Question
from services.models.drafts import ASK
from services.pages import answer, drafts
from services.pages.revise import revise
from tests.support.pages import make_service
from tests.support.writing import Tabs, beat, first_of, log_in, serious

pytestmark = pytest.mark.django_db(transaction=True)
NOTES = "Why S3?\n\nHow much?\n\n> [!answer]\n> *Little*.\n"
BACK = "Your unsaved text from"
STORED = "Object.keys(localStorage).filter((key) => key.startsWith('kb.asked.'))"
SLOW = """const quick = window.fetch;
window.fetch = async (...what) => {
  if (what[0].endsWith("/drafts/")) await new Promise((done) => setTimeout(done, 300));
  return quick(...what);
};"""
DRAFT_SAVED = re.compile(r"Draft saved \d\d:\d\d")


@pytest.fixture
def s3(transactional_db: None) -> Page:
    shelf = Category.objects.get_or_create(slug="data-store", defaults={"name": "Data Store"})[0]
    return make_service(title="S3", category=shelf, notes=NOTES)


@pytest.fixture
def tab(tabs: Tabs, s3: Page, editor) -> Tab:
    opened = tabs(editor, "/questions/")
    answering(opened)
    return opened


def answering(tab: Tab) -> None:
    tab.get_by_role("link", name="Answer Why S3?").click()
    expect(field(tab)).to_be_focused()


def field(tab: Tab) -> Any:
    return tab.get_by_role("textbox", name="Answer to: Why S3?")


def said(tab: Tab) -> Any:
    return tab.locator(".answer-state")


def typed(person: Any, place: str = "") -> str:
    """What the server keeps for the answer, or for the question that is asked."""
    pk = Question.objects.filter(text="Why S3?").values_list("pk", flat=True).first()
    draft = drafts.find_draft(person, Page.objects.get(), place or drafts.answer_place(pk or 0))
    return draft.fields["words" if place else "answer"] if draft else ""


def notes() -> str:
    return Page.objects.get().notes


def leave(tab: Tab, path: str = "/tags/") -> None:
    """Nobody is asked: all that was typed is kept."""
    asked: list[str] = []

    def hear(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    tab.on("dialog", hear)
    tab.goto(path)
    tab.wait_for_load_state("networkidle")
    tab.remove_listener("dialog", hear)
    assert asked == []


def test_an_answer_is_back_on_another_machine_and_saving_ends_it(tab, tabs, editor):
    expect(tab.get_by_text(BACK)).to_have_count(0)
    field(tab).press_sequentially("It lasts.")
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    assert typed(editor) == "It lasts."
    assert tab.evaluate(STORED) == []
    other = tabs(editor, "/")
    other.get_by_role("link", name="The answer to: Why S3?").click()
    expect(field(other)).to_have_value("It lasts.")
    expect(other.get_by_text(BACK)).to_be_visible()
    assert serious(other) == []
    other.goto("/services/s3/")
    answering(other)
    expect(field(other)).to_have_value("It lasts.")
    field(other).fill("It lasts long.")
    expect(said(other)).to_have_text(DRAFT_SAVED)
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_text("Answer saved.")).to_be_visible()
    assert "> It lasts long.\n" in notes()
    assert not Draft.objects.exists()
    # The first machine hears of it, and what goes on there is a text of its own.
    field(tab).press_sequentially(" Mine.")
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("someone else changed the answer")).to_be_visible()


def test_discarding_ends_it(tab, editor):
    field(tab).fill("It lasts.")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    leave(tab, "/questions/")
    answering(tab)
    tab.get_by_role("button", name="Discard").click()
    expect(field(tab)).to_have_value("")
    expect(field(tab)).to_be_focused()
    expect(tab.get_by_text(BACK)).to_have_count(0)
    assert not Draft.objects.written().exists()
    field(tab).fill("Once more.")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    tab.once("dialog", lambda dialog: dialog.accept())
    with tab.expect_response("**/drafts/discard/"):
        tab.get_by_role("link", name="Cancel").click()
    expect(field(tab)).to_have_count(0)
    assert not Draft.objects.written().exists()
    assert tab.evaluate(STORED) == []


def test_discarding_on_a_page_of_its_own_and_cancelling_there(tabs, s3, editor):
    pk = Question.objects.get(text="How much?").pk
    fields = {"answer": "A lot.", "seen": answer.mark("*Little*."), "asked": "How much?"}
    drafts.save_draft(editor, s3, 0, fields, drafts.answer_place(pk))
    tab = tabs(editor, f"/questions/{pk}/?next=/tags/")
    area = tab.get_by_role("textbox", name="Answer to: How much?")
    expect(area).to_have_value("A lot.")
    tab.get_by_role("button", name="Discard").click()
    expect(area).to_have_value("*Little*.")
    area.fill("More.")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    # As it was: there is nothing to be kept.
    area.fill("*Little*.")
    beat(tab)
    expect(said(tab)).to_have_text("")
    assert not Draft.objects.written().exists()
    area.fill("Most.")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    tab.once("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("link", name="Cancel").click()
    expect(tab.get_by_role("heading", name="Tags", level=1)).to_be_visible()
    assert not Draft.objects.exists()


def test_the_last_words_before_leaving_arrive(tab, editor):
    field(tab).press_sequentially("It")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    field(tab).press_sequentially(" lasts.")
    leave(tab)
    assert typed(editor) == "It lasts."
    tab.goto("/questions/")
    answering(tab)
    expect(field(tab)).to_have_value("It lasts.")
    expect(tab.locator(".answer-draft")).to_have_count(1)
    assert tab.evaluate(STORED) == []


def test_the_first_words_are_sent_from_the_next_page(tab, editor):
    field(tab).fill("Quick.")
    leave(tab)
    assert typed(editor) == ""
    leave(tab, "/services/s3/")
    assert typed(editor) == "Quick."
    assert tab.evaluate(STORED) == []


def test_without_a_connection_it_is_kept_here_and_sent_when_it_is_back(tab, editor):
    field(tab).press_sequentially("One")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    tab.context.set_offline(True)
    field(tab).press_sequentially(" two")
    beat(tab)
    expect(said(tab)).to_contain_text("Not connected: saved in this browser.")
    assert typed(editor) == "One"
    assert len(tab.evaluate(STORED)) == 1
    tab.context.set_offline(False)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    assert typed(editor) == "One two"
    assert tab.evaluate(STORED) == []


def test_what_was_never_sent_is_sent_before_the_form_is_opened_again(tab, editor):
    tab.route("**/drafts/", lambda route: route.abort())
    field(tab).fill("Lost?")
    beat(tab)
    expect(said(tab)).to_contain_text("saved in this browser")
    leave(tab)
    tab.unroute("**/drafts/")
    # The form is asked for while that is on its way.
    tab.add_init_script(SLOW)
    tab.goto("/questions/")
    answering(tab)
    expect(field(tab)).to_have_value("Lost?")
    expect(tab.get_by_text(BACK)).to_be_visible()
    assert typed(editor) == "Lost?"
    assert tab.evaluate(STORED) == []


def test_last_words_that_did_not_arrive_are_back_in_the_form(tab, editor):
    pk = Question.objects.get(text="Why S3?").pk
    field(tab).press_sequentially("One")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    # A browser that believes they were sent.
    tab.evaluate("() => { navigator.sendBeacon = () => true }")
    field(tab).press_sequentially(" two")
    leave(tab)
    assert typed(editor) == "One"
    tab.goto(f"/questions/{pk}/")
    expect(field(tab)).to_have_value("One two")
    expect(tab.get_by_text(BACK)).to_have_count(1)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    assert typed(editor) == "One two"
    assert tab.evaluate(STORED) == []


def test_after_a_log_out_it_is_kept_here_and_sent_after_the_log_in(tab, editor, live_server):
    tab.context.clear_cookies(name="sessionid")
    field(tab).fill("Later.")
    beat(tab)
    expect(said(tab)).to_contain_text("You are logged out: saved in this browser.")
    log_in(tab.context, live_server.url, editor)
    tab.context.new_page().goto("/")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    assert typed(editor) == "Later."


def test_somebody_else_who_logs_in_gets_nothing(tab, admin, live_server):
    tab.context.clear_cookies(name="sessionid")
    field(tab).fill("Mine.")
    beat(tab)
    expect(said(tab)).to_contain_text("You are logged out")
    log_in(tab.context, live_server.url, admin)
    beat(tab)
    expect(said(tab)).to_contain_text("Someone else has logged in here.")
    leave(tab, "/questions/")
    answering(tab)
    expect(field(tab)).to_have_value("")
    expect(tab.locator(".answer-draft")).to_have_count(0)
    assert not Draft.objects.exists()
    assert len(tab.evaluate(STORED)) == 1


def test_leaving_with_text_that_is_kept_nowhere_asks(tab):
    tab.route("**/drafts/", lambda route: route.abort())
    tab.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full') } }")
    field(tab).fill("Nowhere")
    beat(tab)
    expect(said(tab)).to_contain_text("could not be saved as a draft")
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    tab.goto("/tags/")
    assert asked == ["beforeunload"]


def test_a_request_that_comes_after_saving_brings_nothing_back(tab, editor):
    field(tab).fill("No")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    held: list[Route] = []
    tab.route("**/drafts/", lambda route: held.append(route))
    field(tab).press_sequentially("w")
    beat(tab)
    request = first_of(tab, held).request
    body, headers = request.post_data_buffer, request.headers
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("Answer saved.")).to_be_visible()
    tab.unroute("**/drafts/")
    late = tab.request.post("/drafts/", data=body, headers=headers)
    assert late.status == 409
    assert not Draft.objects.exists()
    tab.goto("/questions/?state=answered")
    tab.get_by_role("link", name="Edit answer Why S3?").click()
    expect(field(tab)).to_have_value("Now")
    expect(tab.locator(".answer-draft")).to_have_count(0)
    assert tab.evaluate(STORED) == []


def test_two_windows_keep_both_texts(tab, tabs, editor):
    other = tabs.another(tab, "/questions/")
    answering(other)
    field(tab).fill("First.")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    field(other).fill("Second.")
    beat(other)
    expect(said(other)).to_contain_text("in another window too")
    assert typed(editor) == "First."
    assert len(other.evaluate(STORED)) == 1
    # Later, that is no continuation of what the server has: it is offered, and told apart.
    leave(other, "/questions/")
    answering(other)
    expect(field(other)).to_have_value("First.")
    expect(other.get_by_text("This browser has other unsaved text of yours")).to_contain_text(
        "“Second.”"
    )
    assert serious(other) == []
    other.get_by_role("button", name="Use it").click()
    expect(field(other)).to_have_value("Second.")
    expect(said(other)).to_have_text(DRAFT_SAVED)
    assert typed(editor) == "Second."


def test_an_answer_that_is_back_overwrites_no_other(tab, editor):
    pk = Question.objects.get(text="Why S3?").pk
    field(tab).fill("Mine.")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    leave(tab)
    answer.answer_question(pk, "Theirs.", seen=answer.mark(""), by=None)
    tab.goto(f"/questions/{pk}/")
    expect(field(tab)).to_have_value("Mine.")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("someone else changed the answer")).to_be_visible()
    assert typed(editor) == "Mine."
    assert serious(tab) == []
    tab.get_by_role("button", name="Use theirs").click()
    expect(tab.get_by_text("Both texts are in the page’s")).to_be_visible()
    assert not Draft.objects.exists()
    assert tab.evaluate(STORED) == []


def test_what_was_saved_at_once_is_not_offered_after_a_choice(tab, editor):
    pk = Question.objects.get(text="Why S3?").pk
    answer.answer_question(pk, "Theirs.", seen=answer.mark(""), by=None)
    field(tab).fill("Mine.")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("someone else changed the answer")).to_be_visible()
    assert typed(editor) == "Mine."
    assert tab.evaluate(STORED) == []
    tab.get_by_role("button", name="Use theirs").click()
    expect(tab.get_by_text("Both texts are in the page’s")).to_be_visible()
    tab.goto(f"/questions/{pk}/")
    expect(field(tab)).to_have_value("Theirs.")
    expect(tab.locator(".answer-draft")).to_have_count(0)


def test_a_question_goes_along_to_its_own_page_and_comes_back(tabs, s3, editor):
    tab = tabs(editor, "/services/s3/")
    tab.get_by_text("Ask a question").click()
    words = tab.get_by_role("textbox", name="Your question")
    words.fill("Who pays")
    tab.get_by_role("link", name="Add an answer too").click()
    expect(tab.get_by_label("Question", exact=True)).to_have_value("Who pays")
    tab.get_by_label("Answer (optional)").fill("We do.")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    assert typed(editor, ASK) == "Who pays"
    leave(tab, "/services/s3/")
    expect(tab.get_by_text(BACK)).to_be_visible()
    expect(words).to_have_value("Who pays")
    expect(tab.get_by_label("Its answer")).to_have_value("We do.")
    assert serious(tab) == []
    words.fill("Who pays?")
    words.press("Enter")
    expect(tab.get_by_text("Question added at the end of this page")).to_be_visible()
    assert notes().endswith("\nWho pays?\n\n> [!answer]\n> We do.\n")
    assert not Draft.objects.exists()
    assert tab.evaluate(STORED) == []


def test_a_question_that_is_emptied_again_is_none(tabs, s3, editor):
    tab = tabs(editor, "/services/s3/")
    tab.get_by_text("Ask a question").click()
    words = tab.get_by_role("textbox", name="Your question")
    words.fill("Who pays")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    words.fill("")
    beat(tab)
    expect(said(tab)).to_have_text("")
    assert not Draft.objects.exists()


def test_the_answer_to_a_question_that_went_is_asked_anew(tab, s3, editor):
    field(tab).fill("It lasts.")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    leave(tab)
    revise(s3, "Nothing.\n", version=1)
    tab.goto("/")
    tab.get_by_role("link", name="The answer to: Why S3?").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("This question is gone")
    expect(tab.get_by_label("Answer (optional)")).to_have_value("It lasts.")
    assert serious(tab) == []
    tab.get_by_label("Answer (optional)").fill("It lasts long.")
    beat(tab)
    expect(said(tab)).to_have_text(DRAFT_SAVED)
    tab.get_by_role("button", name="Add to the page").click()
    expect(tab.get_by_text("Question added")).to_be_visible()
    assert notes() == "Nothing.\n\nWhy S3?\n\n> [!answer]\n> It lasts long.\n"
    assert not Draft.objects.exists()


def test_without_scripts_it_is_in_the_form_and_can_be_discarded(tabs, s3, editor):
    pk = Question.objects.get(text="Why S3?").pk
    drafts.save_draft(editor, s3, 0, {"answer": "It lasts."}, drafts.answer_place(pk))
    drafts.save_draft(editor, s3, 0, {"words": "Who pays?"}, ASK)
    tab = tabs(editor, f"/questions/{pk}/", java_script_enabled=False)
    expect(field(tab)).to_have_value("It lasts.")
    tab.get_by_role("button", name="Discard").click()
    expect(tab.get_by_text("The draft is discarded.")).to_be_visible()
    expect(field(tab)).to_have_value("")
    tab.goto("/services/s3/")
    expect(tab.get_by_role("textbox", name="Your question")).to_have_value("Who pays?")
    tab.get_by_role("button", name="Discard").click()
    assert not Draft.objects.exists()
