"""Ticking by request: who may, what is nonsense, and what editors and readers have to click on."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import get_script_prefix, reverse, set_script_prefix

from services.models import Category, ChecklistItem
from services.selectors import controls
from tests.pages.test_tick import AWKWARD, JSON, NOTES, item, made, notes_of, post
from tests.support.pages import make_service

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


# -- the controls ----------------------------------------------------------------------------------


def test_editors_have_controls_and_readers_see_states(as_editor, as_reader, settings, as_nobody):
    settings.KB_PUBLIC = True
    made("# Learn\n\n" + NOTES)
    for path in ("/checklist/", "/topics/plan/"):
        text = as_editor.get(path).content.decode()
        assert text.count('role="checkbox"') == 4
        assert 'id="kb-ticks"' in text
        assert 'aria-checked="mixed"' in text
        for client in (as_reader, as_nobody):
            text = client.get(path).content.decode()
            assert 'role="checkbox"' not in text
            assert "kb-tick" not in text


def test_each_box_in_the_notes_is_that_of_its_item(as_editor):
    notes = AWKWARD["in a footnote"] + AWKWARD["nested"] + AWKWARD["in a callout"]
    page = made(notes)
    text = as_editor.get("/topics/plan/").content.decode()
    shown = re.findall(r'id="kb-item-(\d+)"[^>]*aria-label="([^"]*)"', text)
    rows = page.items.order_by("position").values_list("pk", "text")
    assert sorted(shown) == sorted((str(pk), words) for pk, words in rows)
    notes_html = text[text.index('<div class="notes">') :]
    assert "<input" not in notes_html[: notes_html.index("page-foot")]


def test_items_elsewhere_that_name_the_page_are_controls_too(as_editor):
    make_service(title="ECS", category=Category.objects.get(slug="compute"))
    made("- [ ] ECS\n")
    text = as_editor.get("/services/ecs/").content.decode()
    assert f'value="{item("ECS").pk} done"' in text


@pytest.fixture
def mounted():
    """The site below a path that has a figure in it."""
    before = get_script_prefix()
    set_script_prefix("/kb0/")
    controls._build_item_pattern.cache_clear()
    yield
    set_script_prefix(before)
    controls._build_item_pattern.cache_clear()


def test_an_item_is_at_its_address_wherever_the_site_is(mounted):
    made("- [ ] One\n")
    one = item("One")
    address = f"/kb0/items/{one.pk}/"
    assert reverse("item", args=[one.pk]) == address
    assert f'href="{address}"' in controls.build_item_control(one, "One")


def test_words_of_an_item_cannot_break_out(as_editor):
    made("- [ ] A \"quoted\" {id} <script>alert(1)</script> & 'more' {0}\n")
    post(as_editor, ChecklistItem.objects.get(), "na", why='"><script>{id}')
    for path in ("/checklist/", "/topics/plan/"):
        text = as_editor.get(path).content.decode()
        assert "<script>alert" not in text
        assert "<script>{id}" not in text
        assert 'aria-label="A &quot;quoted&quot; {id} ' in text
