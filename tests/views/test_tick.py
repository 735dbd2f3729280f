"""Ticking by request: who may, what is nonsense, and what editors and readers have to click on."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.pages.test_tick import JSON, NOTES, item, made, notes_of, post

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "asked", ["", "done", "1", "1 maybe", "one done", "-1 done", "1 done 2", "٣ done", "9" * 30]
)
def test_nonsense_is_refused(as_editor, asked):
    assert as_editor.post("/items/tick/", {"tick": asked}, headers=JSON).status_code == 400
    assert as_editor.post("/items/tick/", {"tick": asked}).status_code == 400


def test_refuses_readers_and_strangers(as_reader, as_nobody):
    page = made()
    one = item("One")
    assert post(as_reader, one, "done").status_code == 403
    response = post(as_nobody, one, "done")
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")
    assert notes_of(page) == NOTES


def test_refuses_get(as_editor):
    assert as_editor.get("/items/tick/").status_code == 405


def test_needs_the_token(editor):
    made()
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    assert post(client, item("One"), "done").status_code == 403


# -- without a script ------------------------------------------------------------------------------


def test_a_form_leads_back_to_where_it_was(as_editor):
    page = made()
    one = item("One")
    sent = {"tick": f"{one.pk} done", "next": "/checklist/?state=open"}
    response = as_editor.post("/items/tick/", sent)
    assert response["Location"] == f"/checklist/?state=open#kb-item-{one.pk}"
    assert "[x] One" in notes_of(page)


def test_a_form_leads_to_no_other_site(as_editor):
    made()
    sent = {"tick": f"{item('One').pk} done", "next": "https://example.com/"}
    assert as_editor.post("/items/tick/", sent)["Location"].startswith("/checklist/#")


def test_a_form_says_that_the_item_is_gone(as_editor):
    response = as_editor.post("/items/tick/", {"tick": "4711 done"}, follow=True)
    assert "This item is gone" in response.content.decode()


def test_the_page_of_an_item_offers_its_states(as_editor):
    made()
    four = item("Four")
    post(as_editor, four, "na", why="No time")
    text = as_editor.get(f"/items/{four.pk}/").content.decode()
    assert text.count('type="radio"') == 4
    assert 'value="No time"' in text
    assert 'href="/topics/plan/' in text
    text = as_editor.get(f"/items/{four.pk}/?next=/checklist/").content.decode()
    assert '<input type="hidden" name="next" value="/checklist/">' in text
    text = as_editor.get(f"/items/{four.pk}/?next=//example.com/").content.decode()
    assert "example.com" not in text


def test_the_page_of_an_item_is_for_editors(as_nobody, as_reader, as_editor, as_admin, settings):
    made()
    path = f"/items/{item('One').pk}/"
    for public in (False, True):
        settings.KB_PUBLIC = public
        assert as_nobody.get(path)["Location"].startswith("/login/")
        assert as_reader.get(path).status_code == 403
        assert as_editor.get(path).status_code == as_admin.get(path).status_code == 200
    assert as_editor.get("/items/4711/").status_code == 404
    assert as_editor.get(f"/items/{'9' * 30}/").status_code == 404
