"""A page and its file that were changed in the same lines: both shown, and three ways out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from services.models import Document, Draft, Page, Revision, Section, StaleVersion
from services.pages.resolve_conflict import Settled, settle
from services.pages.revise import revise
from services.pages.save import mark
from services.pages.trash import throw_away
from services.sync.apply import apply_plan
from services.sync.read_files import SourceFile
from services.sync.stored import plan_import
from services.views import file_conflicts
from tests.editing import said
from tests.html_forms import fields_of
from tests.support.pages import make_topic

pytestmark = pytest.mark.django_db

PATH = "/pages/plan/file/"
BASE = "One\r\n\r\ntwo\r\nthree\r\nfour\r\n"
OURS = BASE.replace("two", "ours").replace("four", "4")
THEIRS = BASE.replace("two", "<i>theirs</i>").replace("One", "1")
CLASH = "<<<<<<< mine\r\nours\r\n=======\r\n<i>theirs</i>\r\n>>>>>>> theirs\r\n"


@pytest.fixture
def plan() -> Page:
    return make_topic(title="Plan", notes=OURS)


@pytest.fixture(autouse=True)
def section(plan: Page) -> Section:
    document = Document.objects.create(path="a/plan.md", digest="x", line_end="\r\n")
    return Section.objects.create(
        document=document, position=0, page=plan, base=BASE, theirs=THEIRS
    )


def decide(client: Client, decision: str, **fields: str):
    return client.post(PATH, fields_of(client.get(PATH)) | {"decision": decision} | fields)


def texts(page: Page) -> set[str]:
    return set(Revision.objects.of_page(page.pk).values_list("notes", flat=True))


def is_settled(section: Section) -> bool:
    section.refresh_from_db()
    return (section.base, section.theirs) == (THEIRS, None)


def test_the_page_leads_there(as_editor: Client, as_reader: Client) -> None:
    assert f'href="{PATH}"' in as_editor.get("/topics/plan/").content.decode()
    assert PATH not in as_reader.get("/topics/plan/").content.decode()


def test_the_screen_shows_all_three_and_changes_nothing(
    as_editor: Client, plan: Page, section: Section
) -> None:
    response = as_editor.get(PATH)
    html = response.content.decode()
    assert response.status_code == 200
    assert "a/plan.md" in html
    assert '<p class="conflict-line conflict-changed">two</p>' in html
    assert '<p class="conflict-line conflict-changed">ours</p>' in html
    assert "&lt;i&gt;theirs&lt;/i&gt;" in html
    # What only one side changed is taken already.
    assert fields_of(response)["notes"] == f"1\r\n\r\n{CLASH}three\r\n4\r\n"
    assert Page.objects.get(pk=plan.pk).version == 1
    assert not is_settled(section)
    assert not Draft.objects.exists()


def test_keep_the_page(as_editor: Client, plan: Page, section: Section) -> None:
    response = decide(as_editor, "mine")
    assert response["Location"] == "/topics/plan/"
    assert "stays as it is" in said(response)[0]
    assert Page.objects.get(pk=plan.pk).notes == OURS
    assert is_settled(section)
    assert THEIRS in texts(plan)


def test_take_the_file(as_editor: Client, plan: Page, section: Section, editor) -> None:
    decide(as_editor, "theirs")
    now = Page.objects.get(pk=plan.pk)
    assert (now.notes, now.updated_by) == (THEIRS, editor)
    assert is_settled(section)
    assert OURS in texts(plan)


def test_combine(as_editor: Client, plan: Page, section: Section) -> None:
    combined = "1\r\nours and theirs\r\nthree\r\n4\r\n"
    decide(as_editor, "combined", notes=combined)
    assert Page.objects.get(pk=plan.pk).notes == combined
    assert is_settled(section)
    assert {OURS, THEIRS, combined} <= texts(plan)


def test_marks_that_are_left_are_refused_with_the_text_kept(
    as_editor: Client, plan: Page, section: Section
) -> None:
    response = decide(as_editor, "combined", notes=f"My words\r\n{CLASH}")
    assert response.status_code == 409
    assert "nobody has decided" in response.content.decode()
    assert fields_of(response)["notes"] == f"My words\r\n{CLASH}"
    assert not is_settled(section)
    assert Page.objects.get(pk=plan.pk).notes == OURS


@pytest.mark.parametrize("decision", ["mine", "theirs"])
def test_a_combination_that_was_worked_on_stays_in_the_history(
    as_editor: Client, plan: Page, section: Section, decision: str
) -> None:
    decide(as_editor, decision, notes=f"Worked on\r\n{CLASH}")
    assert is_settled(section)
    assert {OURS, THEIRS, f"Worked on\r\n{CLASH}"} <= texts(plan)
    newest = Revision.objects.of_page(plan.pk).first()
    assert newest.notes == Page.objects.get(pk=plan.pk).notes


@pytest.mark.parametrize("decision", ["combined", "theirs"])
def test_a_page_that_was_changed_meanwhile_is_shown_again(
    as_editor: Client, plan: Page, section: Section, decision: str
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"decision": decision}
    fields["notes"] = "1\r\nboth\r\nthree\r\n4\r\n"
    revise(plan, OURS + "five\r\n", version=1)
    response = as_editor.post(PATH, fields)
    assert response.status_code == 409
    assert "changed once more meanwhile" in response.content.decode()
    assert not is_settled(section)
    again = fields_of(response)
    assert again["version"] == "2"
    assert again["notes"] == "1\r\nboth\r\nthree\r\n4\r\nfive\r\n"
    as_editor.post(PATH, again | {"decision": "combined"})
    assert Page.objects.get(pk=plan.pk).notes == "1\r\nboth\r\nthree\r\n4\r\nfive\r\n"


def test_a_page_that_is_kept_may_have_been_changed_meanwhile(
    as_editor: Client, plan: Page, section: Section
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"decision": "mine"}
    revise(plan, OURS + "five\r\n", version=1)
    assert as_editor.post(PATH, fields).status_code == 302
    assert Page.objects.get(pk=plan.pk).notes == OURS + "five\r\n"
    assert is_settled(section)


@pytest.mark.parametrize("decision", ["mine", "theirs", "combined"])
def test_a_file_that_was_imported_again_is_shown_again(
    as_editor: Client, plan: Page, section: Section, decision: str
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"decision": decision, "notes": "Mine"}
    Section.objects.update(theirs="Newer\r\n")
    response = as_editor.post(PATH, fields)
    assert response.status_code == 409
    assert "Newer" in response.content.decode()
    assert "Mine" in str(fields_of(response)["notes"])
    assert Page.objects.get(pk=plan.pk).notes == OURS


def test_what_somebody_else_decided_meanwhile_is_told(as_editor: Client, plan: Page) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"decision": "mine"}
    Section.objects.update(theirs=None)
    response = as_editor.post(PATH, fields)
    assert response["Location"] == "/topics/plan/"
    assert said(response) == ["Somebody has decided this meanwhile."]
    with pytest.raises(Settled):
        settle(plan, None, version=1, file="", by=None)


def test_a_page_in_the_trash_keeps_the_combined_text(as_editor: Client, plan: Page) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"decision": "combined", "notes": "1\r\nboth\r\n"}
    throw_away(plan, by=None)
    response = as_editor.post(PATH, fields)
    assert fields_of(response)["notes"] == "1\r\nboth\r\n"
    assert "Restore the page and save" in response.content.decode()
    assert as_editor.get(PATH).status_code == 404


def test_a_page_that_is_gone_keeps_the_combined_text(as_editor: Client, plan: Page) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"decision": "combined", "notes": "1\r\nboth\r\n"}
    plan.delete()
    response = as_editor.post(PATH, fields)
    assert response.status_code == 404
    assert fields_of(response)["notes"] == "1\r\nboth\r\n"


def test_where_nothing_clashes_it_leads_to_the_page(as_editor: Client, section: Section) -> None:
    Section.objects.update(theirs=None)
    response = as_editor.get(PATH)
    assert response["Location"] == "/topics/plan/"
    assert "nothing to decide" in said(response)[0]


def test_an_old_address_leads_on(as_editor: Client, plan: Page) -> None:
    revise(plan, version=1, title="Plans", slug="plans")
    assert as_editor.get(PATH)["Location"] == "/pages/plans/file/"


def test_refuses_strangers_and_readers(
    as_nobody: Client, as_reader: Client, as_editor: Client, plan: Page, section: Section
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"decision": "theirs"}
    assert as_nobody.get(PATH)["Location"].startswith("/login/")
    assert as_reader.get(PATH).status_code == 403
    assert as_nobody.post(PATH, fields).status_code == 401
    assert as_reader.post(PATH, fields).status_code == 403
    assert not is_settled(section)


@pytest.mark.parametrize("decision", ["", "later", "THEIRS"])
def test_takes_no_other_decision(as_editor: Client, section: Section, decision: str) -> None:
    response = decide(as_editor, decision)
    assert response.status_code == 400
    assert "Choose one of the three" in response.content.decode()
    assert not is_settled(section)


@pytest.mark.parametrize("decision", ["mine", "theirs"])
def test_a_text_that_is_too_long_stands_in_no_other_decisions_way(
    as_editor: Client, section: Section, settings, decision: str
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"decision": decision}
    settings.NOTE_MAX_BYTES = 10
    assert as_editor.post(PATH, fields).status_code == 302
    assert is_settled(section)


@pytest.mark.parametrize("decision", ["mine", "theirs", "combined"])
@pytest.mark.parametrize("meanwhile", ["settled", "trashed"])
def test_a_combination_is_not_lost_where_it_was_decided_meanwhile(
    as_editor: Client, plan: Page, decision: str, meanwhile: str
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"decision": decision, "notes": "Half an hour\r\n"}
    if meanwhile == "trashed":
        throw_away(plan, by=None)
    else:
        Section.objects.update(theirs=None)
    response = as_editor.post(PATH, fields)
    assert fields_of(response)["notes"] == "Half an hour\r\n"
    assert 'action="/pages/plan/edit/"' in response.content.decode()


def test_a_page_that_is_deleted_at_the_last_moment_keeps_the_combined_text(
    as_editor: Client, plan: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"decision": "combined", "notes": "Half an hour"}
    before = file_conflicts.settle

    def late(*args: Any, **kwargs: Any) -> Any:
        Page.everything.get(pk=plan.pk).delete()
        return before(*args, **kwargs)

    monkeypatch.setattr(file_conflicts, "settle", late)
    response = as_editor.post(PATH, fields)
    assert response.status_code == 404
    assert "Half an hour" in response.content.decode()


@pytest.mark.parametrize("worked_on", [False, True])
def test_what_the_file_says_by_now_is_in_the_text_to_decide_on(
    as_editor: Client, worked_on: bool
) -> None:
    fields = dict(fields_of(as_editor.get(PATH))) | {"decision": "combined"}
    if worked_on:
        fields["notes"] = "1\r\n\r\nboth\r\nthree\r\n4\r\n"
    Section.objects.update(theirs=THEIRS + "a line of the newer file\r\n")
    again = as_editor.post(PATH, fields)
    assert again.status_code == 409
    notes = str(fields_of(again)["notes"])
    assert "a line of the newer file" in notes
    assert ("both" in notes) == worked_on


def test_marks_still_say_which_text_is_the_files(as_editor: Client, plan: Page) -> None:
    fields = dict(fields_of(as_editor.get(PATH))) | {"decision": "combined"}
    fields["notes"] = "1\r\n\r\nput together\r\nthree\r\n4\r\n"
    revise(plan, OURS.replace("ours", "the page by now"), version=1)
    notes = str(fields_of(as_editor.post(PATH, fields))["notes"])
    assert "<<<<<<< mine\r\nthe page by now\r\n=======\r\nput together\r\n>>>>>>> theirs" in notes


def test_an_import_that_was_planned_before_undoes_no_decision(plan: Page, editor) -> None:
    Document.objects.all().delete()
    plan.delete()
    apply_plan(plan_import([SourceFile("plan.md", b"# Plan\n\none\ntwo\n")]))
    page = Page.objects.get()
    revise(page, "one\nmine\n", version=page.version)
    file = SourceFile("plan.md", b"# Plan\n\none\ntheirs\n")
    apply_plan(plan_import([file]))
    section, late = Section.objects.get(), plan_import([file])
    settle(page, None, version=page.version, file=mark(section.theirs or ""), by=editor)
    with pytest.raises(StaleVersion):
        apply_plan(late)
    section.refresh_from_db()
    assert (section.base, section.theirs) == ("one\ntheirs\n", None)
