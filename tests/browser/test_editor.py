"""The editor in a browser: tools and keys, undo, links to pages, preview, on both screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route, expect

from services.models import Category, Page
from tests.support.pages import make_service, make_topic
from tests.support.pictures import picture
from tests.support.writing import (  # noqa: F401 (a fixture)
    BOTH_SIZES,
    PHONE,
    WIDE,
    Tabs,
    first_of,
    select,
    serious_in_both,
    tabs,
)

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = "".join(
    f"## Part {number}\n\n{'Words that fill some lines of this part. ' * size}\n\n"
    for number, size in enumerate([3, 40, 2, 2, 60, 4, 5, 30, 3, 8])
)


@pytest.fixture
def page(transactional_db: None) -> Page:
    compute = Category.objects.get_or_create(slug="compute", defaults={"name": "Compute"})[0]
    make_service(title="ECS", category=compute)
    make_service(title="EKS", category=compute)
    return make_topic(title="Plan", notes="hello world\n")


@pytest.fixture
def tab(tabs: Tabs, page: Page, editor) -> Tab:  # noqa: F811
    opened = tabs(editor, "/pages/plan/edit/")
    expect(opened.get_by_role("toolbar")).to_be_visible()
    return opened


def marked(tab: Tab) -> str:
    """The text with ‹› around what is selected."""
    area = tab.locator("#id_notes")
    text = area.input_value()
    start, end = area.evaluate("area => [area.selectionStart, area.selectionEnd]")
    return f"{text[:start]}‹{text[start:end]}›{text[end:]}"


def fill(tab: Tab, text: str) -> None:
    """A text with ‹› around what is to be selected."""
    start, end = text.index("‹"), text.index("›") - 1
    tab.locator("#id_notes").fill(text.replace("‹", "").replace("›", ""))
    select(tab, start, end)


BOX = "- [ ] "
TABLE = "| ‹Name› | Value |\n| --- | --- |\n|  |  |"
TOOLS = [
    ("Bold", "‹hello› world", "**‹hello›** world"),
    ("Bold", "**‹hello›** world", "‹hello› world"),
    ("Bold", "he‹›llo", "**‹hello›**"),
    ("Bold", "‹a b\n\nc›", "‹**a b**\n\n**c**›"),
    ("Italic", "**‹hi›**", "***‹hi›***"),
    ("Italic", "‹***hi***›", "‹**hi**›"),
    ("Code", "‹a› b", "`‹a›` b"),
    ("Code", "‹a\nb›", "```‹›\na\nb\n```"),
    ("Link", "‹docs› here", "[docs](‹https://›) here"),
    ("Link", "‹https://aws.example›", "[‹›](https://aws.example)"),
    ("Heading", "One‹›", "## One‹›"),
    ("Heading", "#### One‹›", "One‹›"),
    ("Bulleted list", "‹a\nb›", "‹- a\n- b›"),
    ("Numbered list", "‹- a\n- b›", "‹1. a\n2. b›"),
    ("Task", "‹a\n\n- b›", f"‹{BOX}a\n\n{BOX}b›"),
    ("Task", "‹- [x] a›", "‹a›"),
    ("Quotation", "‹a\n\nb›", "‹> a\n>\n> b›"),
    ("Quotation", "‹> a›", "‹a›"),
    ("Table", "a‹›\n\nb", f"a\n\n{TABLE}\n\nb"),
    ("Callout", "‹a›\nb", "> [!‹note›]\n> a\n\nb"),
    ("Indent", "1. a\n2. ‹›b", "1. a\n   2. ‹›b"),
    ("Indent", "- a\n\t- b\n- ‹›c", "- a\n\t- b\n\t- ‹›c"),
    ("Outdent", "- a\n  - ‹›b", "- a\n- ‹›b"),
]


def test_every_tool_works_and_can_be_undone(tab):
    area = tab.locator("#id_notes")
    for tool, before, after in TOOLS:
        fill(tab, before)
        text = area.input_value()
        tab.get_by_role("button", name=re.compile(f"^{tool}")).click()
        assert marked(tab) == after, tool
        expect(area).to_be_focused()
        tab.keyboard.press("Control+z")
        assert area.input_value() == text, tool


def test_many_lines_are_changed_in_one_go_and_keep_every_character(tab):
    area = tab.locator("#id_notes")
    lines = [f"\t- <b>{number}</b> &amp; \u00a0 two  blanks  " for number in range(400)]
    text = "\n\n" + "\n".join(lines) + "\n\n\n"
    area.fill(text)
    area.evaluate(
        "area => area.addEventListener('input', () => { window.told = (window.told ?? 0) + 1 })"
    )
    for keys, more in [("Control+]", "\t"), ("Control+[", "")]:
        tab.keyboard.press("Control+a")
        tab.keyboard.press(keys)
        expected = (
            "\n\n" + "\n".join((more + line) if more else line[1:] for line in lines) + "\n\n\n"
        )
        assert area.input_value() == expected
        # Told of each line, a browser is busy for seconds.
        assert tab.evaluate("window.told") == 1
        tab.keyboard.press("Control+z")
        assert area.input_value() == text
        tab.evaluate("window.told = 0")


KEYS = [
    ("Control+b", "**‹hello›** world\n"),
    ("Control+i", "*‹hello›* world\n"),
    ("Control+k", "[hello](‹https://›) world\n"),
    ("Control+e", "`‹hello›` world\n"),
    ("Control+]", "‹  hello world›\n"),
    ("Control+Shift+Digit8", "‹- hello world›\n"),
    ("Control+Shift+Digit7", "‹1. hello world›\n"),
    ("Control+Shift+Digit9", "‹- [ ] hello world›\n"),
    ("Control+Shift+Period", "‹> hello world›\n"),
]


def test_the_keys_that_people_know(tab):
    for keys, after in KEYS:
        select(tab, 0, 5)
        tab.keyboard.press(keys)
        assert marked(tab) == after, keys
        tab.keyboard.press("Control+z")
        assert tab.locator("#id_notes").input_value() == "hello world\n", keys
    # The buttons say them.
    bold = tab.get_by_role("button", name="Bold")
    expect(bold).to_have_attribute("aria-keyshortcuts", "Control+B")
    expect(bold).to_have_attribute("title", "Bold (Ctrl+B)")


ENTER = [
    ("- a‹›", "- a\n- ‹›"),
    ("- a\n- ‹›", "- a\n‹›"),
    ("- a‹›b", "- a\n- ‹›b"),
    ("  9. x‹›", "  9. x\n  10. ‹›"),
    ("- [x] a‹›", f"- [x] a\n{BOX}‹›"),
    (f"{BOX}‹›", "‹›"),
    ("> a‹›", "> a\n> ‹›"),
    ("> ‹›", "‹›"),
    ("> - a‹›", "> - a\n> - ‹›"),
    ("> - ‹›", "> ‹›"),
    ("```\n- a‹›", "```\n- a\n‹›"),
    ("‹›- a", "\n‹›- a"),
    ("* * *‹›", "* * *\n‹›"),
    ("plain‹›", "plain\n‹›"),
]


def test_enter_goes_on_with_lists_and_ends_them(tab):
    for before, after in ENTER:
        fill(tab, before)
        tab.keyboard.press("Enter")
        assert marked(tab) == after, before
    fill(tab, "- a‹›")
    tab.keyboard.press("Shift+Enter")
    assert marked(tab) == "- a\n‹›"


def test_tab_leaves_and_the_toolbar_is_one_stop(tab):
    area, bar = tab.locator("#id_notes"), tab.get_by_role("toolbar")
    area.focus()
    tab.keyboard.press("Tab")
    expect(area).not_to_be_focused()
    tab.keyboard.press("Shift+Tab")
    expect(area).to_be_focused()
    assert area.input_value() == "hello world\n"
    tab.keyboard.press("Shift+Tab")
    expect(bar.get_by_role("button", name="Bold")).to_be_focused()
    tab.keyboard.press("ArrowRight")
    expect(bar.get_by_role("button", name="Italic")).to_be_focused()
    tab.keyboard.press("End")
    expect(bar.get_by_role("button").last).to_be_focused()
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    select(tab, 0, 5)
    tab.keyboard.press("Shift+Tab")
    expect(bar.get_by_role("button", name="Italic")).to_be_focused()
    tab.keyboard.press("Enter")
    assert marked(tab) == "*‹hello›* world\n"


def test_control_s_saves(tab, page):
    select(tab, 0)
    tab.keyboard.type("Now ")
    tab.keyboard.press("Control+s")
    tab.wait_for_url("**/topics/plan/")
    assert Page.objects.get(pk=page.pk).notes == "Now hello world\n"


def test_control_s_saves_in_the_admin(tabs, page, admin):  # noqa: F811
    tab = tabs(admin, f"/admin/services/topic/{page.pk}/change/")
    select(tab, 0)
    tab.keyboard.type("Now ")
    tab.keyboard.press("Control+s")
    expect(tab.locator(".messagelist")).to_contain_text("changed")
    assert Page.objects.get(pk=page.pk).notes == "Now hello world\n"
    # What is not saved is kept, so that leaving asks nothing.
    tab.on("dialog", lambda dialog: pytest.fail(dialog.type))
    tab.locator("#id_notes").press("x")
    tab.goto("/")
    tab.go_back()
    expect(tab.get_by_text("You have unsaved text for this page")).to_be_visible()


# -- links to pages ------------------------------------------------------------------------------


def options(tab: Tab):
    return tab.get_by_role("listbox", name="Pages").get_by_role("option")


def test_brackets_offer_pages_by_keyboard(tab):
    area = tab.locator("#id_notes")
    select(tab, 0)
    tab.keyboard.type("[[e")
    expect(options(tab)).to_have_text(["ECS Compute", "EKS Compute"])
    first = options(tab).first
    expect(area).to_have_attribute("aria-activedescendant", first.get_attribute("id"))
    expect(first).to_have_attribute("aria-selected", "true")
    expect(tab.get_by_role("status").get_by_text("2 pages")).to_have_count(1)
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    assert marked(tab) == "[[EKS]]‹›hello world\n"
    expect(options(tab)).to_have_count(0)
    tab.keyboard.press("Control+z")
    assert tab.locator("#id_notes").input_value() == "[[ehello world\n"


def test_a_list_of_pages_is_closed_by_escape_and_stays_so(tab):
    area = tab.locator("#id_notes")
    select(tab, 0)
    tab.keyboard.type("[[e")
    expect(options(tab)).to_have_count(2)
    tab.keyboard.press("Escape")
    expect(options(tab)).to_have_count(0)
    expect(area).to_be_focused()
    assert area.get_attribute("aria-activedescendant") is None
    tab.keyboard.type("c")
    tab.wait_for_timeout(400)
    expect(options(tab)).to_have_count(0)
    # Now Tab leaves, as it always does where nothing is offered.
    tab.keyboard.press("Tab")
    expect(area).not_to_be_focused()


def test_a_page_is_chosen_by_tab_or_pointer_and_an_end_is_not_doubled(tab):
    fill(tab, "‹›]]")
    tab.keyboard.type("[[ecs")
    expect(options(tab)).to_have_count(1)
    tab.keyboard.press("Tab")
    assert marked(tab) == "[[ECS]]‹›"
    fill(tab, "‹›")
    tab.keyboard.type("[[p")
    options(tab).get_by_text("Plan").click()
    assert marked(tab) == "[[Plan]]‹›"
    expect(tab.locator("#id_notes")).to_be_focused()


def test_a_late_list_of_pages_never_replaces_a_newer(tab):
    slow: list[Route] = []

    def answer(route: Route) -> None:
        slow.append(route) if route.request.url.endswith("q=e") else route.continue_()

    tab.route("**/pages/names/*", answer)
    select(tab, 0)
    tab.keyboard.type("[[e")
    tab.wait_for_timeout(300)
    tab.keyboard.type("k")
    expect(options(tab)).to_have_text(["EKS Compute"])
    assert len(slow) == 1
    slow[0].fulfill(json={"pages": [{"title": "Late", "category": ""}]})
    tab.wait_for_timeout(200)
    expect(options(tab)).to_have_text(["EKS Compute"])


# -- pictures ------------------------------------------------------------------------------------


def test_pictures_are_chosen_and_can_be_undone(tab):
    files = [
        {"name": f"{name}.png", "mimeType": "image/png", "buffer": picture(size=(8, height))}
        for name, height in (("a", 6), ("b", 7))
    ]
    select(tab, 0)
    with tab.expect_file_chooser() as chooser:
        tab.get_by_role("button", name="Pictures and files").click()
    chooser.value.set_files(files)
    area = tab.locator("#id_notes")
    shown = r"!\[a.png\]\(/attachments/\S+\)\n!\[b.png\]\(/attachments/\S+\)"
    expect(area).to_have_value(re.compile(shown + "hello world"))
    for _ in range(4):
        area.press("Control+z")
    assert area.input_value() == "hello world\n"


def test_a_picture_does_not_take_the_focus_from_another_field(tab):
    waiting: list[Route] = []
    tab.route("**/attachments/", lambda route: waiting.append(route))
    file = {"name": "a.png", "mimeType": "image/png", "buffer": picture()}
    tab.locator(".editor-files").set_input_files([file])
    expect(tab.locator("#id_notes")).to_have_value(re.compile("Uploading"))
    title = tab.get_by_label("Title", exact=True)
    title.focus()
    first_of(tab, waiting).continue_()
    expect(tab.locator("#id_notes")).to_have_value(re.compile("/attachments/"))
    expect(title).to_be_focused()


# -- preview -------------------------------------------------------------------------------------


def test_text_and_preview_scroll_together(tab):
    area, view = tab.locator("#id_notes"), tab.locator(".editor-preview")
    area.fill(PARTS)
    expect(view.get_by_role("heading", name="Part 9")).to_have_count(1)
    top = "element => Math.round(element.scrollTop)"
    inside = """() => {
      const view = document.querySelector(".editor-preview");
      const heading = [...view.querySelectorAll("h2")][4];
      return heading.getBoundingClientRect().top - view.getBoundingClientRect().top;
    }"""
    # So far that the fifth part begins at the upper edge of the text.
    at = tab.evaluate(
        """async () => {
          const { measure } = await import("/static/js/editor/scroll.js");
          const area = document.querySelector("#id_notes");
          return measure(area, [area.value.indexOf("## Part 4")])[0].y;
        }"""
    )
    area.evaluate("(area, top) => { area.scrollTop = top }", at)
    tab.wait_for_timeout(300)
    assert abs(tab.evaluate(inside)) < 12
    where = area.evaluate(top), view.evaluate(top)
    tab.wait_for_timeout(300)
    assert (area.evaluate(top), view.evaluate(top)) == where
    for element, other in ((view, area), (area, view)):
        for far in (0, 99_999):
            element.evaluate("(element, far) => { element.scrollTop = far }", far)
            tab.wait_for_timeout(200)
            most = other.evaluate("element => element.scrollHeight - element.clientHeight")
            assert abs(other.evaluate(top) - (most if far else 0)) <= 2


def test_on_a_phone_the_preview_is_behind_a_tab(tabs, page, editor):  # noqa: F811
    tab = tabs(editor, "/pages/plan/edit/", viewport=PHONE, has_touch=True)
    write, show = (tab.get_by_role("tab", name=name) for name in ("Write", "Preview"))
    view = tab.get_by_role("tabpanel", name="Preview")
    expect(write).to_have_attribute("aria-selected", "true")
    expect(view).to_be_hidden()
    tab.locator("#id_notes").fill("Some **bold** words")
    write.focus()
    tab.keyboard.press("ArrowRight")
    expect(show).to_be_focused()
    expect(view.locator("strong")).to_have_text("bold")
    expect(tab.locator("#id_notes")).to_be_hidden()
    expect(tab.get_by_role("toolbar")).to_be_hidden()
    tab.keyboard.press("ArrowLeft")
    expect(tab.locator("#id_notes")).to_be_visible()
    # With room for both there are no tabs.
    show.click()
    tab.set_viewport_size(WIDE)
    expect(tab.get_by_role("tab")).to_have_count(0)
    expect(tab.locator("#id_notes")).to_be_visible()
    expect(tab.get_by_role("region", name="Preview")).to_be_visible()


@BOTH_SIZES
def test_is_accessible(tabs, page, editor, size):  # noqa: F811
    tab = tabs(editor, "/pages/plan/edit/", viewport=size)
    expect(tab.get_by_role("toolbar")).to_be_visible()
    found = serious_in_both(tab)
    select(tab, 0)
    tab.keyboard.type("[[e")
    expect(options(tab)).to_have_count(2)
    found += serious_in_both(tab)
    tab.keyboard.press("Escape")
    if size == PHONE:
        tab.get_by_role("tab", name="Preview").click()
        found += serious_in_both(tab)
    assert found == []
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
