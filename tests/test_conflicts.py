"""Two people who changed the same lines: what they see, and that no way out loses a text."""

import pytest
from django.test import Client

from services.models import Draft, Page, Revision
from services.pages import drafts
from services.pages.revise import revise
from services.text.side_by_side import Who, side_by_side
from tests.conftest import client_of, person
from tests.editing import NOTES, PATH, opened, revisions, said
from tests.html_forms import fields_of
from tests.support.pages import make_topic

pytestmark = pytest.mark.django_db
HERS, HIS = NOTES.replace("One's", "Her"), NOTES.replace("One's", "His")


@pytest.fixture
def plan() -> Page:
    return make_topic(title="Plan", notes=NOTES)


@pytest.fixture
def as_olga(db) -> Client:
    return client_of(person("olga", "editors"))


@pytest.fixture
def clash(as_editor, as_olga, plan):
    """The answer to an editor whose lines Olga changed meanwhile; he also gave a new title."""
    mine = opened(as_editor)
    as_olga.post(PATH, opened(as_olga) | {"notes": HERS, "abbreviation": "PL"})
    return as_editor.post(PATH, mine | {"notes": HIS, "title": "Plans"})


def decide(client: Client, clash, decision: str, **fields: str):
    return client.post(PATH, fields_of(clash) | {"decision": decision} | fields)


def texts(page: Page) -> list[str]:
    return list(Revision.objects.of_page(page.pk).values_list("notes", flat=True))


def test_the_screen_shows_both_and_stores_nothing(clash, plan):
    text = clash.content.decode()
    assert clash.status_code == 409
    assert "olga" in text
    assert "<mark>His</mark>" in text
    assert "<mark>Her</mark>" in text
    fields = fields_of(clash)
    assert fields["version"] == "2"
    assert (
        "<<<<<<< mine\r\nHis words.\r\n=======\r\nHer words.\r\n>>>>>>> theirs" in fields["notes"]
    )
    assert Page.objects.get().notes == HERS


def test_what_was_typed_is_the_draft_already(clash, editor, plan):
    draft = Draft.objects.get()
    assert (draft.person, draft.version, draft.fields["notes"]) == (editor, 1, HIS)
    assert draft.fields["title"] == "Plans"


def test_keep_mine(as_editor, clash, plan):
    response = decide(as_editor, clash, "mine")
    page = Page.objects.get()
    assert (page.notes, page.title, page.abbreviation) == (HIS, "Plans", "PL")
    assert texts(page) == [HIS, HERS, NOTES]
    assert said(response) == [
        "Your text is saved where you clashed. What olga had saved there is in the "
        '<a href="/pages/plans/history/">history</a>.'
    ]
    assert not Draft.objects.exists()


def test_keep_theirs(as_editor, clash, plan):
    response = decide(as_editor, clash, "theirs")
    page = Page.objects.get()
    assert (page.notes, page.abbreviation) == (HERS, "PL")
    # Nobody disputed the title.
    assert page.title == "Plans"
    assert HIS in texts(page)
    assert revisions(page)[2:4] == [(3, "aside"), (4, "kept")]
    assert "Your text is in the" in said(response)[0]
    assert not Draft.objects.exists()


def test_keep_theirs_without_other_changes(as_editor, as_olga, plan):
    mine = opened(as_editor)
    as_olga.post(PATH, opened(as_olga) | {"notes": HERS})
    clash = as_editor.post(PATH, mine | {"notes": HIS})
    decide(as_editor, clash, "theirs")
    page = Page.objects.get()
    assert page.notes == HERS
    assert [reason for _, reason in revisions(page)] == ["site", "site", "aside", "kept"]


def test_combine(as_editor, clash, plan):
    both = NOTES.replace("One's", "Both their").replace("\n", "\r\n")
    response = decide(as_editor, clash, "combined", notes=both)
    page = Page.objects.get()
    assert page.notes == NOTES.replace("One's", "Both their")
    assert "The combined text is saved." in said(response)[0]
    # Neither of the two that it was made of is lost.
    assert {HIS, HERS} <= set(texts(page))
    assert texts(page)[0] == page.notes
    assert not Draft.objects.exists()


