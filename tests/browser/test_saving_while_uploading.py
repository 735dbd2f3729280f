"""The editor while a file is on its way: what is kept, and what is saved, never holds its mark."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from services.models import Page
from services.pages import drafts
from tests.browser.test_drafts import LOST, STORED
from tests.browser.test_page_files import Held
from tests.browser.test_uploads_in_editor import NOTES, file, hand, page, tab, text_of, upload  # noqa: F401
from tests.support.pictures import picture
from tests.support.writing import PHONE, Tabs, select, serious, too_wide

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = f"{STORED}.map((key) => JSON.parse(localStorage.getItem(key)).fields.notes)"


@pytest.fixture
def storage() -> str:
    """A folder: what is saved is the same with a bucket, where the tests of the editor upload."""
    return "local"


def begin(tab: Tab, *files: dict[str, object], at: int = 5) -> Held:  # noqa: F811
    held = Held(tab)
    select(tab, at)
    hand(tab, "drop", "#id_notes", *(files or (file(),)))
    expect(tab.locator("#id_notes")).to_have_value(re.compile(r"Uploading .*…\]\(\)"))
    return held


def save(tab: Tab) -> None:  # noqa: F811
    tab.get_by_role("button", name="Save", exact=True).click()


def saved(tab: Tab) -> str:  # noqa: F811
    tab.wait_for_url("**/topics/plan/")
    return Page.objects.get().notes


def test_a_draft_has_the_text_without_the_marks(tab, page, editor):  # noqa: F811
    held = begin(tab, file(), file("b.png", picture(size=(9, 9))))
    tab.keyboard.insert_text(" big")
    expect(tab.locator("#kb-editing")).to_contain_text("Draft saved")
    kept = drafts.find_draft(editor, page)
    assert kept is not None
    assert kept.fields["notes"] == "hello big world\n"
    held.let_go()
    expect(tab.locator(".upload")).to_have_count(0)
    tab.wait_for_timeout(2500)
    kept = drafts.find_draft(editor, page)
    assert kept is not None
    assert re.fullmatch(
        r"hello!\[a.png\]\(/\S+\)\n!\[b.png\]\(/\S+\) big world\n", kept.fields["notes"]
    )


def test_nothing_but_a_mark_is_no_draft(tab, page, editor):  # noqa: F811
    begin(tab)
    tab.wait_for_timeout(2500)
    assert drafts.find_draft(editor, page) is None
    assert tab.evaluate(STORED) == []


def test_what_the_browser_keeps_has_no_mark(tab):  # noqa: F811
    begin(tab)
    tab.evaluate(LOST)
    tab.keyboard.insert_text(" big")
    expect(tab.locator("#kb-editing")).to_contain_text("saved in this browser")
    assert tab.evaluate(KEPT) == ["hello big world\n"]


@pytest.mark.parametrize("way", ["button", "key"])
def test_saving_waits_for_what_is_on_its_way(tab, page, way):  # noqa: F811
    held = begin(tab)
    save(tab) if way == "button" else tab.keyboard.press("Control+s")
    told = tab.get_by_text("Saved as soon as the upload is done")
    expect(told).to_be_visible()
    select(tab, len(text_of(tab)) - 1)
    tab.keyboard.insert_text(" and more")
    assert Page.objects.get().version == 1
    held.let_go()
    assert re.fullmatch(r"hello!\[a.png\]\(/\S+\) world and more\n", saved(tab))


def test_typing_goes_on_where_it_was_while_saving_waits(tab):  # noqa: F811
    held = begin(tab)
    # Somebody else is to stop the form at the end.
    tab.evaluate("() => { document.forms['kb-editor'].onsubmit = (e) => e.preventDefault(); }")
    tab.keyboard.press("Control+s")
    select(tab, len(text_of(tab)) - 3)
    held.let_go()
    expect(tab.locator(".upload")).to_have_count(0)
    expect(tab.locator("#id_notes")).to_be_focused()
    at = tab.evaluate("document.activeElement.selectionStart")
    assert text_of(tab)[at:] == "ld\n"


def test_a_cancelled_upload_lets_the_rest_be_saved(tab):  # noqa: F811
    begin(tab)
    save(tab)
    tab.get_by_role("button", name="Cancel: a.png").click()
    assert saved(tab) == NOTES


def test_a_refused_upload_is_told_and_nothing_is_saved(tab):  # noqa: F811
    held = begin(tab, file("a.png", picture()[:-20]))
    save(tab)
    held.let_go()
    expect(upload(tab)).to_contain_text("This picture is broken")
    expect(tab.get_by_text("Not saved: a file could not be uploaded.")).to_be_visible()
    assert Page.objects.get().version == 1
    save(tab)
    assert saved(tab) == NOTES


def test_a_mark_that_comes_back_by_undoing_is_not_saved(tab):  # noqa: F811
    begin(tab).let_go()
    expect(tab.locator(".upload")).to_have_count(0)
    tab.locator("#id_notes").press("Control+z")
    assert "Uploading a.png" in text_of(tab)
    save(tab)
    assert saved(tab) == NOTES


def test_is_accessible_while_saving_waits(tabs: Tabs, storage, page, editor):  # noqa: F811
    tab = tabs(editor, "/pages/plan/edit/", viewport=PHONE, color_scheme="dark")  # noqa: F811
    expect(tab.get_by_role("toolbar")).to_be_visible()
    hand(tab, "drop", "#id_notes", file("broken.png", picture()[:-20]))
    expect(upload(tab, "broken.png")).to_contain_text("This picture is broken")
    begin(tab, file(f"{'A long name ' * 25}.png"), file("تقرير.png"))
    save(tab)
    expect(tab.get_by_text("Saved as soon as the upload is done")).to_be_visible()
    assert serious(tab) == []
    assert not too_wide(tab)
