"""The admin in a browser: what is typed is kept, others are shown, and a clash is decided."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from services.models import Document, Draft, Page, Section
from services.pages import drafts
from services.pages.revise import revise
from tests.support.pages import make_topic
from tests.support.writing import WIDE_LIGHT_PHONE_DARK, Tabs, beat, serious

pytestmark = pytest.mark.django_db(transaction=True)

NOTES = "One\n\n- [ ] Item\n\n> [!question] Why?\n"
DRAFT_SAVED = re.compile(r"Draft saved \d\d:\d\d")


@pytest.fixture
def page(transactional_db: None) -> Page:
    return make_topic(title="Plan", notes=NOTES)


def opened(tabs: Tabs, who, page: Page, **options) -> Tab:
    tab = tabs(who, f"/admin/services/topic/{page.pk}/change/", **options)
    expect(tab.locator("#kb-editing .editing-draft")).to_have_count(1)
    return tab


def said(tab: Tab):
    return tab.locator("#kb-editing")


def test_rows_too_are_kept_and_go_on_in_the_editor(tabs: Tabs, page, editor):
    tab = opened(tabs, editor, page)
    tab.get_by_label("Answer:").fill("Because.")
    # On a slow machine the answer alone may be kept by then.
    with tab.expect_response(lambda answer: "\r\ndone\r\n" in (answer.request.post_data or "")):
        tab.get_by_label("State: Item").select_option("done")
    expect(said(tab)).to_contain_text(DRAFT_SAVED)
    kept = "One\n\n- [x] Item\n\n> [!question] Why?\n\n> [!answer]\n> Because.\n"
    assert drafts.find_draft(editor, page).fields["notes"] == kept
    other = opened(tabs, editor, page)
    expect(other.get_by_text("You have unsaved text for this page")).to_be_visible()
    other.get_by_role("link", name="Continue").click()
    expect(other.locator("#id_notes")).to_have_value(kept)


def test_opening_the_form_keeps_nothing(tabs: Tabs, page, editor):
    tab = opened(tabs, editor, page)
    with tab.expect_response("**/draft/"):
        beat(tab)
    expect(said(tab)).to_have_text("")
    assert drafts.find_draft(editor, page) is None


def test_without_a_connection_it_is_kept_here_and_sent_when_it_is_back(
    tabs: Tabs,
    page,
    editor,
):
    tab = opened(tabs, editor, page)
    tab.context.set_offline(True)
    tab.get_by_label("Answer:").fill("Typed on a train")
    beat(tab)
    expect(said(tab)).to_contain_text("Not connected: saved in this browser.")
    tab.context.set_offline(False)
    expect(said(tab)).to_contain_text(DRAFT_SAVED)
    assert "Typed on a train" in drafts.find_draft(editor, page).fields["notes"]


def test_who_edits_on_the_site_is_shown(tabs: Tabs, page, editor, admin):
    site = tabs(editor, "/pages/plan/edit/")
    expect(site.locator("#kb-editing .editing-draft")).to_have_count(1)
    tab = opened(tabs, admin, page)
    expect(said(tab)).to_contain_text("edgar is editing this page too.")
    beat(site)
    expect(said(site)).to_contain_text("ada is editing this page too.")


def test_two_who_changed_the_same_lines_decide_by_keyboard(
    tabs: Tabs,
    page,
    editor,
    admin,
):
    tab = opened(tabs, admin, page)
    tab.locator("#id_notes").fill(NOTES.replace("One", "Mine"))
    revise(page, NOTES.replace("One", "Theirs"), version=1, by=editor)
    tab.get_by_role("button", name="Save", exact=True).first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("The same lines were changed twice")
    tab.get_by_role("button", name="Use mine").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/admin/services/topic/")
    assert Page.objects.get().notes == NOTES.replace("One", "Mine")
    assert drafts.find_draft(admin, page) is None


@WIDE_LIGHT_PHONE_DARK
def test_a_conflict_with_the_file_is_accessible_and_resolved(
    tabs: Tabs,
    page,
    editor,
    size,
    scheme,
):
    document = Document.objects.create(path="plan.md", digest="x")
    base, theirs = NOTES.replace("One", "0"), NOTES.replace("One", "1")
    Section.objects.create(document=document, position=0, page=page, base=base, theirs=theirs)
    tab = tabs(editor, "/topics/plan/", viewport=size, color_scheme=scheme)
    tab.get_by_role("link", name="Compare and decide").click()
    assert serious(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    tab.get_by_role("radio", name="Use both").check()
    tab.get_by_role("button", name="Save", exact=True).click()
    tab.wait_for_url("**/topics/plan/")
    assert Page.objects.get().notes == NOTES.replace("One", "One\n\n1")
    expect(tab.get_by_text("Compare and decide")).to_have_count(0)
    assert drafts.find_draft(editor, page) is None


def test_a_row_that_was_added_without_a_connection_is_brought_back(
    tabs: Tabs,
    page,
    editor,
):
    tab = opened(tabs, editor, page)
    tab.route("**/draft/", lambda route: route.abort())
    tab.locator("#items-group .add-row a").click()
    tab.locator("[name=items-1-text]").fill("Typed on a train")
    beat(tab)
    expect(said(tab)).to_contain_text("saved in this browser")
    # The row is made again, or else the browser keeps what it has for it.
    tab.reload()
    button = tab.get_by_role("button", name="Continue with it")
    expect(button).to_be_visible()
    tab.unroute("**/draft/")
    button.click()
    expect(said(tab)).to_contain_text(DRAFT_SAVED)
    there = str(drafts.find_draft(editor, page).fields) + str(
        tab.evaluate("JSON.stringify(localStorage)")
    )
    assert "Typed on a train" in there


def test_a_box_that_was_ticked_without_a_connection_is_brought_back(
    tabs: Tabs,
    page,
    editor,
):
    tab = opened(tabs, editor, page)
    tab.route("**/draft/", lambda route: route.abort())
    tab.locator("[name=items-0-DELETE]").check()
    tab.locator("#id_notes").fill(NOTES + "\nMore")
    beat(tab)
    expect(said(tab)).to_contain_text("saved in this browser")
    tab.reload()
    button = tab.get_by_role("button", name="Continue with it")
    expect(button).to_be_visible()
    tab.unroute("**/draft/")
    button.click()
    expect(said(tab)).to_contain_text(DRAFT_SAVED)
    assert "Item" not in Draft.objects.get().fields["notes"]


def test_what_no_draft_holds_stays_in_the_browser(tabs: Tabs, page, editor):
    tab = opened(tabs, editor, page)
    tab.locator("[name=questions-0-dismissed]").check()
    tab.locator("#id_notes").fill(NOTES + "\nMore")
    beat(tab)
    expect(said(tab)).to_contain_text("other fields are saved in this browser")
    tab.reload()
    tab.get_by_role("button", name="Continue with it").click()
    expect(tab.locator("[name=questions-0-dismissed]")).to_be_checked()