def test_marks_that_are_left_are_refused_with_everything_kept(as_editor, clash, plan):
    half = fields_of(clash)["notes"].replace("Two's", "My two's")
    response = decide(as_editor, clash, "combined", notes=half)
    text = response.content.decode()
    assert response.status_code == 409
    assert "There is still a place that nobody has decided" in text
    fields = fields_of(response)
    assert fields["notes"] == half
    assert fields["mine"].replace("\r\n", "\n") == HIS
    assert fields["title"] == "Plans"
    assert Page.objects.get().version == 2
    decide(as_editor, response, "mine")
    assert Page.objects.get().notes == HIS


@pytest.mark.parametrize("decision", ["mine", "theirs", "combined"])
def test_a_third_change_brings_the_screen_again(as_editor, as_olga, clash, plan, decision):
    third = NOTES.replace("One's", "Third")
    as_olga.post(PATH, opened(as_olga) | {"notes": third})
    both = NOTES.replace("One's", "Both").replace("\n", "\r\n")
    again = decide(as_editor, clash, decision, notes=both)
    assert again.status_code == 409
    fields = fields_of(again)
    assert (fields["version"], fields["title"]) == ("3", "Plans")
    assert fields["mine"].replace("\r\n", "\n") == HIS
    assert "Both" in fields["notes"]
    assert "Third" in fields["notes"]
    # What was worked on last is the draft, not what that was made of.
    combined = NOTES.replace("One's", "Both")
    assert Draft.objects.get().fields["notes"] == combined
    decide(as_editor, again, "mine", notes=both)
    assert Page.objects.get().notes == HIS
    assert {HERS, third, combined} <= set(texts(plan))


@pytest.mark.parametrize("decision", ["mine", "theirs"])
def test_a_combination_that_was_worked_on_is_in_the_history(as_editor, clash, plan, decision):
    both = NOTES.replace("One's", "Both their").replace("\n", "\r\n")
    decide(as_editor, clash, decision, notes=both)
    page = Page.objects.get()
    assert page.notes == {"mine": HIS, "theirs": HERS}[decision]
    assert {HIS, HERS, NOTES.replace("One's", "Both their")} <= set(texts(page))
    assert texts(page)[0] == page.notes


def test_keep_mine_takes_nothing_back_that_was_not_in_dispute(as_editor, as_olga, plan):
    mine = opened(as_editor)
    theirs = HERS.replace("Two's", "Her two's")
    as_olga.post(PATH, opened(as_olga) | {"notes": theirs})
    clash = as_editor.post(PATH, mine | {"notes": HIS})
    decide(as_editor, clash, "mine")
    page = Page.objects.get()
    assert page.notes == HIS.replace("Two's", "Her two's")
    assert {HIS, theirs} <= set(texts(page))


def test_with_marks_left_the_screen_comes_again_with_one_pair_of_them(
    as_editor, as_olga, clash, plan
):
    as_olga.post(PATH, opened(as_olga) | {"notes": NOTES.replace("One's", "Third")})
    fields = fields_of(decide(as_editor, clash, "mine"))
    assert fields["notes"].count("<<<<<<< mine") == 1


def test_a_third_change_elsewhere_is_merged(as_editor, as_olga, clash, plan):
    as_olga.post(PATH, opened(as_olga) | {"notes": HERS.replace("Two's", "Third")})
    decide(as_editor, clash, "mine")
    assert Page.objects.get().notes == HIS.replace("Two's", "Third")


def test_a_page_that_goes_to_the_trash_meanwhile_keeps_the_text(as_editor, as_olga, clash, plan):
    as_olga.post("/pages/plan/delete/")
    for decision in ("mine", "theirs", "combined"):
        both = NOTES.replace("One's", "His combined").replace("\n", "\r\n")
        response = decide(as_editor, clash, decision, notes=both)
        assert response.status_code == 409
        assert "Restore the page and save" in response.content.decode()
        assert "His" in fields_of(response)["notes"]
    as_editor.post(PATH, fields_of(response) | {"restore": "1"})
    assert Page.objects.get().notes == NOTES.replace("One's", "His combined")


def test_a_title_that_is_taken_meanwhile_can_be_put_right(as_editor, clash, plan):
    make_topic(title="Plans")
    response = decide(as_editor, clash, "mine")
    text = response.content.decode()
    assert response.status_code == 409
    assert "There is already a page with this title" in text
    assert '<input type="text" name="title" value="Plans"' in text
    decide(as_editor, response, "mine", title="Goals")
    assert Page.objects.get(pk=plan.pk).title == "Goals"


