"""What is typed in the admin is a draft too, its rows put into the notes; others are shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from services.models import Category, Draft, Page
from services.pages.revise import revise
from services.pages.trash import throw_away
from tests.support.html_forms import fields_of
from tests.support.pages import make_topic

pytestmark = pytest.mark.django_db

NOTES = "One\r\n\r\n- [ ] Item\r\n\r\n> [!question] Why?\r\n"
DRAFT = "/admin/services/topic/draft/"


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Plan", notes=NOTES)


def address(page: Page) -> str:
    return f"/admin/services/topic/{page.pk}/change/"


def opened(client: Client, path: str) -> dict[str, Any]:
    return dict(fields_of(client.get(path)))


def typed(client: Client, fields: dict[str, Any], page: Page | None, **more: str) -> Any:
    """What the script sends: that the form is open, then its fields."""
    number = page.pk if page else ""
    place = fields.get("place", "")
    row = client.post(DRAFT, {"page": number, "place": place}).json()
    told = {"page": number, "draft": row["draft"], "since": row["saved_at"]}
    return client.post(DRAFT, fields | told | more)


def test_a_draft_is_saved_with_its_rows(as_editor: Client, page: Page, editor) -> None:
    fields = opened(as_editor, address(page)) | {"title": "Plans", "items-0-state": "done"}
    fields["notes"] = str(fields["notes"]).replace("One", "Typed")
    fields["questions-0-answer"] = "Because."
    answer = typed(as_editor, fields, page)
    assert answer.status_code == 200
    draft = Draft.objects.get()
    assert (draft.person, draft.page_id, draft.version) == (editor, page.pk, 1)
    assert draft.fields["title"] == "Plans"
    assert draft.fields["notes"] == (
        "Typed\r\n\r\n- [x] Item\r\n\r\n> [!question] Why?\r\n\r\n> [!answer]\r\n> Because.\r\n"
    )
    assert Page.objects.get().notes == NOTES


def test_the_draft_goes_on_in_the_sites_editor(as_editor: Client, page: Page) -> None:
    fields = opened(as_editor, address(page))
    typed(as_editor, fields, page, notes="Typed in the admin")
    html = as_editor.get(address(page)).content.decode()
    assert "You have unsaved text for this page" in html
    assert 'href="/pages/plan/edit/?draft=1"' in html
    assert opened(as_editor, "/pages/plan/edit/?draft=1")["notes"] == "Typed in the admin"


def test_an_invalid_form_is_saved_as_a_draft(as_editor: Client, page: Page) -> None:
    make_topic(title="Taken")
    fields = opened(as_editor, address(page)) | {"title": "Taken", "notes": "Typed"}
    assert typed(as_editor, fields, page).status_code == 200
    assert Draft.objects.get().fields["notes"] == "Typed"


def test_a_row_that_cannot_be_put_into_the_notes_is_an_error(as_editor: Client, page: Page) -> None:
    fields = opened(as_editor, address(page)) | {"items-0-text": ""}
    answer = typed(as_editor, fields, page)
    assert answer.status_code == 400
    assert "cannot be put into the notes yet" in answer.json()["error"]
    assert not Draft.objects.written().exists()


def test_saving_ends_it(as_editor: Client, page: Page) -> None:
    fields = opened(as_editor, address(page)) | {"notes": "Typed"}
    kept = typed(as_editor, fields, page).json()["saved_at"]
    assert as_editor.post(address(page), fields | {"kept": kept}).status_code == 302
    assert not Draft.objects.exists()


def test_saving_leaves_a_draft_from_elsewhere(as_editor: Client, page: Page) -> None:
    fields = opened(as_editor, address(page)) | {"notes": "Typed"}
    typed(as_editor, fields | {"notes": "Other text"}, page)
    assert as_editor.post(address(page), fields).status_code == 302
    assert Draft.objects.get().fields["notes"] == "Other text"


def test_a_new_page_has_one_too(as_editor: Client) -> None:
    fields = opened(as_editor, "/admin/services/topic/add/") | {"title": "New", "notes": "Typed"}
    fields |= {"items-TOTAL_FORMS": "1", "items-0-text": "Task", "items-0-state": "open"}
    kept = typed(as_editor, fields, None).json()["saved_at"]
    draft = Draft.objects.get()
    assert (draft.page, draft.fields["notes"]) == (None, "Typed\n\n- [ ] Task\n")
    assert as_editor.post("/admin/services/topic/add/", fields | {"kept": kept}).status_code == 302
    assert not Draft.objects.exists()


def test_those_on_the_site_and_in_the_admin_see_each_other(
    as_editor: Client, as_admin: Client, page: Page
) -> None:
    as_editor.post(DRAFT, {"page": page.pk})
    assert as_admin.post("/drafts/", {"page": page.pk}).json()["others"] == ["edgar"]
    assert as_editor.post(DRAFT, {"page": page.pk}).json()["others"] == ["ada"]


def test_refuses_strangers_and_readers(as_nobody: Client, as_reader: Client, page: Page) -> None:
    told = {"page": str(page.pk), "notes": "x"}
    script = {"Accept": "application/json"}
    assert as_nobody.post(DRAFT, told, headers=script)["Location"].startswith("/admin/login/")
    assert as_reader.post(DRAFT, told, headers=script).status_code == 302
    assert as_nobody.post(DRAFT, told).status_code == 401
    assert as_reader.post(DRAFT, told).status_code == 403
    assert not Draft.objects.exists()


def test_a_deleted_page_is_an_error(as_editor: Client, page: Page) -> None:
    fields = opened(as_editor, address(page))
    number = page.pk
    page.delete()
    answer = as_editor.post(DRAFT, fields | {"page": str(number), "notes": "Typed"})
    assert answer.status_code == 404
    assert "deleted for good" in answer.json()["error"]


@pytest.mark.parametrize("meanwhile", ["trashed", "another kind"])
def test_rows_are_saved_for_a_page_that_was_trashed_or_changed(
    as_editor: Client, page: Page, meanwhile: str
) -> None:
    fields = opened(as_editor, address(page)) | {"questions-0-answer": "A long answer."}
    if meanwhile == "trashed":
        throw_away(page, by=None)
    else:
        revise(page, version=1, kind=Page.Kind.SERVICE, category=Category.objects.first())
    assert typed(as_editor, fields, page).status_code == 200
    assert "A long answer." in Draft.objects.get().fields["notes"]
