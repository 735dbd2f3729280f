"""Drafts: what is typed is kept beside the page, and never comes back after it was saved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.models import Draft, Page, Reason
from services.pages import drafts
from services.pages.revise import revise
from services.pages.trash import throw_away
from services.templatetags.asking import first_new_line
from tests.conftest import client_of, person
from tests.support.pages import make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]
NOTES = "Intro\r\n\n# One\n\nFirst\n\n# Two\n\nSecond\n"


@pytest.fixture
def page() -> Page:
    return make_topic(title="Plan", notes=NOTES)


def beat(client, page: Page | None, **more: object) -> dict:
    response = client.post("/drafts/", {"page": page.pk if page else "", **more})
    assert response.status_code == 200, response.content
    return response.json()


def typed(client, page: Page | None, notes: str, row: dict, **more: object):
    known = {"version": page.version if page else 0, "draft": row["draft"]}
    known |= {"page": page.pk if page else "", "since": row["saved_at"], "notes": notes}
    return client.post("/drafts/", known | more)


# -- keeping -------------------------------------------------------------------------------------


def test_works(as_editor, editor, page):
    row = beat(as_editor, page)
    assert row["saved_at"] == ""
    assert drafts.find_draft(editor, page) is None
    answer = typed(as_editor, page, "New\r\n", row, title="Other", tags="a, b", hacked="x").json()
    draft = drafts.find_draft(editor, page)
    assert draft is not None
    assert draft.fields == {"notes": "New\n", "title": "Other", "tags": "a, b"}
    assert (draft.version, draft.saved_at.isoformat()) == (1, answer["saved_at"])
    assert typed(as_editor, page, "Newer\r\n", answer).status_code == 200
    assert drafts.find_draft(editor, page).fields["notes"] == "Newer\n"
    stored = Page.objects.get(pk=page.pk)
    assert (stored.notes, stored.version) == (NOTES, 1)


def test_of_a_new_page(as_editor, editor, admin):
    row = beat(as_editor, None)
    assert typed(as_editor, None, "New\r\n", row, title="Idea").status_code == 200
    assert drafts.find_draft(editor, None).fields == {"notes": "New\n", "title": "Idea"}
    assert drafts.find_draft(admin, None) is None


def test_of_a_section_is_the_whole_page(as_editor, editor, page):
    row = beat(as_editor, page)
    response = typed(as_editor, page, "# One\r\n\r\nChanged", row, section="one")
    assert response.status_code == 200
    whole = "Intro\r\n\n# One\n\nChanged\n\n# Two\n\nSecond\n"
    assert drafts.find_draft(editor, page).fields["notes"] == whole


def test_of_a_section_over_the_version_that_was_opened(as_editor, editor, admin, page):
    row = beat(as_editor, page)
    revise(page, "# Else\n", version=1, by=admin)
    response = typed(as_editor, page, "# Two\r\n\r\nMine\r\n", row, section="two", version=1)
    assert response.status_code == 200
    assert drafts.find_draft(editor, page).fields["notes"] == NOTES.replace("Second", "Mine")


def test_of_a_section_that_is_not_there(as_editor, editor, page):
    response = typed(as_editor, page, "x", beat(as_editor, page), section="three")
    assert response.status_code == 400
    assert "section" in response.json()["error"]
    assert drafts.find_draft(editor, page) is None


def test_untouched_lines_keep_their_ends(as_editor, editor, page):
    posted = NOTES.replace("\r\n", "\n").replace("\n", "\r\n")
    typed(as_editor, page, posted, beat(as_editor, page))
    assert drafts.find_draft(editor, page).fields["notes"] == NOTES


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"notes": "x" * 101}, "100"),
        ({"notes": "a\0b"}, "NUL"),
        ({"notes": "", "title": "x" * 100_001}, "too long"),
    ],
)
def test_refuses_what_could_not_be_stored(as_editor, editor, page, settings, fields, words):
    settings.NOTE_MAX_BYTES = 100
    row = beat(as_editor, page)
    response = typed(as_editor, page, row=row, **fields)
    assert response.status_code == 400
    assert words in response.json()["error"]
    assert drafts.find_draft(editor, page) is None


@pytest.mark.parametrize("name", ["draft", "version", "since", "person"])
@pytest.mark.parametrize("value", ["x", "-1", "9" * 30, "2026-99-01T00:00", "2026-01-01", "²"])
def test_takes_no_nonsense(as_editor, page, name, value):
    response = as_editor.post("/drafts/", {"page": page.pk, "notes": "x", name: value})
    assert response.status_code in (403, 409)


# -- ending --------------------------------------------------------------------------------------


def test_what_arrives_after_saving_brings_nothing_back(as_editor, editor, page):
    row = typed(as_editor, page, "New", beat(as_editor, page)).json()
    drafts.end_draft(editor, page)
    late = typed(as_editor, page, "New, half", row)
    assert late.status_code == 409
    assert late.json()["reason"] == "ended"
    assert not Draft.objects.exists()
    # Another window of the same person asks anew, and only then may write.
    again = beat(as_editor, page)
    assert again["draft"] != row["draft"]
    assert typed(as_editor, page, "New, half", row).status_code == 409
    assert typed(as_editor, page, "New, half", {**row, "saved_at": ""}).status_code == 409
    assert typed(as_editor, page, "Other", again).status_code == 200


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


def test_two_windows_of_one_person_do_not_overwrite_each_other(as_editor, editor, page):
    row = beat(as_editor, page)
    typed(as_editor, page, "One window", row)
    other = typed(as_editor, page, "Other window", row)
    assert other.status_code == 409
    assert other.json()["reason"] == "elsewhere"
    assert drafts.find_draft(editor, page).fields == {"notes": "One window"}


def test_keep_replaces_what_was_kept(as_editor, editor, page):
    typed(as_editor, page, "New", beat(as_editor, page))
    drafts.save_draft(editor, page, 1, {"notes": "Mine", "version": "1"})
    assert drafts.find_draft(editor, page).fields == {"notes": "Mine"}


# -- others --------------------------------------------------------------------------------------


def test_those_who_edit_the_same_page_see_each_other(as_editor, as_admin, page, admin):
    other = make_topic(title="Other")
    assert beat(as_admin, page)["others"] == []
    admin.first_name, admin.last_name = "Ada", "Lovelace"
    admin.save()
    assert beat(as_editor, page)["others"] == ["Ada Lovelace"]
    assert beat(as_admin, page)["others"] == ["edgar"]
    assert beat(as_editor, other)["others"] == []
    Draft.objects.filter(person=admin).update(seen_at=timezone.now() - timedelta(seconds=46))
    assert beat(as_editor, page)["others"] == []


def test_who_leaves_is_gone_at_once_and_a_draft_stays(as_editor, as_admin, editor, page):
    row = beat(as_admin, page)
    as_admin.post("/drafts/", {"page": page.pk, "draft": row["draft"], "leaving": "1"})
    assert beat(as_editor, page)["others"] == []
    assert Draft.objects.count() == 1
    row = beat(as_editor, page)
    assert typed(as_editor, page, "Last words", row, leaving="1").json() == {}
    assert drafts.find_draft(editor, page).fields == {"notes": "Last words"}
    assert beat(as_admin, page)["others"] == []


def test_a_newer_version_is_told(as_editor, editor, admin, page):
    assert beat(as_editor, page)["version"] == 1
    revise(page, "Else", version=1, by=admin)
    answer = beat(as_editor, page)
    assert (answer["version"], answer["changed_by"], answer["trashed"]) == (2, "ada", False)
    revise(page, "More", version=2, by=editor, reason=Reason.TICK)
    assert beat(as_editor, page)["changed_by"] == "You"


def test_a_page_in_the_trash_is_told_and_the_draft_kept(as_editor, editor, admin, page):
    row = beat(as_editor, page)
    throw_away(page, by=admin)
    answer = typed(as_editor, page, "New", row).json()
    assert answer["trashed"] is True
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


def test_rows_of_editors_that_were_only_opened_go(as_editor, editor, page):
    beat(as_editor, page)
    Draft.objects.update(seen_at=timezone.now() - timedelta(days=2))
    beat(as_editor, make_topic(title="Other"))
    assert [row.page.title for row in Draft.objects.all()] == ["Other"]


# -- who, how and how much -----------------------------------------------------------------------


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


# -- where they are shown ------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"notes": NOTES.replace("Second", "Mine")}, "Mine"),
        ({"notes": NOTES.replace("First", "*New*  words\n\nFirst")}, "*New* words"),
        ({"notes": NOTES.replace("First\n\n", "")}, "without: First"),
        ({"notes": NOTES, "title": "Plan B"}, "Plan B"),
        ({"notes": "x" * 100}, "x" * 80 + "…"),
        ({}, "without: Intro"),
    ],
)
def test_a_draft_is_told_by_the_first_line_that_it_changes(fields, words):
    assert first_new_line(fields, NOTES) == words


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