def test_a_section_in_conflict(as_editor, as_olga, plan):
    path = PATH + "?section=one"
    mine = opened(as_editor, path)
    as_olga.post(PATH, opened(as_olga) | {"notes": HERS})
    clash = as_editor.post(path, mine | {"notes": "# One\r\n\r\nHis words.\r\n\r\n"})
    assert clash.status_code == 409
    decide(as_editor, clash, "mine")
    page = Page.objects.get()
    assert (page.notes, page.title) == (HIS, "Plan")


def test_crlf_notes_in_conflict(as_editor, as_olga):
    notes = NOTES.replace("\n", "\r\n")
    make_topic(title="Plan", notes=notes)
    mine = opened(as_editor)
    as_olga.post(PATH, opened(as_olga) | {"notes": notes.replace("One's", "Her")})
    clash = as_editor.post(PATH, mine | {"notes": notes.replace("One's", "His")})
    decide(as_editor, clash, "mine")
    assert Page.objects.get().notes == notes.replace("One's", "His")


def test_one_s_own_other_window(as_editor, plan):
    mine = opened(as_editor)
    as_editor.post(PATH, opened(as_editor) | {"notes": HERS})
    clash = as_editor.post(PATH, mine | {"notes": HIS})
    assert "other words for them in another window" in clash.content.decode()


def test_readers_decide_nothing(as_reader, clash, plan):
    assert decide(as_reader, clash, "mine").status_code == 403
    assert Page.objects.get().notes == HERS


def test_what_stands_side_by_side():
    base = "".join(f"{n}\n" for n in range(20))
    mine = base.replace("5\n", "five\n", 1).replace("10\n", "my ten\n")
    theirs = base.replace("10\n", "their ten\n").replace("\n19\n", "\n19\n20\n")
    rows = side_by_side(base, mine, theirs)
    shown = [(row.who, row.hidden, len(row.base), len(row.mine), len(row.theirs)) for row in rows]
    assert shown == [
        (Who.NOBODY, 3, 0, 0, 0),
        (Who.NOBODY, 0, 2, 2, 2),
        (Who.MINE, 0, 1, 1, 1),
        (Who.NOBODY, 0, 4, 4, 4),
        (Who.CLASH, 0, 1, 1, 1),
        (Who.NOBODY, 0, 2, 2, 2),
        (Who.NOBODY, 5, 0, 0, 0),
        (Who.NOBODY, 0, 2, 2, 2),
        (Who.THEIRS, 0, 0, 0, 1),
    ]
    # Lines that have nothing in common are changed as a whole.
    assert [(line.changed, line.pieces[0].text) for line in rows[4].mine] == [(True, "my ten")]


def test_a_combined_text_that_goes_on_as_a_draft_is_still_to_be_decided(as_editor, clash, plan):
    fields = opened(as_editor)
    response = as_editor.post(PATH, fields | {"notes": fields_of(clash)["notes"]})
    assert "There is still a place that nobody has decided" in response.content.decode()
    assert Page.objects.get().notes == HERS


def test_notes_that_are_about_marks_can_be_saved(as_editor, plan):
    marks = "```\n<<<<<<< mine\na\n=======\nb\n>>>>>>> theirs\n```\n"
    revise(plan, marks, version=1)
    as_editor.post(PATH, opened(as_editor) | {"notes": marks + "More.\n"})
    assert Page.objects.get().notes == marks + "More.\n"


def test_a_page_that_is_deleted_for_good_meanwhile_keeps_the_text(as_editor, clash, plan):
    plan.delete()
    response = decide(as_editor, clash, "mine")
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


@pytest.mark.parametrize("decision", ["mine", "theirs", "combined"])
def test_a_draft_of_the_same_text_that_came_late_is_done_with(
    as_editor, clash, plan, editor, decision
):
    """It was on its way when the form was sent, and knows fewer fields."""
    drafts.keep(editor, plan, 1, {"notes": HIS, "title": "Plans"})
    decide(as_editor, clash, decision, notes="Combined.\r\n")
    assert not Draft.objects.exists()
    assert HIS in texts(plan)
