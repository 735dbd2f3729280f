"""The palette in a browser: pages that one was on, things to do, and what one types."""

import re

import pytest
from playwright.sync_api import expect

from services.models import Page
from tests.browser.test_search import active, content, option  # noqa: F401 (a fixture)
from tests.support.writing import PHONE, WIDE_LIGHT_PHONE_DARK, log_in, serious

pytestmark = pytest.mark.django_db(transaction=True)


def palette(page):
    return page.get_by_role("combobox", name="Page or command")


def test_the_palette_offers_recent_pages_and_leads_there(tabs, reader):
    page = tabs(reader, "/services/lambda/")
    page.goto("/services/s3/")
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_focused()
    recent = page.get_by_role("group", name="Recent pages")
    expect(recent.get_by_role("option")).to_have_count(1)
    assert active(page).startswith("Lambda")
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/lambda/")


def test_commands_that_begin_so_come_first_and_then_pages(tabs, editor):
    page = tabs(editor, "/topics/plan/")
    page.keyboard.press("Control+k")
    expect(option(page, "Edit this page")).to_be_visible()
    page.keyboard.type("s")
    expect(option(page, "S3").first).to_be_visible()
    assert active(page) == "Search"
    page.keyboard.press("End")
    assert active(page) == "Log out" or active(page).startswith("Keyboard")
    page.keyboard.press("Home")
    assert active(page) == "Search"
    palette(page).fill("edit")
    expect(option(page, "Edit this page")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/plan/edit/")


def test_enter_before_an_answer_leads_to_the_full_page_and_not_to_an_old_find(tabs, reader):
    page = tabs(reader, "/")
    page.keyboard.press("Control+k")
    palette(page).fill("keeps")
    expect(option(page, "S3")).to_be_visible()
    page.route("**/suggest/**", lambda route: None)
    palette(page).fill("cold")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=cold")


def test_escape_gives_the_focus_back(tabs, reader):
    page = tabs(reader, "/")
    link = page.get_by_role("navigation", name="Site").get_by_role("link", name="Tags")
    link.focus()
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()
    expect(link).to_be_focused()


def test_the_editor_keeps_its_key_for_links(tabs, editor):
    page = tabs(editor, "/pages/plan/edit/")
    notes = page.locator("#id_notes")
    notes.focus()
    page.keyboard.press("Control+End")
    page.keyboard.press("Control+k")
    expect(notes).to_have_value(re.compile(r"\[.*\]\(.*\)|\[\["))
    expect(palette(page)).to_be_hidden()
    page.get_by_label("Title").focus()
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_focused()


def test_the_theme_is_switched_and_one_logs_out_by_name(tabs, reader):
    page = tabs(reader, "/services/lambda/", color_scheme="light")
    page.keyboard.press("Control+k")
    page.keyboard.type("switch")
    expect(option(page, "Switch between light and dark")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("localStorage.getItem('kb-recent')")
    page.keyboard.press("Control+k")
    page.keyboard.type("log out")
    expect(option(page, "Log out")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert page.evaluate("localStorage.getItem('kb-recent')") is None


def test_another_person_sees_no_pages_of_the_last_one(tabs, reader, editor):
    page = tabs(reader, "/services/lambda/")
    stored = page.evaluate("localStorage.getItem('kb-recent')")
    assert "Lambda" not in stored
    page.goto("/")
    page.context.clear_cookies()
    log_in(page.context, tabs.url, editor)
    page.goto("/")
    assert page.evaluate("localStorage.getItem('kb-recent')") is None
    page.keyboard.press("Control+k")
    expect(option(page, "New page")).to_be_visible()
    expect(page.get_by_role("group", name="Recent pages")).to_have_count(0)


def test_the_palette_works_on_a_phone(tabs, reader):
    page = tabs(reader, "/services/s3/", viewport=PHONE, has_touch=True)
    page.get_by_role("button", name="Search pages and commands").tap()
    palette(page).fill("cold")
    option(page, "Lambda").tap()
    page.wait_for_url("**/services/lambda/**")
    page.get_by_role("button", name="Search pages and commands").tap()
    page.get_by_role("button", name="Close").tap()
    expect(palette(page)).to_be_hidden()


def test_a_page_that_has_gone_is_not_recent(tabs, reader):
    page = tabs(reader, "/services/lambda/")
    Page.objects.get(title="Lambda").delete()
    page.goto("/services/s3/")
    page.keyboard.press("Control+k")
    expect(option(page, "Checklist")).to_be_visible()
    expect(option(page, "Lambda")).to_have_count(0)


@WIDE_LIGHT_PHONE_DARK
def test_it_is_accessible_and_keeps_the_policy(tabs, reader, size, scheme):
    page = tabs(reader, "/services/s3/", viewport=size, color_scheme=scheme)
    page.goto("/services/lambda/")
    found = []
    page.keyboard.press("Control+k")
    expect(option(page, "S3")).to_be_visible()
    found += serious(page)
    page.keyboard.type("la")
    expect(option(page, "Lambda").first).to_be_visible()
    found += serious(page)
    assert found == []


def test_what_was_asked_for_before_it_was_closed_is_not_listed_twice(tabs, reader):
    page = tabs(reader, "/services/lambda/")
    page.goto("/services/s3/")
    waiting = []
    page.route("**/recent/**", lambda route: waiting.append(route))
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_focused()
    page.wait_for_timeout(200)
    assert len(waiting) == 2
    for route in waiting:
        route.continue_()
    expect(option(page, "Log out")).to_have_count(1)
    page.wait_for_timeout(200)
    expect(option(page, "Log out")).to_have_count(1)
    expect(page.get_by_role("group", name="Recent pages")).to_have_count(1)
