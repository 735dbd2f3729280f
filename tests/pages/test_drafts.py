"""Drafts: what is typed is kept beside the page, and never comes back after it was saved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from services.models import Draft, Page, Reason
from services.pages import drafts
from services.pages.revise import revise
from services.pages.trash import throw_away
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


def test_rows_of_editors_that_were_only_opened_go(as_editor, editor, page):
    beat(as_editor, page)
    Draft.objects.update(seen_at=timezone.now() - timedelta(days=2))
    beat(as_editor, make_topic(title="Other"))
    assert [row.page.title for row in Draft.objects.all()] == ["Other"]
