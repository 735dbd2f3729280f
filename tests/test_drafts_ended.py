"""Which draft a save ends: the one that is in the form, and no other."""

from __future__ import annotations

import pytest

from services import drafts
from services.models import Page
from tests.conftest import client_of
from tests.html_forms import fields_of
from tests.test_drafts import NOTES, beat, page, typed  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


def test_a_draft_offered_above_a_form_outlives_the_save(as_editor, editor, page):  # noqa: F811
    drafts.keep(editor, page, 1, {"notes": "Earlier"})
    fields = fields_of(as_editor.get("/pages/plan/edit/")) | {"notes": "Now"}
    refused = as_editor.post("/pages/plan/edit/", fields | {"title": ""})
    assert "You have unsaved text" in refused.content.decode()
    as_editor.post("/pages/plan/edit/", fields_of(refused) | {"title": "Plan"})
    assert Page.objects.get(pk=page.pk).notes == "Now"
    assert drafts.of(editor, page).fields == {"notes": "Earlier"}
    taken = fields_of(as_editor.get("/pages/plan/edit/?draft=1"))
    clash = as_editor.post("/pages/plan/edit/", taken | {"notes": "Then"})
    as_editor.post("/pages/plan/edit/", fields_of(clash) | {"decision": "mine"})
    assert Page.objects.get(pk=page.pk).notes == "Then"
    assert drafts.of(editor, page) is None


@pytest.mark.parametrize("path", ["/pages/plan/edit/", "/pages/new/"])
def test_saving_keeps_a_draft_that_was_typed_elsewhere_since(as_editor, editor, page, path):  # noqa: F811
    there = page if "plan" in path else None
    form = fields_of(as_editor.get(path)) | {"title": "Plan B", "notes": "Desk\n"}
    phone = client_of(editor)
    row = typed(phone, there, "Phone\n", beat(phone, there)).json()
    assert as_editor.post(path, form).status_code == 302
    assert drafts.of(editor, there).fields == {"notes": "Phone\n"}
    # That other machine goes on with it, and its own save ends it.
    row = typed(phone, there, "Phone, more\n", row).json()
    form |= {"title": "Plan C", "notes": "Phone, more\n", "kept": row["saved_at"], "version": 2}
    phone.post(path, form)
    assert drafts.of(editor, there) is None


def test_saving_ends_a_draft_that_says_what_is_saved(as_editor, editor, page):  # noqa: F811
    form = fields_of(as_editor.get("/pages/plan/edit/")) | {"notes": "Now\r\n"}
    # The last keys arrived as a draft, but the answer did not come back in time.
    beside = {name: form[name] for name in drafts.FIELDS if name in form and name != "notes"}
    row = beat(as_editor, page)
    assert typed(as_editor, page, form["notes"], row, **beside).status_code == 200
    assert as_editor.post("/pages/plan/edit/", form).status_code == 302
    assert drafts.of(editor, page) is None


def test_a_conflict_keeps_an_earlier_draft_that_nobody_looked_at(as_editor, editor, admin, page):  # noqa: F811
    drafts.keep(editor, page, 1, {"notes": "Earlier"})
    form = fields_of(as_editor.get("/pages/plan/edit/")) | {"notes": NOTES.replace("Intro", "My")}
    page.revise(NOTES.replace("Intro", "Her"), version=1, by=admin)
    clash = as_editor.post("/pages/plan/edit/", form)
    assert clash.status_code == 409
    assert "data-undecided" in clash.content.decode()
    assert drafts.of(editor, page).fields == {"notes": "Earlier"}
    as_editor.post("/pages/plan/edit/", fields_of(clash) | {"decision": "mine"})
    assert Page.objects.get(pk=page.pk).notes.startswith("My")
    assert drafts.of(editor, page).fields == {"notes": "Earlier"}
