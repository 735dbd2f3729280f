"""The files of a page in a browser: added, dropped, copied; by keyboard, and without scripts."""

from __future__ import annotations

import io
import re

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect

from services.attachments.manage import move_to_trash
from services.attachments.store import store
from services.models import Attachment, Page
from tests.browser.test_uploads_in_editor import file, hand
from tests.support.pages import make_topic
from tests.support.pictures import PDF, picture
from tests.support.storages import objects
from tests.support.writing import BOTH_SIZES, Tabs, serious_in_both

pytestmark = pytest.mark.django_db(transaction=True)
PATH, LIST = "/topics/plan/", "/pages/plan/files/"


@pytest.fixture
def page(transactional_db: None) -> Page:
    return make_topic(title="Plan", notes="hello world\n")


@pytest.fixture
def tab(tabs: Tabs, storage: str, page: Page, editor) -> Tab:
    opened = tabs(editor, PATH)
    expect(opened.get_by_text("or drop them here")).to_be_visible()
    return opened


class Held:
    """Requests that a file begins with wait until they are let go."""

    def __init__(self, tab: Tab) -> None:
        self.waiting: list[Route] = []
        self.holds = True
        tab.route("**/attachments/begin/", self.take)

    def take(self, route: Route) -> None:
        if self.holds:
            self.waiting.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        self.holds = False
        for route in self.waiting:
            route.continue_()


def names(tab: Tab):
    return tab.locator("#kb-files .file-name")


def test_files_are_chosen_by_keyboard_and_appear(tab, page):
    with tab.expect_file_chooser() as chooser:
        tab.get_by_label("Add files").press("Enter")
    chooser.value.set_files([file(), file("b.pdf", PDF, "application/pdf")])
    expect(names(tab)).to_have_count(2)
    expect(tab.locator(".upload")).to_have_count(0)
    status = tab.locator(".file-add [role=status]")
    expect(status).to_have_text(re.compile(r"(a.png|b.pdf) is added\."))
    # What it shows is there, wherever it is kept.
    small = tab.locator("#kb-files img")
    small.scroll_into_view_if_needed()
    expect(small).to_have_js_property("naturalWidth", 8)
    assert objects() == {key for row in page.attachments.all() for key in row.keys}


@pytest.mark.parametrize("path", [PATH, LIST])
def test_files_are_dropped_on_the_article(tab, page, path):
    tab.goto(path)
    hand(tab, "dragover", "article", file())
    target = tab.get_by_text("Drop to add to this page’s files")
    expect(target).to_be_visible()
    hand(tab, "dragleave", "article", file())
    expect(target).to_have_count(0)
    hand(tab, "dragover", "article", file())
    hand(tab, "drop", "article", file())
    expect(target).to_have_count(0)
    expect(names(tab)).to_have_text(["a.png"])
    assert page.attachments.get().name == "a.png"


def test_a_few_are_sent_at_a_time_and_those_that_wait_can_be_cancelled(tab, page):
    held = Held(tab)
    hand(tab, "drop", "article", *(file(f"{n}.txt", b"%d" % n, "") for n in range(5)))
    rows = tab.locator(".upload")
    expect(rows).to_have_count(5)
    expect(rows.filter(has_text="Waiting…")).to_have_count(2)
    assert len(held.waiting) == 3
    rows.last.get_by_role("button", name="Cancel: 4.txt").press("Enter")
    expect(rows).to_have_count(4)
    expect(rows.last.get_by_role("button", name="Cancel: 3.txt")).to_be_focused()
    held.let_go()
    expect(names(tab)).to_have_count(4)
    assert sorted(row.name for row in page.attachments.all()) == [f"{n}.txt" for n in range(4)]


def test_leaving_while_a_file_is_on_its_way_asks_first(tab):
    Held(tab)
    tab.get_by_label("Add files").set_input_files([file()])
    expect(tab.locator(".upload")).to_have_count(1)
    tab.locator("article").click()
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    tab.goto("/topics/")
    assert asked == ["beforeunload"]


def test_a_refused_file_is_told_where_it_was_chosen(tab):
    tab.get_by_label("Add files").set_input_files([file("a.png", picture()[:-20])])
    row = tab.locator(".upload")
    expect(row).to_contain_text("This picture is broken")
    row.get_by_role("button", name="Dismiss").press("Enter")
    expect(row).to_have_count(0)
    expect(tab.get_by_label("Add files")).to_be_focused()


def test_the_markdown_of_a_file_is_copied(tab, page):
    tab.get_by_label("Add files").set_input_files([file()])
    expect(names(tab)).to_have_count(1)
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.get_by_role("link", name="All files").click()
    button = tab.get_by_role("button", name="Copy the Markdown of a.png")
    button.click()
    expect(button).to_have_text("Copied")
    url = page.attachments.get().get_absolute_url()
    assert tab.evaluate("navigator.clipboard.readText()") == f"![a.png]({url})"
    expect(button).to_have_text("Copy Markdown")


