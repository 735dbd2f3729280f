"""History in a browser: by the keyboard alone, wide and on a phone, light and dark."""

import pytest
from playwright.sync_api import Locator, Page, expect

from services.models import Reason, Topic
from tests.support.pages import make_topic
from tests.support.revisions_maker import revised
from tests.support.writing import BOTH_SIZES, PHONE, serious, serious_in_both, too_wide

pytestmark = pytest.mark.django_db(transaction=True)

NOTES = "Runs *code*.\n\n" + "".join(f"Line {n}.\n\n" for n in range(12))
LONG = "https://example.com/" + "a-very-long-word" * 12
PATHS = (
    "/pages/plan/history/",
    "/pages/plan/history/?from=tick&by=ada",
    "/pages/plan/history/?ticks=3",
    "/pages/plan/history/?before=1",
    "/pages/plan/history/2/",
    "/pages/plan/history/compare/?old=1&new=2",
    "/pages/plan/history/compare/?old=5&new=6",
    "/pages/plan/history/compare/?old=1&new=1",
    "/changes/",
    "/changes/?by=nobody",
)


@pytest.fixture
def content(editor, admin) -> None:
    page = make_topic(title="Plan", notes=NOTES + "- [ ] One\n- [ ] Two\n")
    changed = page.notes.replace("*code*", "**code** for you") + LONG + "\n"
    revised(page, changed, by=editor, title="The plan", aliases=[LONG], tags=["exam"])
    for name in ("One", "Two"):
        notes = page.notes.replace(f"[ ] {name}", f"[x] {name}")
        revised(page, notes, by=admin, reason=Reason.TICK)
    revised(page, page.notes + "More.\n", by=editor)
    revised(page, page.notes.replace("\n", "\r\n"), by=editor)
    for at in range(3):
        make_topic(title=f"Note {at}", last_reason=Reason.IMPORT)


@BOTH_SIZES
def test_every_page_is_accessible_and_keeps_the_policy(tabs, content, editor, size):
    page = tabs(editor, "/", viewport=size)
    found = []
    for path in PATHS:
        page.goto(path)
        page.locator("main details").evaluate_all("all => all.forEach(one => (one.open = true))")
        found += serious_in_both(page)
        assert not too_wide(page), path
    assert found == []
    assert tabs.complaints == []


def tab_to(page: Page, target: Locator) -> None:
    """Go on with Tab until a control has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {target}.")


def press(page: Page, role: str, name: str) -> None:
    """Reach a control by Tab, and press Enter on it."""
    tab_to(page, page.get_by_role("main").get_by_role(role, name=name, exact=True))  # type: ignore[arg-type]
    page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_compares_restores_and_undoes_by_keyboard(tabs, content, editor, scripts):
    page = tabs(editor, "/pages/plan/history/", java_script_enabled=scripts)
    tab_to(page, page.locator("input[name=old]:checked"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Changes")
    assert "old=4" in page.url and "new=6" in page.url
    expect(page.get_by_role("group", name="Changed lines")).to_contain_text("More.")
    press(page, "link", "History")
    press(page, "button", "Restore version 1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan")
    expect(page.get_by_role("main").get_by_role("status").first).to_contain_text(
        "Restored the version of"
    )
    press(page, "button", "Undo")
    expect(page.get_by_role("heading", level=1)).to_have_text("The plan")
    assert tabs.complaints == []


def test_a_newer_version_is_shown_before_it_is_replaced(tabs, content, editor):
    page = tabs(editor, "/pages/plan/history/", viewport=PHONE)
    revised(Topic.objects.get(slug="plan"), "Somebody else's.\n")
    page.get_by_role("button", name="Restore version 1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Restore this version?")
    assert serious(page) == []
    page.get_by_role("link", name="See what changed since").click()
    expect(page.get_by_role("group", name="Changed lines")).to_contain_text("Somebody else's.")
    page.go_back()
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan")


def test_unchanged_lines_open_and_changes_are_read_aloud(tabs, content, editor):
    page = tabs(editor, "/pages/plan/history/compare/?old=1&new=2", java_script_enabled=False)
    expect(page.get_by_text("Line 6.")).to_be_hidden()
    page.get_by_text("unchanged lines").click()
    expect(page.get_by_text("Line 6.")).to_be_visible()
    diff = page.get_by_role("group", name="Changed lines").aria_snapshot()
    assert "Removed:" in diff
    assert "Added:" in diff
