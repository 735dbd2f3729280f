"""Ticking in a browser: by click and by key, with and without a script, and what goes wrong."""

from functools import partial
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from services.models import Category, ChecklistItem
from services.models import Page as Notes
from services.pages.revise import revise
from tests.support.pages import make_service, make_topic
from tests.support.writing import BOTH_SIZES, PHONE, Tabs, serious_in_both, too_wide

pytestmark = pytest.mark.django_db(transaction=True)
NOTES = """To learn:

- [ ] One **bold** word, and then many more of them, so that this line is longer than a line is
- [/] Two
  - [x] Three
    - [ ] Deep
- [-] Four

> [!note] Soon
> - [ ] In a callout

1. [ ] Loose

2. [ ] Ones

# A section

- plain
- [ ] Last
"""


@pytest.fixture
def content(transactional_db: None) -> None:
    compute = Category.objects.get(slug="compute")
    make_service(title="Lambda", category=compute, notes="Runs code.\n\n- [ ] Try it\n")
    make_topic(title="Plan", notes=NOTES)
    make_topic(title="Other", notes="- [ ] Lambda\n- [x] Lambda too\n")


@pytest.fixture
def opened(tabs: Tabs, content: None, editor) -> Any:
    """Opens a page as an editor."""
    return partial(tabs, editor)


def box(page: Page, words: str) -> Any:
    return page.get_by_role("checkbox", name=words, exact=True)


def notes(title: str = "Plan") -> str:
    return Notes.objects.get(title=title).notes


def saved(page: Page) -> Any:
    """Wait for the next answer to a tick."""
    return page.expect_response(lambda response: response.url.endswith("/items/tick/"))


def test_a_click_ticks_and_the_numbers_follow(opened):
    page = opened("/topics/plan/")
    expect(page.get_by_text("2 of 9 done · 1 in progress")).to_be_visible()
    with saved(page):
        box(page, "Last").click()
    expect(box(page, "Last")).to_be_checked()
    expect(page.get_by_text("3 of 9 done · 1 in progress")).to_be_visible()
    assert "- [x] Last" in notes()
    with saved(page):
        box(page, "Two").click()
    expect(page.get_by_text("4 of 9 done", exact=True)).to_be_visible()
    page.reload()
    expect(box(page, "Last")).to_be_checked()
    with saved(page):
        box(page, "Last").click()
    expect(box(page, "Last")).not_to_be_checked()
    assert "- [ ] Last" in notes()


def test_space_ticks(opened):
    page = opened("/checklist/")
    box(page, "Two").focus()
    with saved(page):
        page.keyboard.press("Space")
    expect(box(page, "Two")).to_be_checked()
    expect(box(page, "Two")).to_be_focused()
    assert "- [x] Two" in notes()
    expect(page.get_by_role("link", name="In progress 0")).to_be_visible()
    expect(page.get_by_role("link", name="Done 3")).to_be_visible()


def test_the_side_column_ticks_an_item_of_another_page(opened):
    page = opened("/services/lambda/")
    with saved(page):
        page.get_by_role("complementary").get_by_role("checkbox", name="Lambda", exact=True).click()
    assert notes("Other") == "- [x] Lambda\n- [x] Lambda too\n"
    expect(page.get_by_text("2 of 3 done")).to_be_visible()


def test_letters_choose_a_state(opened):
    page = opened("/topics/plan/")
    box(page, "Deep").focus()
    for key, line in (("n", "[-] Deep"), ("p", "[/] Deep"), ("d", "[x] Deep"), ("o", "[ ] Deep")):
        with saved(page):
            page.keyboard.press(key)
        assert line in notes()


