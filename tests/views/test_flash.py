"""Messages after saving a page."""

import pytest

from services.models import Page, Revision
from tests.support.editing import NOTES, PATH, opened, said

pytestmark = pytest.mark.django_db


def test_changes_of_two_people_are_merged_and_said(as_editor, as_olga, plan):
    mine, theirs = opened(as_editor), opened(as_olga)
    as_olga.post(PATH, theirs | {"notes": NOTES.replace("One's", "Her")})
    response = as_editor.post(PATH, mine | {"notes": NOTES.replace("Two's", "His")})
    assert said(response) == ["Saved, and merged with what olga changed in the meantime."]
    assert Page.objects.get().notes == NOTES.replace("One's", "Her").replace("Two's", "His")


def test_of_a_fact_that_both_changed_mine_is_stored_and_theirs_told(as_editor, as_olga, plan):
    mine, theirs = opened(as_editor), opened(as_olga)
    as_olga.post(PATH, theirs | {"title": "Hers"})
    response = as_editor.post(PATH, mine | {"title": "His"})
    assert Page.objects.get().title == "His"
    assert "The title was changed to “Hers” by someone else." in said(response)[1]
    assert Revision.objects.get(version=2).title == "Hers"


def test_saving_without_a_change_makes_no_revision(as_editor, plan):
    response = as_editor.post(PATH, opened(as_editor))
    assert said(response) == ["No changes."]
    assert Page.objects.get().version == 1
