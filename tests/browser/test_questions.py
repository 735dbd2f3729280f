"""Questions in a browser: answered where they are read, and gone through by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab

from services.models import Category, Page, Question
from services.pages import answer
from services.pages.revise import revise
from tests.conftest import person
from tests.support.pages import make_service
from tests.support.writing import BOTH_SIZES, PHONE, WIDE, serious, serious_in_both
from tests.support.writing import log_in as log_in_as

pytestmark = pytest.mark.django_db(transaction=True)
NOTES = "Why S3?\n\nHow much?\n\n> [!answer]\n> *Little*.\n\nOr what?\n\nAnd *last*?\n"


@pytest.fixture
def s3(live_server: Any) -> Iterator[Page]:
    cache.clear()
    person("edgar", "editors")
    shelf = Category.objects.get_or_create(slug="data-store", defaults={"name": "Data Store"})[0]
    yield make_service(title="S3", category=shelf, notes=NOTES)
    cache.clear()


def log_in(browser: Browser, live_server: Any, **options: Any) -> tuple[BrowserContext, Tab]:
    context = browser.new_context(base_url=live_server.url, **options)
    log_in_as(context, live_server.url, User.objects.get(username="edgar"))
    tab = context.new_page()
    tab.set_default_timeout(10_000)
    return context, tab


@pytest.fixture
def tab(browser: Browser, live_server: Any, s3: Page) -> Iterator[Tab]:
    """A tab of an editor; whatever the console has to say is a failure, unless it is expected."""
    context, opened = log_in(browser, live_server, viewport=WIDE)
    said: list[str] = []
    opened.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    expected = getattr(opened, "expected", "nothing")
    assert [line for line in said if expected not in line] == []


def notes() -> str:
    return Page.objects.get(title="S3").notes


def field(tab: Tab, words: str) -> Any:
    return tab.get_by_role("textbox", name=f"Answer to: {words}")


def entry(tab: Tab, words: str) -> Any:
    return tab.get_by_role("article", name=words)


def test_through_the_inbox_by_keyboard_alone(tab: Tab) -> None:
    tab.goto("/questions/")
    begin = tab.get_by_role("button", name="Go through them by keyboard")
    begin.focus()
    tab.keyboard.press("Enter")
    expect(entry(tab, "Why S3?")).to_be_focused()
    for key, words in (
        ("j", "Or what?"),
        ("n", "And last?"),
        ("j", "And last?"),
        ("k", "Or what?"),
    ):
        tab.keyboard.press(key)
        expect(entry(tab, words)).to_be_focused()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert tab.evaluate(outline) == "solid"
    tab.keyboard.press("Enter")
    expect(field(tab, "Or what?")).to_be_focused()
    tab.keyboard.type("Just jdk.")
    tab.keyboard.press("Control+Enter")
    # It leaves the list of open ones; one goes on at the next.
    expect(entry(tab, "And last?")).to_be_focused()
    expect(entry(tab, "Or what?")).to_have_count(0)
    expect(tab.get_by_role("status").get_by_text("Answer saved.")).to_be_visible()
    assert "Or what?\n\n> [!answer]\n> Just jdk.\n" in notes()
    tab.keyboard.press("a")
    expect(field(tab, "And last?")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(field(tab, "And last?")).to_have_count(0)
    expect(tab.get_by_role("link", name="Answer And last?")).to_be_focused()
    tab.keyboard.press("d")
    expect(entry(tab, "Why S3?")).to_be_focused()
    tab.get_by_role("button", name="Undo").press("Enter")
    expect(entry(tab, "And last?")).to_be_focused()
    expect(tab.get_by_text("It counts as a question again.")).to_be_visible()
    tab.get_by_role("button", name="Close").press("Enter")
    expect(tab.get_by_text("It counts as a question again.")).to_have_count(0)
    expect(entry(tab, "And last?")).to_be_focused()


def test_keys_do_nothing_outside_the_list_in_a_field_or_with_others(tab: Tab) -> None:
    tab.goto("/questions/")
    for key in ("j", "d", "a", "Enter"):
        tab.keyboard.press(key)
    expect(tab.locator("body")).to_be_focused()
    entry(tab, "Why S3?").focus()
    for key in ("Control+j", "Alt+k", "Meta+j", "Shift+J"):
        tab.keyboard.press(key)
        expect(entry(tab, "Why S3?")).to_be_focused()
    tab.keyboard.press("a")
    expect(field(tab, "Why S3?")).to_be_focused()
    tab.keyboard.type("dajk")
    expect(field(tab, "Why S3?")).to_have_value("dajk")
    # What is typed is not thrown away by a key.
    tab.keyboard.press("Escape")
    expect(field(tab, "Why S3?")).to_have_value("dajk")
    assert not Question.objects.filter(dismissed=True).exists()


def test_tab_reaches_one_entry_and_then_its_controls(tab: Tab) -> None:
    tab.goto("/questions/")
    tab.get_by_role("button", name="Go through them by keyboard").focus()
    for _ in range(2):
        tab.keyboard.press("Tab")
    expect(entry(tab, "Why S3?")).to_be_focused()
    for name in ("Answer Why S3?", "Not a question Why S3?", "Show in the notes Why S3?"):
        tab.keyboard.press("Tab")
        expect(entry(tab, "Why S3?").locator(":focus")).to_have_accessible_name(name)


def test_answers_beside_the_page(tab: Tab) -> None:
    tab.goto("/services/s3/")
    aside = tab.get_by_role("complementary", name="About this page")
    aside.get_by_role("link", name="Answer Why S3?").click()
    expect(field(tab, "Why S3?")).to_be_focused()
    tab.keyboard.type("It *lasts*.")
    tab.keyboard.press("Control+s")
    expect(tab.locator(".notes .callout em").first).to_have_text("lasts")
    expect(tab.get_by_text("Answer saved.")).to_be_visible()
    # The question went to the answered ones, which are open now.
    aside.get_by_role("link", name="Edit answer Why S3?").click()
    expect(field(tab, "Why S3?")).to_have_value("It *lasts*.")
    aside.get_by_role("link", name="Cancel").click()
    expect(field(tab, "Why S3?")).to_have_count(0)
    aside.get_by_role("button", name="Remove answer Why S3?").click()
    expect(tab.get_by_text("The answer was removed.")).to_be_visible()
    assert notes() == NOTES


def test_asks_beside_the_page(tab: Tab) -> None:
    tab.goto("/services/s3/")
    tab.get_by_text("Ask a question").click()
    words = tab.get_by_role("textbox", name="Your question")
    words.press("Control+Enter")
    expect(tab.get_by_role("alert")).to_have_text("A question needs some words.")
    words.fill("Who pays?")
    words.press("Control+Enter")
    expect(tab.get_by_role("link", name="Answer Who pays?")).to_be_visible()
    assert notes() == NOTES + "\nWho pays?\n"
    tab.expected = "400"


def test_what_was_typed_outlives_a_failed_save(tab: Tab, s3: Page) -> None:
    tab.goto("/services/s3/")
    tab.get_by_role("link", name="Answer Why S3?").click()
    field(tab, "Why S3?").fill("It lasts.")
    tab.context.set_offline(True)
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("alert").filter(visible=True)).to_contain_text("There is no connection.")
    expect(field(tab, "Why S3?")).to_have_value("It lasts.")
    tab.context.set_offline(False)
    cookies = tab.context.cookies()
    tab.context.clear_cookies(name="sessionid")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("alert").filter(visible=True)).to_contain_text("You are logged out.")
    expect(field(tab, "Why S3?")).to_have_value("It lasts.")
    # Logged in again in another tab: the form still has the token of before.
    tab.context.clear_cookies()
    tab.context.add_cookies([c for c in cookies if c["name"] != "csrftoken"])
    other = tab.context.new_page()
    other.goto("/services/s3/")
    other.close()
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator(".notes .callout").first).to_contain_text("It lasts.")
    assert "> It lasts.\n" in notes()
    tab.expected = "Failed to load resource"


def test_closing_a_form_with_something_typed_asks(tab: Tab) -> None:
    tab.goto("/questions/")
    tab.get_by_role("link", name="Answer Why S3?").click()
    field(tab, "Why S3?").press_sequentially("It lasts.")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    tab.on("dialog", stay)
    tab.get_by_role("link", name="Cancel").click()
    expect(field(tab, "Why S3?")).to_have_value("It lasts.")
    assert asked == ["confirm"]
    tab.remove_listener("dialog", stay)
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("link", name="Cancel").click()
    expect(field(tab, "Why S3?")).to_have_count(0)


def test_two_answers_at_once_are_both_shown(tab: Tab) -> None:
    pk = Question.objects.get(text="Why S3?").pk
    tab.goto("/questions/")
    tab.get_by_role("link", name="Answer Why S3?").click()
    field(tab, "Why S3?").fill("Mine.")
    answer.answer_question(pk, "Theirs.", seen=answer.mark(""), by=None)
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_text("someone else changed the answer to “Why S3?”")).to_be_visible()
    expect(tab.get_by_text("Theirs.", exact=True)).to_be_visible()
    expect(tab.get_by_text("Mine.", exact=True)).to_be_visible()
    assert serious(tab) == []
    tab.get_by_role("radio", name="Use both").check()
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_role("heading", name="Questions", level=1)).to_be_visible()
    assert Question.objects.get(pk=pk).answer == "Mine.\n\nTheirs."
    tab.expected = "409"


def test_an_answer_to_a_question_that_went_is_shown_again(tab: Tab, s3: Page) -> None:
    tab.goto("/questions/")
    tab.get_by_role("link", name="Answer Why S3?").click()
    field(tab, "Why S3?").fill("It lasts.")
    revise(s3, "Nothing.\n", version=1)
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("This question is gone")
    expect(tab.get_by_label("Answer (optional)")).to_have_value("It lasts.")
    assert serious(tab) == []
    tab.get_by_role("button", name="Add to the page").click()
    expect(tab.get_by_text("Question added")).to_be_visible()
    assert notes() == "Nothing.\n\nWhy S3?\n\n> [!answer]\n> It lasts.\n"
    tab.expected = "410"


def test_without_scripts_everything_is_a_form(browser: Browser, live_server: Any, s3: Page) -> None:
    context, tab = log_in(browser, live_server, viewport=PHONE, java_script_enabled=False)
    tab.goto("/questions/")
    expect(tab.get_by_role("button", name="Go through them by keyboard")).to_be_hidden()
    tab.get_by_role("link", name="Answer Why S3?").click()
    field(tab, "Why S3?").fill("It lasts.")
    tab.get_by_role("button", name="Save and next").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Or what?")
    tab.get_by_role("link", name="Next And last?").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("And last?")
    field(tab, "And last?").fill("---")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_role("alert")).to_contain_text("would not be read")
    tab.goto("/questions/")
    tab.get_by_role("button", name="Not a question Or what?").click()
    expect(entry(tab, "Or what?")).to_have_count(0)
    tab.get_by_role("button", name="Undo").click()
    expect(entry(tab, "Or what?")).to_be_visible()
    tab.goto("/services/s3/")
    tab.get_by_text("Ask a question").click()
    tab.get_by_role("textbox", name="Your question").fill("Who pays?")
    tab.get_by_role("button", name="Ask").click()
    expect(tab.get_by_text("Question added at the end of this page")).to_be_visible()
    assert notes() == NOTES.replace("S3?\n", "S3?\n\n> [!answer]\n> It lasts.\n") + "\nWho pays?\n"
    context.close()


@BOTH_SIZES
def test_accessible_and_as_wide_as_the_screen(
    browser: Browser, live_server: Any, s3: Page, size: Any
) -> None:
    context, tab = log_in(browser, live_server, viewport=size)
    pk = Question.objects.get(text="Or what?").pk
    found, paths = [], ("/questions/?state=all&sort=newest", "/services/s3/", f"/questions/{pk}/")
    for path in (*paths, "/pages/s3/ask/"):
        tab.goto(path)
        if path in paths[:2]:
            tab.get_by_role("link", name="Answer Or what?").click()
            expect(field(tab, "Or what?")).to_be_focused()
        if path == paths[1]:
            tab.get_by_text("Ask a question").click()
        found += serious_in_both(tab)
        assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    tab.goto("/questions/")
    tab.get_by_role("button", name="Not a question And last?").click()
    expect(tab.get_by_role("button", name="Undo")).to_be_visible()
    found += serious_in_both(tab)
    # What has the focus is not below the message.
    below = (
        "() => document.activeElement.getBoundingClientRect().bottom"
        " <= document.querySelector('.messages-near').getBoundingClientRect().top"
    )
    tab.wait_for_function(below)
    assert found == []
    context.close()