def test_the_menu_by_keyboard(opened):
    page = opened("/topics/plan/")
    box(page, "Two").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("dialog", name="State of “Two”")).to_be_visible()
    expect(page.get_by_role("menuitemradio", name="In progress")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(box(page, "Two")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="More states: Two")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitemradio", name="Not applicable")).to_be_focused()
    with saved(page):
        page.keyboard.press("Enter")
    expect(page.get_by_label("Why, in a few words")).to_be_focused()
    page.keyboard.type("We use ECS")
    with saved(page):
        page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(page.get_by_role("button", name="More states: Two")).to_be_focused()
    assert "- [-] Two" in notes()
    assert ChecklistItem.objects.get(text="Two").reason == "We use ECS"
    assert box(page, "Two").get_attribute("title") == "Not applicable"
    # It stands behind the item's own words, not below those within it.
    expect(page.locator("li.task:has(> [aria-label='Two']) > .task-why")).to_have_text("We use ECS")
    expect(page.get_by_text("We use ECS")).to_be_visible()
    with saved(page):
        box(page, "Two").press("o")
    expect(page.get_by_text("We use ECS")).to_have_count(0)
    with saved(page):
        box(page, "Two").press("n")
    expect(page.get_by_text("We use ECS")).to_be_visible()
    page.goto("/checklist/")
    expect(page.get_by_text("We use ECS")).to_be_visible()
    box(page, "Two").focus()
    page.keyboard.press("Shift+F10")
    expect(page.get_by_label("Why, in a few words")).to_have_value("We use ECS")
    with saved(page):
        page.keyboard.press("o")
    expect(page.get_by_text("We use ECS")).to_be_hidden()
    # Ticked again, it has its reason again.
    with saved(page):
        box(page, "Two").press("n")
    expect(page.get_by_text("We use ECS")).to_be_visible()


def test_the_menu_by_touch(opened):
    page = opened("/topics/plan/", viewport=PHONE, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="More states: Last").tap()
    with saved(page):
        page.get_by_role("menuitemradio", name="In progress").tap()
    expect(page.get_by_role("menu")).to_be_hidden()
    assert "- [/] Last" in notes()
    page.get_by_role("button", name="More states: Last").tap()
    expect(page.get_by_role("menu")).to_be_visible()
    page.get_by_role("heading", name="A section").tap()
    expect(page.get_by_role("menu")).to_be_hidden()


def test_quick_clicks_end_in_what_was_wanted_last(opened):
    page = opened("/topics/plan/")
    asked: list[str] = []
    under_way: set[Any] = set()
    page.on("request", lambda request: under_way.add(request))
    page.on(
        "requestfinished", lambda request: (asked.append(request.url), under_way.discard(request))
    )
    for _ in range(7):
        box(page, "Last").click()
    expect(box(page, "Last")).to_be_checked()
    quiet = 0
    while quiet < 6:
        page.wait_for_timeout(50)
        quiet = 0 if under_way else quiet + 1
    assert 1 <= len([url for url in asked if url.endswith("/items/tick/")]) <= 7
    assert "- [x] Last" in notes()
    expect(box(page, "Last")).to_be_checked()


def test_an_item_that_is_gone_is_put_back_and_told(opened):
    page = opened("/topics/plan/")
    plan = Notes.objects.get(title="Plan")
    revise(plan, plan.notes.replace("- [ ] Last\n", ""), version=plan.version)
    with saved(page):
        box(page, "Last").click()
    expect(page.get_by_role("status").filter(has_text="“Last” is not saved")).to_contain_text(
        "This item is gone"
    )
    expect(box(page, "Last")).not_to_be_checked()
    expect(page.get_by_text("2 of 9 done · 1 in progress")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("is not saved")).to_be_hidden()


def test_offline_is_put_back_and_told(opened):
    page = opened("/topics/plan/")
    page.context.set_offline(True)
    box(page, "Last").click()
    expect(page.get_by_text("There is no connection")).to_be_visible()
    expect(box(page, "Last")).not_to_be_checked()
    page.context.set_offline(False)
    with saved(page):
        box(page, "Last").click()
    expect(box(page, "Last")).to_be_checked()
    expect(page.get_by_text("There is no connection")).to_be_hidden()
    assert "- [x] Last" in notes()


def test_a_log_in_that_ended_is_told(opened):
    page = opened("/topics/plan/")
    Session.objects.all().delete()
    box(page, "Last").click()
    expect(page.get_by_text("You are no longer logged in")).to_be_visible()
    expect(box(page, "Last")).not_to_be_checked()
    page.get_by_role("status").get_by_role("link", name="Log in").click()
    page.get_by_label("Name").fill("edgar")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan")


def test_a_page_that_comes_back_shows_what_was_ticked_elsewhere(opened):
    page = opened("/topics/plan/")
    page.get_by_role("link", name="Checklist").click()
    with saved(page):
        box(page, "Last").click()
    page.go_back()
    expect(box(page, "Last")).to_be_checked()
    expect(page.get_by_text("3 of 9 done")).to_be_visible()


def test_works_without_a_script(opened):
    page = opened("/topics/plan/", java_script_enabled=False)
    box(page, "Last").click()
    expect(box(page, "Last")).to_be_checked()
    assert page.url.split("#")[0].endswith("/topics/plan/")
    assert "- [x] Last" in notes()
    page.get_by_role("link", name="More states: Last").click()
    page.get_by_label("Not applicable").check()
    page.get_by_label("Why").fill("Enough")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan")
    assert "- [-] Last" in notes()
    assert ChecklistItem.objects.get(text="Last").reason == "Enough"


@BOTH_SIZES
def test_is_accessible(opened, size):
    page = opened("/topics/plan/", viewport=size)
    first = ChecklistItem.objects.get(text="Two").pk
    for path in ("/topics/plan/", "/services/lambda/", "/checklist/", f"/items/{first}/"):
        page.goto(path)
        if not path.startswith("/items/"):
            page.keyboard.press("Tab")
            page.get_by_role("button", name="More states: ").first.focus()
            page.keyboard.press("Enter")
            page.keyboard.press("n")
            expect(page.get_by_label("Why, in a few words")).to_be_focused()
        assert serious_in_both(page) == []
        assert not too_wide(page)


def test_every_target_is_large_enough(opened):
    page = opened("/topics/plan/", viewport=PHONE)
    for path in ("/topics/plan/", "/services/lambda/", "/checklist/"):
        page.goto(path)
        targets = page.locator(".tick, .tick-more, .heading-edit")
        sides = targets.evaluate_all(
            """targets => targets.map((target) => {
              const { width, height } = target.getBoundingClientRect();
              return Math.min(width, height);
            })"""
        )
        assert sides and min(sides) >= 24, path
