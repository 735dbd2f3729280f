"""What changed lately on all pages."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.models import Page, Reason, Revision
from services.pages.trash import destroy, throw_away
from tests.support.pages import make_topic
from tests.support.revisions_maker import revised
from tests.views.test_history import text_of, tick_all, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

TASKS = "- [ ] One\n- [ ] Two\n- [ ] Three\n"


@pytest.fixture
def page():
    return make_topic(title="Plan", notes=TASKS)


def imported(number):
    for at in range(number):
        make_topic(title=f"Note {at}", last_reason=Reason.IMPORT)


def listed(html):
    return html.partition("<section")[2]


def test_lists_changes_of_all_pages_by_day(as_reader, page, editor):
    make_topic(title="Other")
    revised(page, "x\n", by=editor)
    earlier = Revision.objects.filter(version=1, page=page)
    earlier.update(saved_at=earlier.get().saved_at - timedelta(days=1))
    text = words_of(listed(text_of(as_reader, "/changes/")))
    assert re.search(r"Today .*Plan Changes .*Edited on the site by edgar .*Other", text)
    assert re.search(r"Yesterday .*Plan Changes .*Created on the site", text)


def test_leads_to_the_changes_and_the_history(as_reader, page, editor):
    revised(page, "x\n", by=editor)
    html = text_of(as_reader, "/changes/")
    assert 'href="/pages/plan/history/compare/?old=1&amp;new=2"' in html
    assert 'href="/pages/plan/history/"' in html


def test_is_reached_from_the_home_page_and_a_page_leads_to_its_history(as_reader, page):
    assert 'href="/changes/"' in text_of(as_reader, "/")
    assert 'href="/pages/plan/history/"' in text_of(as_reader, "/topics/plan/")


def test_ticks_are_folded(as_reader, page, admin):
    tick_all(page, admin)
    text = words_of(listed(text_of(as_reader, "/changes/")))
    assert text.count("Ticked") == 1
    assert "Ticked 3 times by ada" in text


def test_an_import_is_one_entry(as_reader, page):
    imported(12)
    html = text_of(as_reader, "/changes/")
    assert "Imported 12 pages" in html
    assert html.count('class="change ') == 2
    assert "Note 7" in html


def test_a_single_imported_page_is_an_entry_as_any_other(as_reader):
    imported(1)
    text = words_of(listed(text_of(as_reader, "/changes/")))
    assert "Note 0 Changes" in text
    assert "Imported" in text


def test_pages_in_the_trash_are_told_without_a_link(as_editor, page, editor):
    throw_away(page, by=editor)
    html = listed(text_of(as_editor, "/changes/"))
    assert "Plan Deleted Moved to the trash by edgar" in words_of(html)
    assert "/pages/plan/" not in html


def test_readers_are_not_told_what_is_in_the_trash(as_reader, page, editor):
    throw_away(page, by=editor)
    html = listed(text_of(as_reader, "/changes/"))
    assert "A deleted page Moved to the trash by edgar" in words_of(html)
    assert "Plan" not in html


def test_pages_that_are_gone_for_good_are_gone_here(as_reader, page):
    destroy(page)
    assert "There is no such change." in text_of(as_reader, "/changes/")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("from=no-ticks", ["site", "answer"]),
        ("from=tick", ["tick"]),
        ("by=ada", ["tick"]),
        ("by=edgar&from=answer", ["answer"]),
        ("by=nobody", []),
    ],
)
def test_filters(as_reader, page, admin, editor, query, shown):
    tick_all(page, admin)
    revised(page, "q?\n", by=editor, reason=Reason.ANSWER)
    response = as_reader.get(f"/changes/?{query}")
    entries = response.context["part"].entries
    assert {entry.revision.reason for entry in entries} == set(shown)
    assert bool(entries) == ("There is no such change." not in response.content.decode())


def test_a_long_list_comes_in_parts_and_each_change_once(as_reader, page, editor):
    for at in range(230):
        revised(page, f"{at}\n", by=editor)
    seen, path = [], "/changes/"
    while path:
        html = text_of(as_reader, path)
        seen += re.findall(r"compare/\?old=\d+&amp;new=(\d+)", html)
        older = re.search(r'href="(\?before=\d+)" rel="next"', html)
        path = f"/changes/{older[1]}" if older else None
    assert seen == [str(n) for n in range(231, 0, -1)]


def test_costs_the_same_queries_whatever_there_is(as_reader, page, admin, editor):
    tick_all(page, admin)
    few = queries(as_reader)
    imported(30)
    for at in range(20):
        revised(page, f"{at}\n", by=editor)
    many = queries(as_reader)
    assert len(many) == len(few) <= 5
    assert not any('"services_revision"."notes"' in query for query in many)


def queries(client):
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/changes/").status_code == 200
    return [query["sql"] for query in captured]


def test_titles_are_never_html(as_reader, page, editor):
    revised(page, by=editor, title="<script>x</script>")
    assert "<script>x" not in text_of(as_reader, "/changes/")


def test_names_in_full_where_they_are_known(as_reader, page, editor):
    editor.first_name, editor.last_name = "Edgar", "Poe"
    editor.save()
    revised(page, "x\n", by=editor)
    text = text_of(as_reader, "/changes/")
    assert ">Edgar Poe</a>" in text
    assert "?by=edgar" in text


def test_a_person_who_left_leaves_their_changes(as_reader, page, admin):
    revised(page, "x\n", by=admin)
    admin.delete()
    assert "Edited on the site" in listed(text_of(as_reader, "/changes/"))
    assert Page.objects.get().version == 2
