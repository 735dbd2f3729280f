"""A page and its file, both changed in the same lines: a choice for each block."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from services.models import Document, Draft, Page, Revision, Section, StaleVersion
from services.pages.resolve_conflict import Choices, resolve_with_file, with_file
from services.pages.revise import revise
from services.pages.trash import throw_away
from services.sync.apply import apply_plan
from services.sync.read_files import SourceFile
from services.sync.stored import plan_import
from services.views import conflicts
from tests.support.editing import said
from tests.support.html_forms import fields_of
from tests.support.pages import make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

PATH = "/pages/plan/file/"
BASE = "One\r\n\r\ntwo\r\nthree\r\nfour\r\n"
OURS = BASE.replace("two", "ours").replace("four", "4")
THEIRS = BASE.replace("two", "<i>theirs</i>").replace("One", "1")
# What only one side changed is merged.
PAGE = OURS.replace("One", "1")
FILE = THEIRS.replace("four", "4")


@pytest.fixture
def plan() -> Page:
    return make_topic(title="Plan", notes=OURS)


@pytest.fixture(autouse=True)
def section(plan: Page) -> Section:
    document = Document.objects.create(path="a/plan.md", digest="x", line_end="\r\n")
    return Section.objects.create(
        document=document, position=0, page=plan, base=BASE, theirs=THEIRS
    )


def resolve(client: Client, everywhere: str = "", **fields: str):
    shown = fields_of(client.get(PATH))
    return client.post(PATH, shown | {"everywhere": everywhere} | fields)


def texts(page: Page) -> set[str]:
    return set(Revision.objects.of_page(page.pk).values_list("notes", flat=True))


def is_resolved(section: Section) -> bool:
    section.refresh_from_db()
    return (section.base, section.theirs) == (THEIRS, None)


def test_the_page_leads_there(as_editor: Client, as_reader: Client) -> None:
    assert f'href="{PATH}"' in as_editor.get("/topics/plan/").content.decode()
    assert PATH not in as_reader.get("/topics/plan/").content.decode()


def test_the_screen_shows_all_three_texts_and_changes_nothing(
    as_editor: Client, plan: Page, section: Section
) -> None:
    response = as_editor.get(PATH)
    html = response.content.decode()
    assert response.status_code == 200
    assert "a/plan.md" in html
    assert '<p class="conflict-line conflict-changed">two</p>' in html
    assert '<p class="conflict-line conflict-changed">ours</p>' in html
    assert "&lt;i&gt;theirs&lt;/i&gt;" in html
    assert "Use this page" in html
    assert "Use the file" in html
    assert "The file’s text stays in the page’s history." in html
    assert "&lt;&lt;&lt;" not in html
    assert Page.objects.get(pk=plan.pk).version == 1
    assert not is_resolved(section)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("chosen", [{"everywhere": "mine"}, {"block-0": "mine"}])
def test_use_this_page(as_editor: Client, plan: Page, section: Section, chosen) -> None:
    response = resolve(as_editor, **chosen)
    assert response["Location"] == "/topics/plan/"
    assert "Both texts are in the page’s" in said(response)[0]
    assert Page.objects.get(pk=plan.pk).notes == PAGE
    assert is_resolved(section)
    assert {OURS, THEIRS} <= texts(plan)


@pytest.mark.parametrize("chosen", [{"everywhere": "theirs"}, {"block-0": "theirs"}])
def test_use_the_file(as_editor: Client, plan: Page, section: Section, editor, chosen) -> None:
    resolve(as_editor, **chosen)
    now = Page.objects.get(pk=plan.pk)
    assert (now.notes, now.updated_by) == (FILE, editor)
    assert is_resolved(section)
    assert {OURS, THEIRS} <= texts(plan)


def test_use_both_and_edit(as_editor: Client, plan: Page, section: Section) -> None:
    response = resolve(as_editor, **{"block-0": "both", "_continue": "1"})
    assert response["Location"] == "/pages/plan/edit/"
    both = PAGE.replace("ours\r\n", "ours\r\n\r\n<i>theirs</i>\r\n")
    assert Page.objects.get(pk=plan.pk).notes == both
    assert is_resolved(section)
    assert {OURS, THEIRS} <= texts(plan)


def test_a_page_that_stays_as_it_is_has_the_file_in_its_history(
    as_editor: Client, plan: Page, section: Section
) -> None:
    Section.objects.update(theirs=BASE.replace("two", "theirs"))
    resolve(as_editor, "mine")
    newest, aside = Revision.objects.of_page(plan.pk)[:2]
    assert (newest.notes, newest.reason) == (OURS, "kept")
    assert (aside.notes, aside.reason) == (BASE.replace("two", "theirs"), "aside")


@pytest.mark.parametrize("use", ["mine", "theirs", "both"])
def test_disputed_lines_that_were_changed_meanwhile_are_shown_again(
    as_editor: Client, plan: Page, section: Section, use: str
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"block-0": use}
    revise(plan, OURS.replace("ours", "newer"), version=1)
    again = as_editor.post(PATH, fields)
    assert again.status_code == 409
    assert "changed again in the meantime" in again.content.decode()
    assert not is_resolved(section)
    as_editor.post(PATH, fields_of(again) | {"block-0": "mine"})
    assert Page.objects.get(pk=plan.pk).notes == PAGE.replace("ours", "newer")


@pytest.mark.parametrize("use", ["mine", "theirs"])
def test_a_change_elsewhere_on_the_page_is_merged(
    as_editor: Client, plan: Page, section: Section, use: str
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"block-0": use}
    revise(plan, OURS + "five\r\n", version=1)
    assert as_editor.post(PATH, fields).status_code == 302
    now = Page.objects.get(pk=plan.pk).notes
    assert now == {"mine": PAGE, "theirs": FILE}[use] + "five\r\n"
    assert is_resolved(section)


@pytest.mark.parametrize("use", ["mine", "theirs"])
def test_a_file_that_was_imported_again_is_shown_again(
    as_editor: Client, plan: Page, section: Section, use: str
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"everywhere": use}
    Section.objects.update(theirs="Newer\r\n")
    response = as_editor.post(PATH, fields)
    assert response.status_code == 409
    assert "Newer" in response.content.decode()
    assert Page.objects.get(pk=plan.pk).notes == OURS


def test_a_conflict_that_someone_else_resolved(as_editor: Client, plan: Page) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"everywhere": "mine"}
    Section.objects.update(theirs=None)
    response = as_editor.post(PATH, fields)
    assert response["Location"] == "/topics/plan/"
    assert said(response) == ["Already resolved by someone else."]


def test_a_page_that_no_longer_disputes_its_file_is_only_saved(
    as_editor: Client, plan: Page, section: Section
) -> None:
    revise(plan, BASE.replace("four", "4"), version=1)
    assert "Use the file" not in as_editor.get(PATH).content.decode()
    resolve(as_editor)
    assert Page.objects.get(pk=plan.pk).notes == FILE
    assert is_resolved(section)


def test_a_page_in_the_trash_is_not_resolved(
    as_editor: Client, plan: Page, section: Section
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"everywhere": "mine"}
    throw_away(plan, by=None)
    response = as_editor.post(PATH, fields)
    assert response["Location"] == "/trash/"
    assert "is in the trash" in said(response)[0]
    assert not is_resolved(section)
    assert as_editor.get(PATH).status_code == 404


def test_a_page_that_is_gone_is_not_found(
    as_editor: Client, plan: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"everywhere": "mine"}
    before = conflicts.resolve_with_file

    def late(*args: Any, **kwargs: Any) -> Any:
        Page.everything.get(pk=plan.pk).delete()
        return before(*args, **kwargs)

    monkeypatch.setattr(conflicts, "resolve_with_file", late)
    assert as_editor.post(PATH, fields).status_code == 404
    assert as_editor.post(PATH, fields).status_code == 404
    # Nor is a page that has its address by now resolved in its stead.
    make_topic(title="Plan", notes=OURS)
    assert as_editor.post(PATH, fields).status_code == 404


def test_without_a_conflict_it_leads_to_the_page(as_editor: Client, section: Section) -> None:
    Section.objects.update(theirs=None)
    response = as_editor.get(PATH)
    assert response["Location"] == "/topics/plan/"
    assert "page and its file agree" in said(response)[0]


def test_an_old_address_leads_on(as_editor: Client, plan: Page) -> None:
    revise(plan, version=1, title="Plans", slug="plans")
    assert as_editor.get(PATH)["Location"] == "/pages/plans/file/"


def test_refuses_strangers_and_readers(
    as_nobody: Client, as_reader: Client, as_editor: Client, plan: Page, section: Section
) -> None:
    fields = fields_of(as_editor.get(PATH)) | {"everywhere": "theirs"}
    assert as_nobody.get(PATH)["Location"].startswith("/login/")
    assert as_reader.get(PATH).status_code == 403
    assert as_nobody.post(PATH, fields)["Location"].startswith("/login/")
    assert as_reader.post(PATH, fields).status_code == 403
    assert not is_resolved(section)


@pytest.mark.parametrize("chosen", [{}, {"block-0": "later"}, {"everywhere": "THEIRS"}])
def test_refuses_other_choices(as_editor: Client, section: Section, chosen) -> None:
    response = resolve(as_editor, **chosen)
    assert response.status_code == 409
    assert "choose a text for each block" in response.content.decode()
    assert not is_resolved(section)


def test_a_post_without_choices_shows_the_screen(as_editor: Client, section: Section) -> None:
    assert as_editor.post(PATH, {"page": str(section.page_id)}).status_code == 409
    assert not is_resolved(section)


def test_an_import_that_was_planned_before_undoes_no_decision(plan: Page, editor) -> None:
    Document.objects.all().delete()
    plan.delete()
    apply_plan(plan_import([SourceFile("plan.md", b"# Plan\n\none\ntwo\n")]))
    page = Page.objects.get()
    revise(page, "one\nmine\n", version=page.version)
    file = SourceFile("plan.md", b"# Plan\n\none\ntheirs\n")
    apply_plan(plan_import([file]))
    section, late = Section.objects.get(), plan_import([file])
    seen = with_file(page, section).mark
    resolve_with_file(page, Choices(seen, everywhere="mine"), by=editor)
    with pytest.raises(StaleVersion):
        apply_plan(late)
    section.refresh_from_db()
    assert (section.base, section.theirs) == ("one\ntheirs\n", None)
