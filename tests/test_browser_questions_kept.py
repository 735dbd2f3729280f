"""Questions and answers that are typed and not saved: the browser has them back another time."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from services import asking
from services.models import Page, Question
from tests.test_browser_questions import field, notes, s3, serious, tab  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BACK = "Your unsaved text from"


def keeps(tab: Tab, number: int) -> None:  # noqa: F811
    """The browser keeps so many texts, or will in a moment."""
    keys = "Object.keys(localStorage).filter((key) => key.startsWith('kb.asked.'))"
    tab.wait_for_function(f"{keys}.length === {number}")


def opened(tab: Tab) -> None:  # noqa: F811
    tab.goto("/questions/")
    tab.get_by_role("link", name="Answer Why S3?").click()
    expect(field(tab, "Why S3?")).to_be_focused()


def leave(tab: Tab) -> None:  # noqa: F811
    """Go elsewhere, whatever the browser asks."""
    tab.once("dialog", lambda dialog: dialog.accept())
    tab.goto("/checklist/")


def test_an_answer_is_back_and_can_be_saved(tab: Tab) -> None:  # noqa: F811
    opened(tab)
    expect(tab.get_by_text(BACK)).to_have_count(0)
    field(tab, "Why S3?").fill("It lasts.")
    leave(tab)
    opened(tab)
    expect(field(tab, "Why S3?")).to_have_value("It lasts.")
    expect(tab.get_by_text(BACK)).to_be_visible()
    assert serious(tab) == []
    # It is kept still, so that nothing is asked on leaving.
    tab.on("dialog", lambda dialog: pytest.fail(dialog.type))
    tab.goto(f"/questions/{Question.objects.get(text='Why S3?').pk}/")
    expect(field(tab, "Why S3?")).to_have_value("It lasts.")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("Saved: the answer is in the notes")).to_be_visible()
    assert "> It lasts.\n" in notes()
    keeps(tab, 0)


def test_an_answer_that_is_back_can_be_discarded(tab: Tab) -> None:  # noqa: F811
    opened(tab)
    field(tab, "Why S3?").fill("It lasts.")
    leave(tab)
    opened(tab)
    tab.get_by_role("button", name="Discard").click()
    expect(field(tab, "Why S3?")).to_have_value("")
    expect(field(tab, "Why S3?")).to_be_focused()
    expect(tab.get_by_text(BACK)).to_have_count(0)
    keeps(tab, 0)
    field(tab, "Why S3?").fill("Once more.")
    keeps(tab, 1)
    tab.once("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("link", name="Cancel").click()
    expect(field(tab, "Why S3?")).to_have_count(0)
    keeps(tab, 0)


def test_an_answer_that_is_back_overwrites_no_other(tab: Tab) -> None:  # noqa: F811
    pk = Question.objects.get(text="Why S3?").pk
    opened(tab)
    field(tab, "Why S3?").fill("Mine.")
    leave(tab)
    # Both write into one database in memory, which lets only one of them at its tables.
    tab.wait_for_load_state("networkidle")
    asking.answer(pk, "Theirs.", seen=asking.mark(""), by=None)
    tab.goto(f"/questions/{pk}/")
    expect(field(tab, "Why S3?")).to_have_value("Mine.")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_role("alert")).to_contain_text("Nothing is overwritten")
    keeps(tab, 1)
    tab.get_by_role("button", name="Keep theirs").click()
    expect(tab.get_by_text("The other answer stays.")).to_be_visible()
    keeps(tab, 0)
    tab.expected = "409"  # type: ignore[attr-defined]


def test_a_question_is_one_line_and_goes_along_to_its_own_page(
    tab: Tab,  # noqa: F811
    s3: Page,  # noqa: F811
) -> None:
    tab.goto("/services/s3/")
    tab.get_by_text("Ask a question").click()
    words = tab.get_by_role("textbox", name="Your question")
    words.focus()
    paste = "navigator.clipboard.writeText('Who\\npays')"
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.evaluate(paste)
    tab.keyboard.press("Control+V")
    expect(words).to_have_value("Who pays")
    tab.once("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("link", name="With its answer").click()
    expect(tab.get_by_label("Question", exact=True)).to_have_value("Who pays")
    tab.get_by_label("Answer (optional)").fill("We do.")
    tab.get_by_label("Question", exact=True).fill("Who pays?")
    tab.get_by_label("Question", exact=True).press("Enter")
    expect(tab.get_by_text("Asked. It stands at the end")).to_be_visible()
    assert notes().endswith("\nWho pays?\n\n> [!answer]\n> We do.\n")
    keeps(tab, 0)


def test_nobody_else_gets_it(tab: Tab, live_server: Any, as_admin: Any) -> None:  # noqa: F811
    opened(tab)
    field(tab, "Why S3?").fill("It lasts.")
    leave(tab)
    tab.context.add_cookies(
        [
            {
                "name": "sessionid",
                "value": as_admin.cookies["sessionid"].value,
                "url": live_server.url,
            },
        ]
    )
    opened(tab)
    expect(field(tab, "Why S3?")).to_have_value("")
    expect(tab.get_by_text(BACK)).to_have_count(0)
