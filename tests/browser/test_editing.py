"""Editing in a browser: two windows in conflict, by keyboard alone; every page for everyone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from services.models import Category
from services.pages import trash
from tests.conftest import person
from tests.support.pages import make_service, make_topic
from tests.support.writing import BOTH_SIZES, PHONE, Tabs, serious_in_both, too_wide

pytestmark = pytest.mark.django_db(transaction=True)
NOTES = "First.\n\n# One\n\nOne's words.\n\n# Two\n\nSee [[Nowhere]].\n"
PATHS = (
    "/topics/plan/",
    "/pages/plan/edit/",
    "/pages/plan/edit/?section=one",
    "/pages/plan/edit/?section=gone",
    "/pages/plan/split/?section=one",
    "/pages/plan/delete/",
    "/pages/new/?category=compute",
    "/categories/compute/",
    "/trash/",
)


@pytest.fixture
def olga(transactional_db: None) -> User:
    return person("olga", "editors")


@pytest.fixture
def content(transactional_db: None) -> None:
    compute = Category.objects.get(slug="compute")
    make_service(title="Lambda", category=compute, notes="See [[Plan]].\n")
    make_topic(title="Plan", notes=NOTES)
    trash.throw_away(make_topic(title="Old", notes="Gone.\n"), by=None)


@pytest.fixture
def in_conflict(tabs: Tabs, content, admin, olga) -> Callable[..., Tab]:
    """Opens Ada's window, after she saved lines that Olga had changed meanwhile in hers."""

    def opened(**options: Any) -> Tab:
        page = tabs(admin, "/pages/plan/edit/", **options)
        theirs = tabs(olga, "/pages/plan/edit/")
        for window, word in ((theirs, "Olga's"), (page, "Ada's")):
            notes = window.get_by_role("textbox", name="Notes")
            notes.fill(notes.input_value().replace("One's", word))
            window.get_by_role("button", name="Save", exact=True).click()
        theirs.context.close()
        title = page.get_by_role("heading", level=1)
        expect(title).to_have_text("The same lines were changed twice")
        return page

    return opened


def tab_to(page: Tab, name: str, most: int = 60) -> None:
    """Press Tab until the control with a name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        words = "document.activeElement.innerText || document.activeElement.name || ''"
        if page.evaluate(words) == name:
            return
    raise AssertionError(f"{name} cannot be reached")


def test_two_windows_in_conflict_by_keyboard(in_conflict):
    page = in_conflict()
    tab_to(page, "block-0")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Use both")).to_be_checked()
    tab_to(page, "Save and edit")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Notes")).to_have_value(
        NOTES.replace("One's words.", "Ada's words.\n\nOlga's words.")
    )
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text(
        "Both texts are in the page’s history"
    )
    page.get_by_role("main").get_by_role("link", name="history").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("History")


def test_a_choice_is_required_and_each_block_names_its_own(in_conflict):
    page = in_conflict()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("radio", name="Use mine")).to_be_focused()
    block = page.get_by_role("group", name="Both changed these lines")
    expect(block.get_by_role("radio")).to_have_count(3)


def test_a_conflict_is_resolved_without_scripts(in_conflict):
    page = in_conflict(viewport=PHONE, java_script_enabled=False)
    page.get_by_role("button", name="Use mine").click()
    expect(page.get_by_text("Ada's words.")).to_be_visible()


@BOTH_SIZES
def test_every_page_is_accessible(tabs, in_conflict, size):
    page = in_conflict(viewport=size)
    # The browser itself tells of the clash.
    tabs.complaints.clear()
    found, wide = serious_in_both(page), []
    for path in PATHS:
        page.goto(path)
        for summary in page.locator("main details:not([open]) > summary").all():
            if summary.is_visible():
                summary.click()
        found += serious_in_both(page)
        if too_wide(page):
            wide.append(path)
    assert found == []
    assert wide == []
    # The browser itself tells that a section is not there.
    assert [words for words in tabs.complaints if "404" not in words] == []


def test_the_menu_closes_by_escape_and_by_a_click_elsewhere(tabs, content, olga):
    page = tabs(olga, "/topics/plan/")
    delete = page.get_by_role("link", name="Delete")
    for close in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("heading", level=1).click(),
    ):
        page.get_by_text("More", exact=True).click()
        expect(delete).to_be_visible()
        close()
        expect(delete).to_be_hidden()


def test_from_a_red_link_to_a_page_and_to_the_trash_and_back(tabs, content, olga):
    page = tabs(olga, "/topics/plan/", viewport=PHONE)
    page.get_by_role("link", name="Nowhere").click()
    expect(page.get_by_label("Title")).to_have_value("Nowhere")
    page.get_by_role("textbox", name="Notes").fill("Now here.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nowhere")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Move to the trash").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("“Nowhere” is restored.")).to_be_visible()
    expect(page.get_by_text("Now here.")).to_be_visible()


def test_logged_out_in_another_tab_the_text_is_sent_again(tabs, content, olga):
    page = tabs(olga, "/pages/plan/edit/")
    page.get_by_role("textbox", name="Notes").fill("Typed for long.")
    other = tabs.another(page, "/")
    other.get_by_role("button", name="Log out").click()
    expect(other.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your session has ended")
    other.get_by_label("Name").fill("olga")
    other.get_by_label("Password").fill("correct horse")
    other.get_by_role("button", name="Log in").click()
    expect(other.get_by_role("button", name="Log out")).to_be_visible()
    while page.get_by_role("button", name="Send it again").count():
        # Logging in made the form too old once more.
        page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_text("Typed for long.")).to_be_visible()
