"""What the editor and its page say about text that is not saved: told apart, and never silently."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from services.models import Draft, Page
from services.pages import drafts
from tests.browser.test_drafts import EDIT, leave, ready, said, write
from tests.support.pages import make_topic
from tests.support.writing import Tabs, beat, serious

pytestmark = pytest.mark.django_db(transaction=True)
TOLD = "You have unsaved text for this page"


@pytest.fixture
def page(transactional_db: None) -> Page:
    return make_topic(title="Plan", notes="# One\n\nhello\n\n# Two\n\nworld\n")


@pytest.fixture
def tab(tabs: Tabs, page: Page, editor: Any) -> Tab:
    opened = tabs(editor, EDIT)
    ready(opened)
    return opened


@pytest.mark.parametrize("query", ["", "?section=two"])
def test_cancelling_says_that_the_text_is_kept(tab, page, editor, query):
    tab.goto(f"{EDIT}{query}")
    expect(tab.locator("#kb-editing .editing-draft")).to_have_count(1)
    write(tab, "Mine ")
    # At once, before it was kept.
    tab.get_by_role("link", name="Cancel").click()
    tab.wait_for_url("**/topics/plan/")
    notice = tab.locator(".notice").filter(has_text=TOLD)
    expect(notice).to_be_in_viewport()
    expect(notice).to_contain_text("Mine #")
    expect(notice.get_by_role("link", name="Continue")).to_be_visible()
    assert serious(tab) == []
    notice.get_by_role("button", name="Discard").click()
    expect(tab.get_by_text("The draft is discarded.")).to_be_visible()
    assert not Draft.objects.written().exists()


def test_cancelling_without_a_word_says_nothing(tab):
    tab.get_by_role("link", name="Cancel").click()
    tab.wait_for_url("**/topics/plan/")
    expect(tab.locator(".page")).to_be_visible()
    expect(tab.get_by_text(TOLD)).to_have_count(0)


def test_text_on_the_server_and_in_this_browser_are_told_apart(tab, page, editor):
    drafts.save_draft(editor, page, 1, {"notes": page.notes.replace("world", "From the server")})
    tab.goto(EDIT)
    ready(tab)
    write(tab, "From here ")
    beat(tab)
    expect(said(tab)).to_contain_text("There is an earlier draft")
    leave(tab)
    tab.goto(EDIT)
    ready(tab)
    expect(tab.locator("[data-draft-notice] .draft-words")).to_have_text("From the server")
    expect(tab.locator(".draft-here .draft-words")).to_have_text("From here # One")
    assert serious(tab) == []


def test_two_new_pages_at_once(tabs, editor, page):
    first = tabs(editor, "/pages/new/")
    second = tabs.another(first, "/pages/new/")
    for tab, title in ((first, "One"), (second, "Two")):
        expect(tab.get_by_role("toolbar")).to_be_visible()
        tab.get_by_label("Title", exact=True).fill(title)
        write(tab, f"Text of {title}")
        beat(tab)
        expect(said(tab)).to_contain_text("Draft saved")
    second.goto("/")
    second.get_by_role("link", name="A new page: One").click()
    expect(second.locator("#id_notes")).to_have_value("Text of One")
    expect(second.get_by_text("This browser has unsaved text")).to_have_count(0)
    assert serious(second) == []
    first.get_by_role("button", name="Save", exact=True).click()
    first.wait_for_url("**/topics/one/")
    assert [draft.fields["title"] for draft in Draft.objects.written()] == ["Two"]
    first.goto("/pages/new/")
    expect(first.get_by_role("link", name="A new page: Two")).to_be_visible()
    first.get_by_role("button", name="Discard A new page: Two").click()
    expect(first.get_by_text("The draft is discarded.")).to_be_visible()
    assert not Draft.objects.written().exists()


def test_a_new_page_that_only_this_browser_has_is_offered_on_another(tabs, editor, page):
    tab = tabs(editor, "/pages/new/")
    expect(tab.get_by_role("toolbar")).to_be_visible()
    # The browser believes that its last words were sent.
    tab.evaluate("() => { navigator.sendBeacon = () => true }")
    tab.route("**/drafts/", lambda route: route.abort())
    write(tab, "Lost?")
    beat(tab)
    expect(said(tab)).to_contain_text("saved in this browser")
    place = tab.locator("#kb-editor").get_attribute("data-place")
    leave(tab)
    tab.unroute("**/drafts/")
    tab.goto("/pages/new/")
    expect(tab.locator(".draft-here .draft-words")).to_have_text("Lost?")
    tab.get_by_role("button", name="Continue with it").click()
    tab.wait_for_url(f"**/pages/new/?draft={place}")
    tab.get_by_role("button", name="Continue with it").click()
    expect(tab.locator("#id_notes")).to_have_value("Lost?")
    expect(said(tab)).to_contain_text("Draft saved")
    assert drafts.find_draft(editor, None, place or "").fields["notes"] == "Lost?"
