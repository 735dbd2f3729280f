"""Two people who changed the same lines: what they see, and that no choice loses a text."""

import pytest
from django.test import Client

from services.models import Draft, Page, Revision
from services.pages import drafts
from tests.support.editing import NOTES, PATH, opened, revisions, said
from tests.support.html_forms import fields_of
from tests.support.pages import make_topic

pytestmark = pytest.mark.django_db
HERS, HIS = NOTES.replace("One's", "Her"), NOTES.replace("One's", "His")


@pytest.fixture
def clash(as_editor, as_olga, plan):
    """The answer to an editor whose lines Olga changed meanwhile; he also gave a new title."""
    mine = opened(as_editor)
    as_olga.post(PATH, opened(as_olga) | {"notes": HERS, "abbreviation": "PL"})
    return as_editor.post(PATH, mine | {"notes": HIS, "title": "Plans"})


def resolve(client: Client, clash, everywhere: str = "", path: str = PATH, **fields: str):
    return client.post(path, fields_of(clash) | {"everywhere": everywhere} | fields)


def texts(page: Page) -> list[str]:
    return list(Revision.objects.of_page(page.pk).values_list("notes", flat=True))


def test_the_screen_shows_both_texts_and_stores_nothing(clash, plan):
    text = " ".join(clash.content.decode().split())
    assert clash.status_code == 409
    assert "While you wrote, olga changed the same lines." in text
    assert "<mark>His</mark>" in text
    assert "<mark>Her</mark>" in text
    assert "Use mine" in text
    assert "Theirs stays in the page’s history." in text
    assert text.count('type="radio" name="block-0"') == 3
    assert Page.objects.get().notes == HERS


def test_no_conflict_markers_are_shown(clash):
    for marker in ("<<<<<<<", "&lt;&lt;&lt;", "=======", ">>>>>>>", "&gt;&gt;&gt;"):
        assert marker not in clash.content.decode()


def test_the_typed_text_is_stored_as_a_draft(clash, editor, plan):
    draft = Draft.objects.get()
    assert (draft.person, draft.version, draft.fields["notes"]) == (editor, 1, HIS)
    assert draft.fields["title"] == "Plans"


@pytest.mark.parametrize("chosen", [{"everywhere": "mine"}, {"block-0": "mine"}])
def test_use_mine(as_editor, clash, plan, chosen):
    response = resolve(as_editor, clash, **chosen)
    page = Page.objects.get()
    assert (page.notes, page.title, page.abbreviation) == (HIS, "Plans", "PL")
    assert response["Location"] == "/topics/plans/"
    assert texts(page) == [HIS, HERS, NOTES]
    assert said(response) == [
        'Saved. Both texts are in the page’s <a href="/pages/plans/history/">history</a>.'
    ]
    assert not Draft.objects.exists()


@pytest.mark.parametrize("chosen", [{"everywhere": "theirs"}, {"block-0": "theirs"}])
def test_use_theirs_stores_mine_in_the_history(as_editor, clash, plan, chosen):
    resolve(as_editor, clash, **chosen)
    page = Page.objects.get()
    # The title is not in conflict.
    assert (page.notes, page.abbreviation, page.title) == (HERS, "PL", "Plans")
    assert HIS in texts(page)
    assert revisions(page)[2:4] == [(3, "aside"), (4, "kept")]
    assert not Draft.objects.exists()


def test_use_theirs_without_other_changes(as_editor, as_olga, plan):
    mine = opened(as_editor)
    as_olga.post(PATH, opened(as_olga) | {"notes": HERS})
    clash = as_editor.post(PATH, mine | {"notes": HIS})
    resolve(as_editor, clash, "theirs")
    page = Page.objects.get()
    assert page.notes == HERS
    assert [reason for _, reason in revisions(page)] == ["site", "site", "aside", "kept"]


def test_use_both_puts_theirs_below_mine(as_editor, clash, plan):
    resolve(as_editor, clash, **{"block-0": "both"})
    page = Page.objects.get()
    assert page.notes == NOTES.replace("One's words.", "His words.\n\nHer words.")
    assert {HIS, HERS} <= set(texts(page))
    assert texts(page)[0] == page.notes


def test_save_and_edit_opens_the_editor(as_editor, clash, plan):
    response = resolve(as_editor, clash, **{"block-0": "both", "_continue": "1"})
    assert response["Location"] == "/pages/plans/edit/"
    assert "Her words." in Page.objects.get().notes


@pytest.mark.parametrize("use", ["mine", "theirs", "both"])
def test_the_same_lines_changed_again_are_asked_about_again(as_editor, as_olga, clash, plan, use):
    third = NOTES.replace("One's", "Third")
    as_olga.post(PATH, opened(as_olga) | {"notes": third})
    again = resolve(as_editor, clash, **{"block-0": use})
    text = again.content.decode()
    assert again.status_code == 409
    assert "changed again in the meantime" in text
    assert "<mark>Third</mark>" in text
    assert "checked" not in text
    assert fields_of(again)["title"] == "Plans"
    assert Draft.objects.get().fields["notes"] == HIS
    assert Page.objects.get().notes == third
    resolve(as_editor, again, "mine")
    assert Page.objects.get().notes == HIS
    assert {HERS, third} <= set(texts(plan))


