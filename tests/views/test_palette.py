"""What the palette offers: recent pages and commands."""

from __future__ import annotations

import pytest

from services.models import Category, Page
from tests.support.elements import Elements, words
from tests.support.pages import make_service, make_topic
from tests.views.test_search import NOTES, html

pytestmark = pytest.mark.django_db


@pytest.fixture
def content() -> Page:
    compute = Category.objects.get(slug="compute")
    page = make_service(
        title="Lambda",
        category=compute,
        notes=NOTES,
    )
    page.tags.add("web-dev")
    make_topic(title="Plan", notes="Look at Lambda.\n")
    return page


def test_recent_pages_are_those_that_still_are(as_reader, content):
    plan = Page.objects.get(title="Plan")
    gone = make_topic(title="Gone")
    ids = f"{gone.pk},{plan.pk},{content.pk},{plan.pk},999999"
    gone.delete()
    text = html(as_reader, "/search/recent/", ids=ids)
    assert words(text).startswith("Recent pages Plan Topic Lambda Compute Commands")


def test_the_page_one_is_on_is_no_recent_one(as_reader, content):
    text = html(as_reader, "/search/recent/", ids=str(content.pk), page=str(content.pk))
    assert "Recent pages" not in words(text)
    assert "/pages/lambda/history/" in Elements(text).links


@pytest.mark.parametrize(
    "ids", ["", ",", "a,b", "1,,2", "\0", "9" * 50, "1," * 5000, "-1", "1 OR 1"]
)
def test_numbers_that_are_none_are_no_error(as_reader, ids):
    html(as_reader, "/search/recent/", ids=ids, page=ids)


def test_commands_are_those_that_one_may(as_nobody, as_reader, as_editor, content, settings):
    settings.KB_PUBLIC = True
    here = {"page": str(content.pk)}
    writing = {"/pages/new/", "/pages/lambda/edit/", "/pages/lambda/ask/", "/trash/", "/admin/"}
    for client, may, leaving in (
        (as_nobody, set(), "Log in"),
        (as_reader, set(), "Log out"),
        (as_editor, writing, "Log out"),
    ):
        text = html(client, "/search/recent/", **here)
        assert writing & set(Elements(text).links) == may
        assert leaving in text


def test_every_command_leads_somewhere(as_admin, content):
    text = html(as_admin, "/search/recent/", page=str(content.pk))
    for link in Elements(text).links:
        assert as_admin.get(link).status_code == 200, link


def test_strangers_find_no_box(as_nobody):
    text = html(as_nobody, "/login/")
    assert "kb-search" not in text
    assert "kb-palette" not in text
