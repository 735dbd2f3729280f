"""Searching in a browser: the box and its list, the full page."""

import re

import pytest
from playwright.sync_api import expect

from services.models import Category
from services.views import search
from tests.support.pages import make_service, make_topic
from tests.support.writing import PHONE, WIDE, WIDE_LIGHT_PHONE_DARK, first_of, serious, too_wide

pytestmark = pytest.mark.django_db(transaction=True)
NOTES = "Runs code.\n\n# Starting\n\nA cold start is slow.\n\n- [ ] start\n"


@pytest.fixture(autouse=True)
def content(transactional_db: None) -> None:
    compute, store = (Category.objects.get(slug=slug) for slug in ("compute", "data-store"))
    make_service(title="Lambda", category=compute, notes=NOTES)
    make_service(title="S3", category=store, notes="Keeps objects.\n")
    make_topic(title="Plan", notes="To learn:\n\n- [x] S3\n- [ ] Lambda\n")


def field(page):
    return page.get_by_role("combobox", name="Search pages")


def option(page, name):
    return page.get_by_role("option", name=name)


def active(page) -> str:
    chosen = page.locator("[role=option][aria-selected=true]")
    return chosen.inner_text() if chosen.count() else ""


def test_slash_leads_to_the_box_and_an_arrow_and_enter_to_a_page(tabs, reader):
    page = tabs(reader, "/")
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")
    page.keyboard.type("lam")
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    assert active(page) == ""
    page.keyboard.press("ArrowDown")
    assert active(page).startswith("Lambda")
    chosen = page.locator("[role=option][aria-selected=true]").get_attribute("id")
    expect(field(page)).to_have_attribute("aria-activedescendant", chosen)
    expect(field(page)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/lambda/**")


def test_enter_without_a_choice_leads_to_the_full_page(tabs, reader):
    page = tabs(reader, "/")
    field(page).fill("start")
    expect(option(page, "Lambda")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=start")
    expect(field(page)).to_have_value("start")
    expect(page.get_by_role("link", name="Lambda", exact=True)).to_be_visible()


def test_arrows_go_round_by_way_of_the_field(tabs, reader):
    page = tabs(reader, "/")
    field(page).fill("lambda")
    expect(option(page, "Show all results")).to_be_visible()
    page.keyboard.press("ArrowUp")
    assert active(page) == "Show all results"
    page.keyboard.press("ArrowDown")
    assert active(page) == ""
    page.keyboard.press("ArrowDown")
    assert active(page).startswith("Lambda")


def test_escape_closes_the_list_and_then_empties_the_box(tabs, reader):
    page = tabs(reader, "/")
    field(page).fill("lam")
    expect(option(page, "Lambda").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(option(page, "Lambda").first).to_be_hidden()
    expect(field(page)).to_have_value("lam")
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(field(page)).to_have_value("")
    expect(field(page)).to_be_focused()


def test_tab_leaves_the_box_and_its_list(tabs, reader):
    page = tabs(reader, "/")
    field(page).fill("lam")
    expect(option(page, "Lambda").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(option(page, "Lambda").first).to_be_hidden()
    expect(field(page)).not_to_be_focused()


def test_the_pointer_chooses_too(tabs, reader):
    page = tabs(reader, "/")
    field(page).fill("keeps")
    option(page, "S3").click()
    # Browsers keep to themselves which words an address leads to.
    page.wait_for_url(re.compile("/services/s3/"))


def test_a_click_beside_it_closes_the_list(tabs, reader):
    page = tabs(reader, "/")
    field(page).fill("keeps")
    expect(option(page, "S3")).to_be_visible()
    page.locator("main").click(position={"x": 5, "y": 300})
    expect(option(page, "S3")).to_be_hidden()


def test_slash_is_a_letter_where_one_writes(tabs, editor):
    page = tabs(editor, "/topics/plan/")
    page.get_by_text("Ask a question", exact=True).click()
    question = page.get_by_label("Your question")
    question.fill("What is TCP")
    page.keyboard.type("/IP?")
    expect(question).to_have_value("What is TCP/IP?")
    question.fill("")
    page.get_by_text("Ask a question", exact=True).click()


def test_a_slow_early_answer_never_replaces_a_later_one(tabs, reader):
    page = tabs(reader, "/")
    held = []
    # Without this the browser itself would drop the first request, and with it the danger.
    page.evaluate("AbortController.prototype.abort = () => {}")
    page.route(re.compile(r"suggest/\?q=keeps$"), lambda route: held.append(route))
    field(page).fill("keeps")
    first = first_of(page, held)
    field(page).fill("cold")
    expect(option(page, "Lambda")).to_be_visible()
    with page.expect_response("**/suggest/?q=keeps"):
        first.continue_()
    page.wait_for_timeout(150)
    expect(option(page, "Lambda")).to_be_visible()
    expect(option(page, "S3")).to_be_hidden()


def test_an_answer_to_what_was_removed_again_opens_nothing(tabs, reader):
    page = tabs(reader, "/")
    held = []
    page.evaluate("AbortController.prototype.abort = () => {}")
    page.route("**/suggest/**", lambda route: held.append(route))
    field(page).fill("keeps")
    first = first_of(page, held)
    field(page).fill("")
    with page.expect_response("**/suggest/**"):
        first.continue_()
    page.wait_for_timeout(150)
    expect(option(page, "S3")).to_be_hidden()


def test_a_slow_answer_is_announced_calmly(tabs, reader):
    page = tabs(reader, "/")
    held = []
    page.route("**/suggest/**", lambda route: held.append(route))
    field(page).fill("keeps")
    first = first_of(page, held)
    expect(page.get_by_text("Searching…")).to_be_visible()
    first.continue_()
    expect(option(page, "S3")).to_be_visible()
    expect(page.get_by_text("Searching…")).to_be_hidden()


def test_a_server_that_cannot_be_reached_is_told(tabs, reader):
    page = tabs(reader, "/")
    page.route("**/suggest/**", lambda route: route.abort())
    field(page).fill("keeps")
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    page.unroute("**/suggest/**")
    field(page).fill("keep")
    expect(option(page, "S3")).to_be_visible()


def test_a_fault_of_the_server_is_told(tabs, reader, monkeypatch):
    page = tabs(reader, "/")
    monkeypatch.setattr(search, "search_pages", lambda *args, **options: 1 / 0)
    field(page).fill("keeps")
    expect(page.get_by_text("The search does not answer")).to_be_visible()


def test_who_was_logged_out_is_told(tabs, reader):
    page = tabs(reader, "/")
    page.context.clear_cookies()
    field(page).fill("keeps")
    expect(page.get_by_text("You are logged out.")).to_be_visible()


def test_on_a_phone_a_button_opens_the_box_over_the_whole_width(tabs, reader):
    page = tabs(reader, "/", viewport=PHONE)
    expect(field(page)).to_be_hidden()
    opener = page.get_by_role("button", name="Search", exact=True)
    opener.click()
    expect(field(page)).to_be_focused()
    box = page.get_by_role("search").bounding_box()
    assert box and box["width"] > PHONE["width"] - 32
    page.keyboard.type("cold")
    expect(option(page, "Lambda")).to_be_visible()
    assert not too_wide(page)
    page.get_by_role("button", name="Cancel").click()
    expect(field(page)).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_header_has_room_for_it_on_any_screen(tabs, editor):
    page = tabs(editor, "/")
    for width in (320, 390, 801, 900, 1024, 1100, 1153, 1200, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        assert not too_wide(page), width


def test_without_scripts_the_box_and_its_filters_work(tabs, reader):
    for size in (WIDE, PHONE):
        page = tabs(reader, "/", viewport=size, java_script_enabled=False)
        box = page.get_by_role("searchbox", name="Search pages")
        box.fill("start")
        box.press("Enter")
        expect(page.get_by_role("link", name="Lambda", exact=True)).to_be_visible()
        if size == PHONE:
            page.locator("summary", has_text="Filters").click()
        page.get_by_label("Category").select_option("Compute")
        page.get_by_label("Open items or questions").check()
        page.get_by_label("Without the words").fill("python")
        page.get_by_role("button", name="Apply").click()
        expect(box).to_have_value("start category:compute is:open -python")
        page.get_by_role("link", name="Open (remove)").click()
        expect(box).to_have_value("start category:compute -python")


@WIDE_LIGHT_PHONE_DARK
def test_all_of_it_is_accessible_and_keeps_the_policy(tabs, reader, size, scheme):
    page = tabs(reader, "/search/", viewport=size, color_scheme=scheme)
    found = []
    for path in ("/search/", "/search/?q=start+is:open+-x", "/search/?q=nothing+lamda", "/keys/"):
        page.goto(path)
        found += serious(page)
        assert not too_wide(page), path
    page.goto("/services/s3/")
    page.keyboard.press("/")
    page.keyboard.type("lambda")
    expect(option(page, "Show all results")).to_be_visible()
    page.keyboard.press("ArrowDown")
    found += serious(page)
    assert found == []