def test_a_change_elsewhere_is_merged_whatever_is_chosen(as_editor, as_olga, clash, plan):
    as_olga.post(PATH, opened(as_olga) | {"notes": HERS.replace("Two's", "Third")})
    resolve(as_editor, clash, "mine")
    assert Page.objects.get().notes == HIS.replace("Two's", "Third")


def test_use_mine_takes_back_nothing_that_is_not_disputed(as_editor, as_olga, plan):
    mine = opened(as_editor)
    theirs = HERS.replace("Two's", "Her two's")
    as_olga.post(PATH, opened(as_olga) | {"notes": theirs})
    clash = as_editor.post(PATH, mine | {"notes": HIS})
    resolve(as_editor, clash, "mine")
    page = Page.objects.get()
    assert page.notes == HIS.replace("Two's", "Her two's")
    assert {HIS, theirs} <= set(texts(page))


def test_a_page_in_the_trash_shows_the_text_in_the_editor(as_editor, as_olga, clash, plan):
    as_olga.post("/pages/plan/delete/")
    for use in ("mine", "theirs"):
        response = resolve(as_editor, clash, use)
        assert response.status_code == 409
        assert "Restore the page and save" in response.content.decode()
        assert fields_of(response)["notes"].replace("\r\n", "\n") == HIS
    again = as_editor.post(PATH, fields_of(response) | {"restore": "1"})
    assert Page.everything.get().trashed_at
    resolve(as_editor, again, "mine")
    assert Page.objects.get().notes == HIS


def test_a_title_that_is_taken_meanwhile_can_be_changed(as_editor, clash, plan):
    make_topic(title="Plans")
    response = resolve(as_editor, clash, "mine")
    assert "There is already a page with this title" in response.content.decode()
    again = as_editor.post(PATH, fields_of(response) | {"title": "Goals"})
    assert again.status_code == 409
    resolve(as_editor, again, "mine")
    page = Page.objects.get(pk=plan.pk)
    assert (page.title, page.notes) == ("Goals", HIS)


def test_a_section_in_conflict(as_editor, as_olga, plan):
    path = PATH + "?section=one"
    mine = opened(as_editor, path)
    as_olga.post(PATH, opened(as_olga) | {"notes": HERS})
    clash = as_editor.post(path, mine | {"notes": "# One\r\n\r\nHis words.\r\n\r\n"})
    assert clash.status_code == 409
    resolve(as_editor, clash, "mine", path)
    page = Page.objects.get()
    assert (page.notes, page.title) == (HIS, "Plan")


def test_crlf_notes_in_conflict(as_editor, as_olga):
    notes = NOTES.replace("\n", "\r\n")
    make_topic(title="Plan", notes=notes)
    mine = opened(as_editor)
    as_olga.post(PATH, opened(as_olga) | {"notes": notes.replace("One's", "Her")})
    clash = as_editor.post(PATH, mine | {"notes": notes.replace("One's", "His")})
    resolve(as_editor, clash, "mine")
    assert Page.objects.get().notes == notes.replace("One's", "His")


def test_a_conflict_with_ones_own_other_window(as_editor, plan):
    mine = opened(as_editor)
    as_editor.post(PATH, opened(as_editor) | {"notes": HERS})
    clash = as_editor.post(PATH, mine | {"notes": HIS})
    assert "you changed the same lines elsewhere" in clash.content.decode()


def test_without_a_known_base_two_columns_are_shown(as_editor, plan):
    clash = as_editor.post(PATH, opened(as_editor) | {"notes": HIS, "version": "99"})
    assert clash.status_code == 409
    assert "<p>Before</p>" not in clash.content.decode()
    resolve(as_editor, clash, "mine")
    assert Page.objects.get().notes == HIS
    assert NOTES in texts(plan)


def test_readers_resolve_nothing(as_reader, clash, plan):
    assert resolve(as_reader, clash, "mine").status_code == 403
    assert Page.objects.get().notes == HERS


def test_a_page_that_is_deleted_for_good_meanwhile_keeps_the_text(as_editor, clash, plan):
    plan.delete()
    response = resolve(as_editor, clash, "mine")
    assert response.status_code == 404
    assert fields_of(response)["notes"].replace("\r\n", "\n") == HIS


def test_a_form_of_a_page_that_is_gone_does_not_overwrite_the_one_that_took_its_address(
    as_editor, plan
):
    fields = opened(as_editor) | {"notes": "Over the old page"}
    plan.delete()
    make_topic(title="Plan", notes="What the new page says\n")
    response = as_editor.post(PATH, fields)
    assert Page.objects.get().notes == "What the new page says\n"
    assert fields_of(response)["notes"] == "Over the old page"
    assert "deleted for good" in response.content.decode()


@pytest.mark.parametrize("use", ["mine", "theirs", "both"])
def test_a_draft_of_the_same_text_that_came_late_is_deleted(as_editor, clash, plan, editor, use):
    """It was on its way when the form was sent, and knows fewer fields."""
    drafts.save_draft(editor, plan, 1, {"notes": HIS, "title": "Plans"})
    resolve(as_editor, clash, **{"block-0": use})
    assert not Draft.objects.exists()
    assert HIS in texts(plan)