def test_files_are_renamed_replaced_deleted_and_restored(tab, page):
    tab.get_by_label("Add files").set_input_files([file("a.pdf", PDF, "application/pdf")])
    expect(names(tab)).to_have_count(1)
    tab.goto(LIST)
    for change in ("Rename", "Replace"):
        tab.locator(".file-change summary").click()
        if change == "Rename":
            tab.get_by_label("Name").fill("Plan.pdf")
        else:
            tab.get_by_label("Another file in its place").set_input_files([file("x.png")])
        tab.get_by_role("button", name=change).click()
        expect(tab.locator(".message")).to_be_visible()
    expect(names(tab)).to_have_text(["Plan.png"])
    tab.get_by_role("button", name="Delete Plan.png").click()
    expect(names(tab)).to_have_count(0)
    tab.get_by_role("button", name="Undo").click()
    expect(names(tab)).to_have_text(["Plan.png"])
    row = Attachment.objects.get()
    assert (row.page, row.trashed_at, objects()) == (page, None, set(row.keys))


def test_a_row_that_somebody_works_in_stays_when_a_file_arrives(tab, page):
    files = [file(f"{name}.pdf", PDF + name.encode(), "application/pdf") for name in "abcd"]
    for each in files[:3]:
        store(io.BytesIO(each["buffer"]), name=each["name"], page=page)
    tab.goto(LIST)
    held = Held(tab)
    tab.get_by_label("Add files").set_input_files(files[3:])
    first = tab.locator(".file-row").filter(has_text="a.pdf")
    first.locator("summary").click()
    first.get_by_label("Another file in its place").set_input_files([file("x.png")])
    second = tab.locator(".file-row").filter(has_text="b.pdf")
    second.locator("summary").click()
    name = second.get_by_label("Name")
    name.fill("Half a na")
    name.press("ArrowLeft")
    held.let_go()
    expect(names(tab)).to_have_text(["d.pdf", "c.pdf", "b.pdf", "a.pdf"])
    expect(name).to_be_focused()
    tab.keyboard.insert_text("n")
    expect(name).to_have_value("Half a nna")
    second.get_by_role("button", name="Rename").click()
    expect(names(tab)).to_have_text(["d.pdf", "c.pdf", "Half a nna.pdf", "a.pdf"])


def test_a_list_that_cannot_be_loaded_leaves_the_row_somebody_works_in(tab, page):
    store(io.BytesIO(PDF), name="a.pdf", page=page)
    tab.goto(LIST)
    tab.locator(".file-row summary").click()
    tab.get_by_label("Name").fill("Half a na")
    tab.route(f"**{LIST}", lambda route: route.abort())
    tab.get_by_label("Add files").set_input_files([file()])
    said = tab.locator(".file-add [role=status]")
    expect(said).to_contain_text("Load the page again to see it in the list.")
    expect(tab.get_by_label("Name")).to_have_value("Half a na")


def test_without_scripts_a_form_does_it(tabs, page, editor, storage):
    tab = tabs(editor, PATH, java_script_enabled=False)
    tab.get_by_label("Add files").set_input_files([file(), file("b.pdf", PDF)])
    tab.get_by_role("button", name="Upload").click()
    expect(tab.locator(".message")).to_have_text("Added: a.png, b.pdf.")
    expect(names(tab)).to_have_count(2)
    tab.goto(LIST)
    tab.get_by_role("button", name="Delete b.pdf").click()
    tab.locator(".details summary").click()
    tab.get_by_role("button", name="Restore b.pdf").click()
    expect(names(tab)).to_have_count(2)


@BOTH_SIZES
def test_is_accessible(tabs, page, editor, admin, size):
    tab = tabs(admin, PATH, viewport=size)
    wide = "document.documentElement.scrollWidth - innerWidth"
    found = serious_in_both(tab)
    tab.get_by_label("Add files").set_input_files([file("a.png", picture()[:-20])])
    expect(tab.locator(".upload")).to_contain_text("broken")
    held = Held(tab)
    long = file(f"{'A long name that goes on ' * 5}.pdf", PDF, "application/pdf")
    tab.get_by_label("Add files").set_input_files([long, file("c" * 120)])
    expect(tab.locator(".upload")).to_have_count(3)
    # However long its name is.
    assert tab.locator(".upload").nth(1).bounding_box()["height"] < 140
    found += serious_in_both(tab)
    assert tab.evaluate(wide) <= 0
    held.let_go()
    expect(names(tab)).to_have_count(2)
    found += serious_in_both(tab)
    tab.goto(LIST)
    change = tab.locator(".file-change summary").first
    before = change.bounding_box()
    change.click()
    # What it opens is below it.
    assert change.bounding_box() == before
    hand(tab, "dragover", "article", file())
    expect(tab.get_by_text("Drop to add to this page’s files")).to_be_visible()
    found += serious_in_both(tab)
    assert tab.evaluate(wide) <= 0
    small = "(all) => all.filter((each) => each.getBoundingClientRect().height < 24)"
    ways = tab.locator(".file-ways :is(a, button, summary), .upload button, .file-choose")
    assert ways.evaluate_all(f"(all) => ({small})(all).length") == 0
    move_to_trash(page.attachments.first(), by=admin)
    tab.goto("/trash/")
    found += serious_in_both(tab)
    assert tab.evaluate(wide) <= 0
    assert found == []
