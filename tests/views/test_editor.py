"""The editor shown again: with a page that is gone, or a text that is too long."""

import pytest

from services.models import Page
from tests.support.editing import PATH, opened
from tests.support.html_forms import fields_of
from tests.views.test_long_notes import LINE

pytestmark = pytest.mark.django_db


def test_a_page_in_the_trash_keeps_the_text_and_offers_to_restore(as_editor, as_olga, plan):
    mine = opened(as_editor) | {"notes": "Typed.\r\n"}
    as_olga.post("/pages/plan/delete/")
    response = as_editor.post(PATH, mine)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Typed." in text
    assert "Restore the page and save" in text
    again = fields_of(response)
    as_editor.post(PATH, again | {"restore": "1"})
    page = Page.objects.get()
    assert (page.notes, page.trashed_at) == ("Typed.\n", None)


def test_a_page_deleted_for_good_becomes_a_new_one(as_editor, plan):
    mine = opened(as_editor) | {"notes": "Typed.\r\n", "tags": "tools"}
    plan.delete()
    response = as_editor.post(PATH, mine)
    assert response.status_code == 404
    assert 'action="/pages/new/"' in response.content.decode()
    as_editor.post("/pages/new/", fields_of(response))
    page = Page.objects.get()
    assert (page.title, page.notes, list(page.tags.names())) == ("Plan", "Typed.\n", ["tools"])


def test_a_text_that_is_too_long_stays_in_its_form(as_editor, plan, settings):
    settings.NOTE_MAX_BYTES = 1000
    response = as_editor.post(PATH, opened(as_editor) | {"notes": LINE * 20})
    assert "These notes are too long: they may have 1000" in response.content.decode()
    assert fields_of(response)["notes"] == LINE * 20
    assert Page.objects.get().version == 1
