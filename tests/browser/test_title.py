"""In a browser: what the editor asks about links only where the title is another."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.pages import make_topic
from tests.support.writing import Tabs, serious

pytestmark = pytest.mark.django_db(transaction=True)


def test_links_are_asked_about_once_the_title_is_another(tabs: Tabs, editor):
    make_topic(title="Plan", notes="one\n")
    make_topic(title="Other", notes="[[Plan]]\n")
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
