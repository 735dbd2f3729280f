"""Controls of items in rendered notes."""

from __future__ import annotations

import re

import pytest
from django.urls import get_script_prefix, reverse, set_script_prefix

from services.models import Category, ChecklistItem
from services.selectors import controls
from tests.pages.test_tick import AWKWARD, NOTES, item, made, post
from tests.support.pages import make_service

pytestmark = pytest.mark.django_db


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
