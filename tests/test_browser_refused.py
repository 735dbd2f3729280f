"""In a browser: what a refused form says on leaving, and what a form asks only where it matters."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from services.models import Page, Topic
from tests.writing import Tabs, serious, tabs  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(transactional_db: None) -> Page:
    return Topic.objects.create(title="Plan", notes="one\n")


def test_leaving_the_admin_after_a_refused_save_asks(tabs: Tabs, page, admin, editor):  # noqa: F811
    tab = tabs(admin, f"/admin/services/topic/{page.pk}/change/")
    page.revise("one by edgar\n", version=1, by=editor)
    tab.locator("#id_notes").fill("one by ada\n")
    tab.get_by_role("button", name="Save", exact=True).first.click()
    expect(tab.get_by_text("in the same lines as yours")).to_be_visible()
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    # Browsers ask only those who touched the page.
    tab.locator("#id_notes").click()
    tab.goto("/tags/")
    assert asked == ["beforeunload"]


def test_links_are_asked_about_once_the_title_is_another(tabs: Tabs, page, editor):  # noqa: F811
    Topic.objects.create(title="Other", notes="[[Plan]]\n")
    tab = tabs(editor, "/pages/plan/edit/")
    title, question = (
        tab.get_by_label("Title", exact=True),
        tab.get_by_text("also change the links"),
    )
    expect(question).to_be_hidden()
    title.fill("Goals")
    expect(question).to_be_visible()
    assert serious(tab) == []
    title.fill(" Plan ")
    expect(question).to_be_hidden()
    without = tabs(editor, "/pages/plan/edit/", java_script_enabled=False)
    expect(without.get_by_text("also change the links")).to_be_visible()
