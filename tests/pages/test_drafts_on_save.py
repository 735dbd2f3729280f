"""Which draft a save ends: the one that is in the form, and no other."""

from __future__ import annotations

import pytest

from services.models import Page
from services.pages import drafts
from services.pages.revise import revise
from tests.conftest import client_of
from tests.pages.test_drafts import NOTES, beat, page, typed  # noqa: F401 (a fixture)
from tests.support.html_forms import fields_of

pytestmark = pytest.mark.django_db


def test_a_draft_offered_above_a_form_outlives_the_save(as_editor, editor, page):  # noqa: F811
    drafts.save_draft(editor, page, 1, {"notes": "Earlier"})
    fields = fields_of(as_editor.get("/pages/plan/edit/")) | {"notes": "Now"}
    refused = as_editor.post("/pages/plan/edit/", fields | {"title": ""})
    assert "You have unsaved text" in refused.content.decode()
    as_editor.post("/pages/plan/edit/", fields_of(refused) | {"title": "Plan"})
    assert Page.objects.get(pk=page.pk).notes == "Now"
    assert drafts.find_draft(editor, page).fields == {"notes": "Earlier"}
    taken = fields_of(as_editor.get("/pages/plan/edit/?draft=1"))
    clash = as_editor.post("/pages/plan/edit/", taken | {"notes": "Then"})
    as_editor.post("/pages/plan/edit/", fields_of(clash) | {"everywhere": "mine"})
    assert Page.objects.get(pk=page.pk).notes == "Then"
    assert drafts.find_draft(editor, page) is None


@pytest.mark.parametrize("path", ["/pages/plan/edit/", "/pages/new/"])
def test_saving_keeps_a_draft_that_was_typed_elsewhere_since(as_editor, editor, page, path):  # noqa: F811
    there = page if "plan" in path else None
    form = fields_of(as_editor.get(path)) | {"title": "Plan B", "notes": "Desk\n"}
    phone, place = client_of(editor), form.get("place", "")
    row = typed(phone, there, "Phone\n", beat(phone, there, place=place), place=place).json()
    assert as_editor.post(path, form).status_code == 302
    assert drafts.find_draft(editor, there, place).fields == {"notes": "Phone\n"}
    # That other machine goes on with it, and its own save ends it.
    row = typed(phone, there, "Phone, more\n", row, place=place).json()
    form |= {"title": "Plan C", "notes": "Phone, more\n", "kept": row["saved_at"], "version": 2}
    phone.post(path, form)
    assert drafts.find_draft(editor, there, place) is None


def test_saving_ends_a_draft_that_says_what_is_saved(as_editor, editor, page):  # noqa: F811
    form = fields_of(as_editor.get("/pages/plan/edit/")) | {"notes": "Now\r\n"}
    # The last keys arrived as a draft, but the answer did not come back in time.
    beside = {name: form[name] for name in drafts.FIELDS if name in form and name != "notes"}
    row = beat(as_editor, page)
    assert typed(as_editor, page, form["notes"], row, **beside).status_code == 200
    assert as_editor.post("/pages/plan/edit/", form).status_code == 302
    assert drafts.find_draft(editor, page) is None


def test_a_conflict_keeps_an_earlier_draft_that_nobody_looked_at(as_editor, editor, admin, page):  # noqa: F811
    drafts.save_draft(editor, page, 1, {"notes": "Earlier"})
    form = fields_of(as_editor.get("/pages/plan/edit/")) | {"notes": NOTES.replace("Intro", "My")}
    revise(page, NOTES.replace("Intro", "Her"), version=1, by=admin)
    clash = as_editor.post("/pages/plan/edit/", form)
    assert clash.status_code == 409
    assert "Your earlier draft of this page stays." in clash.content.decode()
    assert drafts.find_draft(editor, page).fields == {"notes": "Earlier"}
    as_editor.post("/pages/plan/edit/", fields_of(clash) | {"everywhere": "mine"})
    assert Page.objects.get(pk=page.pk).notes.startswith("My")
    assert drafts.find_draft(editor, page).fields == {"notes": "Earlier"}


def test_each_new_page_has_a_draft_of_its_own(as_editor, as_admin, editor):
    forms = [fields_of(as_editor.get("/pages/new/")) for _ in range(2)]
    for form, title in zip(forms, ("One", "Two"), strict=True):
        place = form["place"]
        row = beat(as_editor, None, place=place)
        answer = typed(as_editor, None, f"{title}\n", row, place=place, title=title)
        form |= {"title": title, "notes": f"{title}\n", "kept": answer.json()["saved_at"]}
    listed = as_editor.get("/pages/new/").content.decode()
    for form in forms:
        assert f'href="/pages/new/?draft={form["place"]}">A new page: {form["title"]}<' in listed
        opened = fields_of(as_editor.get(f"/pages/new/?draft={form['place']}"))
        assert opened["title"] == form["title"]
        # Behind those of the other, which can be discarded there.
        assert (opened["place"][-1], opened["kept"][-1]) == (form["place"], form["kept"])
    assert "A new page:" not in as_admin.get("/pages/new/").content.decode()
    # A refused form goes on with its own, and saving ends that one.
    refused = as_editor.post("/pages/new/", forms[0] | {"title": ""})
    assert fields_of(refused)["place"][-1] == forms[0]["place"]
    assert f'data-place="{forms[0]["place"]}"' in refused.content.decode()
    as_editor.post("/pages/new/", forms[0])
    assert [draft.title for draft in drafts.list_drafts(editor)] == ["Two"]
    as_editor.post("/drafts/discard/", {"page": "", "place": forms[1]["place"]})
    assert not drafts.list_drafts(editor)


def test_a_new_page_that_was_typed_before_they_had_places(as_editor, editor):
    drafts.save_draft(editor, None, 0, {"notes": "Old\n", "title": "Old"})
    assert 'href="/pages/new/?draft=1"' in as_editor.get("/").content.decode()
    form = fields_of(as_editor.get("/pages/new/?draft=1"))
    assert form["title"] == "Old"
    assert "place" not in form
    as_editor.post("/pages/new/", form)
    assert Page.objects.get(title="Old").notes == "Old\n"
    assert not drafts.list_drafts(editor)


@pytest.mark.parametrize("place", ["x", "answer.1", "ask", "a" * 40, "\0"])
def test_a_new_page_takes_no_nonsense_for_its_place(as_editor, editor, place):
    assert as_editor.get("/pages/new/", {"draft": place}).status_code == 200
    as_editor.post("/pages/new/", {"title": "One", "notes": "", "place": place})
    assert Page.objects.filter(title="One").exists()
    assert as_editor.post("/drafts/", {"page": "", "place": place}).status_code == 400
