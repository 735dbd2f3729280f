"""Files in the admin, looked at in a browser: long names, and those of other directions."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import Page as Tab

from services.attachments.manage import move_to_trash
from services.attachments.store import store
from tests.support.pages import make_topic
from tests.support.pictures import PDF, picture
from tests.support.writing import WIDE_LIGHT_PHONE_DARK, Tabs, serious, too_wide

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("x" * 146, "A long name that goes on " * 6, "تقرير عن خدمات التخزين السحابي والنسخ")


def looked_at(tabs: Tabs, tab: Tab) -> list[str]:
    """What axe finds; what it has the browser complain of itself is no complaint."""
    before = list(tabs.complaints)
    found = serious(tab)
    tabs.complaints[:] = before
    return found


@WIDE_LIGHT_PHONE_DARK
def test_long_names_have_room(tabs: Tabs, admin, size, scheme):
    page = make_topic(title="Plan")
    for number, name in enumerate(NAMES):
        data = io.BytesIO(PDF + b"%d" % number)
        row = store(data, name=f"{name}.pdf", page=page, by=admin)
    small = store(io.BytesIO(picture()), name=f"{NAMES[0]}.png", page=page, by=admin)
    move_to_trash(small, by=admin)
    place = "/admin/services/attachment/"
    tab = tabs(admin, place, viewport=size, color_scheme=scheme)
    found = looked_at(tabs, tab)
    assert not too_wide(tab)
    for each in (*page.attachments.all(), row):
        tab.goto(f"{place}{each.pk}/change/")
        assert not too_wide(tab)
    found += looked_at(tabs, tab)
    tab.goto(f"/admin/services/topic/{page.pk}/change/")
    assert not too_wide(tab)
    links = tab.locator(".page-files li a")
    assert links.first.evaluate("(a) => getComputedStyle(a).textDecorationLine") == "underline"
    assert found == []


def test_a_name_beside_the_buttons_of_its_form_leaves_them_room(tabs: Tabs, admin):
    row = store(io.BytesIO(PDF), name=f"{NAMES[0]}.pdf", by=admin)
    tab = tabs(admin, f"/admin/services/attachment/{row.pk}/change/")
    name = tab.locator("#content > h2").bounding_box()
    button = tab.locator(".object-tools a").first.bounding_box()
    assert name is not None
    assert button is not None
    assert name["x"] + name["width"] <= button["x"]
