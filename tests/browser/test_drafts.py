"""Drafts in a browser: after a reload, a log-out, a lost connection, and with others about."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect

from services.models import Draft, Page
from services.pages import drafts
from tests.support.pages import make_topic
from tests.support.writing import Tabs, beat, first_of, log_in, select, serious

pytestmark = pytest.mark.django_db(transaction=True)
EDIT = "/pages/plan/edit/"
LOST = """() => {
  window.fetch = () => Promise.reject(new TypeError("lost"));
  navigator.sendBeacon = () => true;
}"""
STORED = "Object.keys(localStorage).filter((key) => key.startsWith('kb.draft.'))"


@pytest.fixture
def page(transactional_db: None) -> Page:
    return make_topic(title="Plan", notes="# One\n\nhello\n\n# Two\n\nworld\n")


@pytest.fixture
def tab(tabs: Tabs, page: Page, editor) -> Tab:
    opened = tabs(editor, EDIT)
    ready(opened)
    return opened


def ready(tab: Tab) -> None:
    expect(tab.locator("#kb-editing .editing-draft")).to_have_count(1)
    expect(tab.locator(".editor-preview h2").first).to_be_visible()


def write(tab: Tab, words: str) -> None:
    """All at once: on a slow machine the first letters may be kept before the last are typed."""
    select(tab, 0)
    tab.keyboard.insert_text(words)


def said(tab: Tab) -> Any:
    return tab.locator("#kb-editing")


def leave(tab: Tab, path: str = "/tags/") -> None:
    tab.goto(path)
    tab.wait_for_timeout(300)


def notes_of(person: Any, page: Page | None) -> str:
    draft = drafts.find_draft(person, page)
    return draft.fields["notes"] if draft else ""


def test_what_is_typed_is_kept_and_offered_after_a_crash(tab, page, editor, tabs):
    write(tab, "Draft ")
    expect(said(tab)).to_contain_text(re.compile(r"Draft saved \d\d:\d\d"))
    assert notes_of(editor, page) == f"Draft {page.notes}"
    assert Page.objects.get(pk=page.pk).version == 1
    assert tab.evaluate(STORED) == []
    # On another machine, from the page itself.
    other = tabs(editor, "/topics/plan/")
    expect(other.get_by_text("You have unsaved text for this page")).to_be_visible()
    assert serious(other) == []
    other.get_by_role("link", name="Continue").click()
    ready(other)
    expect(other.locator("#id_notes")).to_have_value(f"Draft {page.notes}")
    select(other, 0)
    other.keyboard.type("My ")
    expect(said(other)).to_contain_text("Draft saved")
    other.get_by_role("button", name="Save", exact=True).click()
    other.wait_for_url("**/topics/plan/")
    expect(other.get_by_text("You have unsaved text")).to_have_count(0)
    assert Page.objects.get(pk=page.pk).notes == f"My Draft {page.notes}"
    assert not Draft.objects.written().exists()


def test_the_last_words_before_leaving_arrive(tab, page, editor):
    write(tab, "Gone")
    leave(tab)
    assert notes_of(editor, page) == f"Gone{page.notes}"
    tab.goto(f"{EDIT}?draft=1")
    ready(tab)
    tab.wait_for_timeout(500)
    expect(tab.locator(".draft-here")).to_have_count(0)
    assert tab.evaluate(STORED) == []


def test_after_a_log_out_text_is_kept_here_and_sent_after_the_log_in(
    tab, page, editor, live_server
):
    tab.context.clear_cookies(name="sessionid")
    write(tab, "Later ")
    beat(tab)
    expect(said(tab)).to_contain_text("You are logged out: saved in this browser.")
    assert notes_of(editor, page) == ""
    assert len(tab.evaluate(STORED)) == 1
    log_in(tab.context, live_server.url, editor)
    tab.context.new_page().goto("/")
    beat(tab)
    expect(said(tab)).to_contain_text("Draft saved")
    assert notes_of(editor, page) == f"Later {page.notes}"
    assert tab.evaluate(STORED) == []
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.wait_for_url("**/topics/plan/")
    assert Page.objects.get(pk=page.pk).notes == f"Later {page.notes}"


def test_somebody_else_who_logs_in_gets_nothing(tab, page, editor, admin, live_server):
    tab.context.clear_cookies(name="sessionid")
    write(tab, "Mine ")
    beat(tab)
    expect(said(tab)).to_contain_text("You are logged out")
    log_in(tab.context, live_server.url, admin)
    other = tab.context.new_page()
    other.goto(EDIT)
    ready(other)
    other.wait_for_timeout(500)
    expect(other.get_by_text("This browser has unsaved text")).to_have_count(0)
    other.close()
    beat(tab)
    expect(said(tab)).to_contain_text("Someone else has logged in here.")
    assert not Draft.objects.written().exists()
    assert len(tab.evaluate(STORED)) == 1


def test_without_a_connection_text_is_kept_here_and_sent_when_it_is_back(tab, page, editor):
    write(tab, "One ")
    beat(tab)
    expect(said(tab)).to_contain_text("Draft saved")
    tab.context.set_offline(True)
    write(tab, "Two ")
    beat(tab)
    expect(said(tab)).to_contain_text("Not connected: saved in this browser.")
    expect(said(tab).locator(".is-trouble")).to_have_attribute("aria-live", "polite")
    assert notes_of(editor, page) == f"One {page.notes}"
    tab.context.set_offline(False)
    expect(said(tab)).to_contain_text("Draft saved")
    assert notes_of(editor, page) == f"Two One {page.notes}"
    assert tab.evaluate(STORED) == []


def test_saving_without_a_connection_stays_and_saves_when_it_is_back(tab, page, editor):
    write(tab, "One ")
    beat(tab)
    expect(said(tab)).to_contain_text("Draft saved")
    tab.context.set_offline(True)
    for press in (
        lambda: tab.get_by_role("button", name="Save", exact=True).click(),
        lambda: tab.keyboard.press("Control+s"),
    ):
        press()
        expect(said(tab)).to_contain_text("Not connected: your text is saved in this browser.")
    assert tab.url.endswith(EDIT)
    assert len(tab.evaluate(STORED)) == 1
    # It goes on, and there is nothing to be offered later.
    tab.context.set_offline(False)
    expect(said(tab)).not_to_contain_text("Not connected")
    assert tab.evaluate(STORED) == []
    write(tab, "Two ")
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.wait_for_url("**/topics/plan/")
    assert Page.objects.get(pk=page.pk).notes == f"Two One {page.notes}"


def test_saving_after_a_failure_asks_first_whether_the_server_is_there(tab, page, editor):
    tab.route("**/drafts/", lambda route: route.abort())
    write(tab, "Now ")
    beat(tab)
    expect(said(tab)).to_contain_text("Not connected: saved in this browser.")
    tab.keyboard.press("Control+s")
    expect(said(tab)).to_contain_text("Save again when you are back.")
    tab.unroute("**/drafts/")
    # As a laptop without any network, on which the site runs.
    tab.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    tab.keyboard.press("Control+s")
    tab.wait_for_url("**/topics/plan/")
    assert Page.objects.get(pk=page.pk).notes == f"Now {page.notes}"


def test_text_that_was_never_sent_is_offered_again(tab, page, editor):
    tab.context.set_offline(True)
    # A browser that believes its last words were sent. (While it leaves a page, the driver's
    # lost connection is back.)
    tab.evaluate(LOST)
    write(tab, "Lost? ")
    beat(tab)
    expect(said(tab)).to_contain_text("saved in this browser")
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    tab.goto("about:blank")
    # It is kept, so nobody is asked.
    assert asked == []
    tab.context.set_offline(False)
    tab.goto(EDIT)
    ready(tab)
    expect(tab.get_by_text("This browser has unsaved text of yours")).to_be_visible()
    assert serious(tab) == []
    assert tab.locator("#id_notes").input_value() == page.notes
    tab.get_by_role("button", name="Continue with it").click()
    expect(tab.locator("#id_notes")).to_have_value(f"Lost? {page.notes}")
    expect(said(tab)).to_contain_text("Draft saved")
    assert notes_of(editor, page) == f"Lost? {page.notes}"
    assert tab.evaluate(STORED) == []
    tab.locator("#id_notes").press("Control+z")
    assert tab.locator("#id_notes").input_value() == page.notes


def test_what_is_typed_is_in_the_browser_at_once_and_no_other_window_takes_it(tab, tabs):
    tab.route("**/drafts/", lambda route: route.abort())
    write(tab, "Mine ")
    assert len(tab.evaluate(STORED)) == 1
    other = tabs.another(tab, EDIT)
    ready(other)
    other.wait_for_timeout(500)
    expect(other.get_by_text("This browser has unsaved text")).to_have_count(0)
    assert len(other.evaluate(STORED)) == 1


def test_leaving_with_text_that_is_kept_nowhere_asks(tab):
    tab.route("**/drafts/", lambda route: route.abort())
    tab.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full') } }")
    write(tab, "Nowhere ")
    beat(tab)
    expect(said(tab)).to_contain_text("could not be saved as a draft")
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    tab.goto("/tags/")
    assert asked == ["beforeunload"]


def test_saving_ends_a_draft_that_is_still_on_its_way(tab, page, editor):
    held: list[Route] = []
    tab.route(
        "**/drafts/",
        lambda route: (
            held.append(route) if "Now " in (route.request.post_data or "") else route.continue_()
        ),
    )
    write(tab, "Now ")
    beat(tab)
    request = first_of(tab, held).request
    body, headers = request.post_data_buffer, request.headers
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.wait_for_url("**/topics/plan/")
    # As if the network had been slow: the very request comes after the save.
    late = tab.request.post("/drafts/", data=body, headers=headers)
    assert late.status == 409
    assert not Draft.objects.exists()
    tab.goto(EDIT)
    ready(tab)
    tab.wait_for_timeout(500)
    expect(tab.get_by_text("This browser has unsaved text")).to_have_count(0)
    assert tab.evaluate(STORED) == []


def test_nothing_is_sent_between_saving_and_the_next_page(tab, page):
    saving: list[Route] = []
    tab.route(f"**{EDIT}", lambda route: saving.append(route))
    write(tab, "Now ")
    beat(tab)
    expect(said(tab)).to_contain_text("Draft saved")
    place = tab.locator("#id_notes").bounding_box()
    assert place
    tab.get_by_role("button", name="Save", exact=True).click(no_wait_after=True)
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(request.url))
    # By hand: the driver waits with all else until the next page is there.
    tab.mouse.click(place["x"] + 50, place["y"] + 30)
    tab.keyboard.type("Too late")
    tab.wait_for_timeout(2000)
    late = [url for url in sent if url.endswith("/drafts/")]
    saving[0].continue_()
    tab.wait_for_url("**/topics/plan/")
    assert late == []
    assert not Draft.objects.exists()


def test_an_earlier_draft_is_not_overwritten_before_it_was_looked_at(tab, page, editor):
    drafts.save_draft(editor, page, 1, {"notes": "Earlier\n"})
    tab.goto(EDIT)
    ready(tab)
    expect(tab.get_by_text("You have unsaved text for this page")).to_be_visible()
    write(tab, "New ")
    beat(tab)
    expect(said(tab)).to_contain_text("There is an earlier draft")
    assert notes_of(editor, page) == "Earlier\n"
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.wait_for_url("**/topics/plan/")
    assert Page.objects.get(pk=page.pk).notes == f"New {page.notes}"
    # Nobody decided about it, so it is still there.
    expect(tab.get_by_text("You have unsaved text for this page")).to_be_visible()
    tab.get_by_role("button", name="Discard").click()
    expect(tab.get_by_text("The draft is discarded.")).to_be_visible()
    assert drafts.find_draft(editor, page) is None


def test_discarding_in_the_editor_shows_the_stored_text(tab, page, editor):
    write(tab, "Away ")
    beat(tab)
    expect(said(tab)).to_contain_text("Draft saved")
    leave(tab, EDIT)
    tab.get_by_role("button", name="Discard").click()
    ready(tab)
    expect(tab.get_by_text("You have unsaved text")).to_have_count(0)
    tab.wait_for_timeout(500)
    expect(tab.get_by_text("This browser has unsaved text")).to_have_count(0)
    expect(tab.locator("#id_notes")).to_have_value(page.notes)
    assert drafts.find_draft(editor, page) is None


def test_two_windows_of_one_person_keep_both_texts(tab, page, editor, tabs):
    other = tabs.another(tab, EDIT)
    ready(other)
    write(tab, "First ")
    beat(tab)
    expect(said(tab)).to_contain_text("Draft saved")
    write(other, "Second ")
    beat(other)
    expect(said(other)).to_contain_text("in another window too")
    assert notes_of(editor, page) == f"First {page.notes}"
    assert len(other.evaluate(STORED)) == 1
    # Saving the first makes room for the second.
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.wait_for_url("**/topics/plan/")
    beat(other)
    expect(said(other)).to_contain_text("Draft saved")
    expect(said(other)).to_contain_text("You saved a newer version of this page elsewhere")
    assert notes_of(editor, page) == f"Second {page.notes}"


def test_two_people_on_one_page_see_each_other(tab, page, editor, admin, tabs):
    expect(said(tab)).not_to_contain_text("editing this page")
    other = tabs(admin, EDIT)
    expect(said(other)).to_contain_text("edgar is editing this page too.")
    beat(tab)
    expect(said(tab)).to_contain_text("ada is editing this page too.")
    write(other, "Ada ")
    other.get_by_role("button", name="Save", exact=True).click()
    other.wait_for_url("**/topics/plan/")
    beat(tab)
    expect(said(tab)).to_contain_text("ada saved a newer version of this page")
    expect(said(tab)).not_to_contain_text("is editing")
    select(tab, len(page.notes))
    tab.keyboard.type("Edgar\n")
    tab.keyboard.press("Control+s")
    tab.wait_for_url("**/topics/plan/")
    assert Page.objects.get(pk=page.pk).notes == f"Ada {page.notes}Edgar\n"


def test_a_section_becomes_a_draft_of_the_whole_page(tabs, page, editor):
    tab = tabs(editor, f"{EDIT}?section=two")
    ready(tab)
    tab.locator("#id_notes").press("Control+End")
    tab.keyboard.type("and more\n")
    beat(tab)
    expect(said(tab)).to_contain_text("Draft saved")
    assert notes_of(editor, page) == f"{page.notes}and more\n"


def test_a_new_page_is_a_draft_too_and_home_lists_it(tabs, page, editor):
    tab = tabs(editor, "/pages/new/")
    expect(tab.get_by_role("toolbar")).to_be_visible()
    tab.get_by_label("Title", exact=True).fill("Idea")
    write(tab, "Words")
    beat(tab)
    expect(said(tab)).to_contain_text("Draft saved")
    leave(tab, "/")
    assert serious(tab) == []
    tab.get_by_role("link", name="A new page").click()
    expect(tab.get_by_label("Title", exact=True)).to_have_value("Idea")
    expect(tab.locator("#id_notes")).to_have_value("Words")
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.wait_for_url("**/topics/idea/")
    assert not Draft.objects.written().exists()


def test_text_that_was_refused_is_kept_at_once(tab, page, editor):
    make_topic(title="Taken")
    write(tab, "Some ")
    tab.get_by_label("Title", exact=True).fill("Taken")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_text("There is already a page with this title")).to_be_visible()
    expect(said(tab)).to_contain_text("Draft saved")
    draft = drafts.find_draft(editor, page)
    assert draft is not None
    assert (draft.fields["title"], draft.fields["notes"]) == ("Taken", f"Some {page.notes}")
