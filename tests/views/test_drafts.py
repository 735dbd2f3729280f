"""Requests that save and discard drafts, and where drafts are shown."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.models import Draft, Page
from services.pages import drafts
from services.pages.trash import throw_away
from tests.conftest import client_of, person
from tests.pages.test_drafts import NOTES, beat, typed
from tests.support.pages import make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def page() -> Page:
    return make_topic(title="Plan", notes=NOTES)


@pytest.mark.parametrize("name", ["draft", "version", "since", "person"])
@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "2026-99-01T00:00", "2026-01-01", "²"])
def test_takes_no_nonsense(as_editor, page, name, value):
    response = as_editor.post("/drafts/", {"page": page.pk, "notes": "x", name: value})
    assert response.status_code in (403, 409)


def test_discarding_works(as_editor, editor, page):
    typed(as_editor, page, "New", beat(as_editor, page))
    response = as_editor.post("/drafts/discard/", {"page": page.pk, "next": "/topics/"})
    assert response["Location"] == "/topics/"
    assert drafts.find_draft(editor, page) is None
    response = as_editor.post("/drafts/discard/", {"page": page.pk})
    assert response["Location"] == "/topics/plan/"
    json = as_editor.post(
        "/drafts/discard/", {"page": "77"}, headers={"Accept": "application/json"}
    )
    assert json.json() == {}


def test_discarding_is_only_for_ones_own(as_editor, as_admin, editor, page):
    typed(as_editor, page, "New", beat(as_editor, page))
    row = beat(as_admin, page)
    as_admin.post("/drafts/discard/", {"page": page.pk})
    assert drafts.find_draft(editor, page).fields == {"notes": "New"}
    mine = Draft.objects.get(person=editor)
    assert typed(as_admin, page, "Theirs", {**row, "draft": mine.pk}).status_code == 409
    assert drafts.find_draft(editor, page).fields == {"notes": "New"}


def test_a_page_that_is_gone(as_editor):
    response = as_editor.post("/drafts/", {"page": "77", "notes": "x"})
    assert response.status_code == 404
    assert "Copy your text" in response.json()["error"]


def test_nobody_writes_into_the_drafts_of_who_was_here_before(as_editor, admin, page):
    fields = {"page": page.pk, "notes": "x", "person": admin.pk}
    response = as_editor.post("/drafts/", fields)
    assert response.status_code == 403
    assert not Draft.objects.exists()


@pytest.mark.parametrize("path", ["/drafts/", "/drafts/discard/"])
def test_refuses_strangers_and_readers(path, as_nobody, as_reader, page):
    assert as_nobody.post(path, {"page": page.pk})["Location"].startswith("/login/")
    assert as_reader.post(path, {"page": page.pk}).status_code == 403
    assert not Draft.objects.exists()


@pytest.mark.parametrize("path", ["/drafts/", "/drafts/discard/"])
def test_rejects_get(path, as_editor):
    assert as_editor.get(path).status_code == 405


def test_queries_do_not_grow(as_editor, page, django_assert_max_num_queries):
    row = beat(as_editor, page)
    for number in range(20):
        beat(client_of(person(f"p{number}", "editors")), page)
    with django_assert_max_num_queries(7):
        beat(as_editor, page)
    with django_assert_max_num_queries(8):
        row = typed(as_editor, page, "New", row).json()
    with django_assert_max_num_queries(8):
        typed(as_editor, page, "# One", row, section="one")


def count_queries(client, path: str) -> tuple[str, int]:
    with CaptureQueriesContext(connection) as found:
        response = client.get(path)
    assert response.status_code == 200
    return response.content.decode(), len(found)


def test_a_page_shows_a_draft_to_its_author_alone_and_asks_no_more(
    as_editor, as_admin, as_reader, editor, page
):
    path = "/topics/plan/"
    before = [count_queries(client, path)[1] for client in (as_reader, as_editor)]
    drafts.save_draft(editor, page, 1, {"notes": "Mine"})
    assert [count_queries(client, path)[1] for client in (as_reader, as_editor)] == before
    assert "You have unsaved text" in count_queries(as_editor, path)[0]
    for client in (as_admin, as_reader):
        assert "You have unsaved text" not in count_queries(client, path)[0]


def test_the_notice_of_a_draft_says_how_it_begins(as_editor, editor, page):
    drafts.save_draft(editor, page, 1, {"notes": NOTES.replace("Second", "Mine <b>")})
    for path in ("/topics/plan/", "/pages/plan/edit/"):
        assert '<p class="draft-words">Mine &lt;b&gt;</p>' in count_queries(as_editor, path)[0]


def test_home_lists_ones_drafts_in_one_query(as_editor, as_admin, as_reader, editor, page):
    cache.clear()
    assert "not saved yet" not in count_queries(as_editor, "/")[0]
    for client in (as_editor, as_reader):
        client.get("/")
    less = count_queries(as_reader, "/")[1]
    drafts.save_draft(editor, page, 1, {"notes": "Mine"})
    drafts.save_draft(editor, None, 0, {"notes": "New"})
    text, queries = count_queries(as_editor, "/")
    assert "/pages/plan/edit/?draft=1" in text
    assert "/pages/new/?draft=1" in text
    # Beside it, editors are asked whether there are examples.
    assert queries <= less + 2
    assert "not saved yet" not in count_queries(as_admin, "/")[0]
    throw_away(page, by=editor)
    assert "in the trash" in count_queries(as_editor, "/")[0]
    cache.clear()
