"""The editor's field has room: the caret is seen, the list of pages fits, on every screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from services.models import Topic
from tests.support.pages import make_topic
from tests.support.writing import PHONE, WIDE, Tabs

pytestmark = pytest.mark.django_db(transaction=True)
EDIT = "/pages/plan/edit/"
LOW, KEYBOARD = {"width": 1280, "height": 720}, {"width": 390, "height": 420}
# What is at the middle of the caret's line, and whether all of the list is seen.
SEEN = """async () => {
  const { measure } = await import("/static/js/editor/scroll.js");
  const area = document.querySelector("#id_notes");
  const list = document.querySelector(".editor-pages");
  const { y, line } = measure(area, [area.selectionStart])[0];
  const box = area.getBoundingClientRect();
  const middle = box.top + Math.min(y - area.scrollTop + line / 2, area.clientHeight - 2);
  const lost = y - area.scrollTop + line / 2 > area.clientHeight;
  const at = (top) => document.elementFromPoint(box.left + 8, top);
  const { left, top, bottom } = list.getBoundingClientRect();
  const held = (place) => list.contains(document.elementFromPoint(left + 20, place));
  return { caret: !lost && at(middle) === area, list: held(top + 8) && held(bottom - 8) };
}"""


@pytest.fixture
def plan(transactional_db: None) -> Topic:
    make_topic(title="Long")
    return make_topic(title="Plan", notes="Words of a long line. " * 400)


@pytest.mark.parametrize("screen", [WIDE, LOW, PHONE, KEYBOARD])
def test_what_one_types_at_the_end_is_seen(tabs: Tabs, plan, editor, screen: Any):
    tab = tabs(editor, EDIT, viewport=screen)
    expect(tab.get_by_role("toolbar")).to_be_visible()
    tab.locator("#id_notes").click()
    tab.keyboard.press("Control+End")
    tab.keyboard.type("\n\nand [[Lon")
    expect(tab.locator(".editor-pages [role=option]")).to_be_visible()
    assert tab.evaluate(SEEN) == {"caret": True, "list": True}
    # Words beside the buttons may take another row, and the field gives way to it.
    expect(tab.locator("#kb-editing")).to_contain_text("Draft saved")
    tab.wait_for_timeout(100)
    tab.evaluate("document.querySelector('.editing-draft').textContent = 'Words. '.repeat(15)")
    tab.wait_for_timeout(100)
    assert tab.evaluate(SEEN) == {"caret": True, "list": True}


def test_without_scripts_there_is_no_place_for_a_preview(tabs: Tabs, plan, editor):
    tab = tabs(editor, EDIT, java_script_enabled=False)
    expect(tab.locator(".editor-preview")).to_be_hidden()
    expect(tab.get_by_text("to link a page")).to_be_hidden()
    box = tab.locator("#id_notes").bounding_box()
    assert box and box["width"] > 1000


def test_on_a_phone_the_header_has_two_rows(tabs: Tabs, plan, editor):
    tab = tabs(editor, EDIT, viewport=PHONE)
    header = tab.locator(".header").bounding_box()
    assert header and header["height"] < 100


def test_deep_lists_and_quotations_do_not_widen_the_page(tabs: Tabs, plan, editor):
    deep = "".join(f"{'  ' * depth}- item {depth}\n" for depth in range(80))
    make_topic(title="Deep", notes=f"{deep}\n\ntext\n\n{'>' * 60} quoted\n")
    tab = tabs(editor, "/topics/deep/", viewport=PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_right_to_left_words_stand_on_the_right(tabs: Tabs, plan, editor):
    make_topic(title="Deep", notes="שלום AWS?\n\nEnglish.\n")
    tab = tabs(editor, "/topics/deep/")
    side = """(p) => {
      const range = document.createRange();
      range.selectNodeContents(p);
      return range.getBoundingClientRect().left > p.getBoundingClientRect().left + 100;
    }"""
    sides = [tab.locator(".notes > p").nth(index).evaluate(side) for index in range(2)]
    assert sides == [True, False]
