"""A page's history: its list, an old version, and two versions compared."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.models import Category, OldAddress, Reason
from services.pages.trash import throw_away
from tests.support.pages import make_service, make_topic
from tests.support.revisions_maker import revised, with_edits

pytestmark = pytest.mark.django_db

TASKS = "To learn:\n\n- [ ] One\n- [ ] Two\n- [ ] Three\n"


@pytest.fixture
def page(editor):
    return make_topic(title="Plan", notes=TASKS, updated_by=editor)


def text_of(client, path, status=200):
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def words_of(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def tick_all(page, by):
    for name in ("One", "Two", "Three"):
        page.refresh_from_db()
        revised(page, page.notes.replace(f"[ ] {name}", f"[x] {name}"), by=by, reason=Reason.TICK)


def test_lists_who_changed_what_the_newest_first(as_reader, page, editor, admin):
    revised(page, "New words.\n", by=editor)
    revised(page, by=admin, reason=Reason.ADMIN, title="The plan")
    text = words_of(text_of(as_reader, "/pages/plan/history/")).partition("Compare selected")[2]
    places = [
        text.index(words) for words in ("Edited in the admin", "Edited on the site", "Created on")
    ]
    assert places == sorted(places)
    assert "Edited in the admin by ada renamed from “Plan” Now" in text


def test_ticks_are_folded_and_each_can_be_seen(as_reader, page, admin, editor):
    tick_all(page, admin)
    revised(page, page.notes + "\nMore.\n", by=editor)
    html = text_of(as_reader, "/pages/plan/history/")
    assert "Ticked 3 times by ada" in words_of(html)
    assert html.count('class="change ') == 3
    assert "?old=1&amp;new=4" in html
    single = text_of(as_reader, "/pages/plan/history/?ticks=2")
    assert words_of(single).count("Ticked an item") == 3
    assert "?old=3&amp;new=4" in single


def test_a_run_of_no_ticks_is_empty(as_reader, page):
    assert "There is no such change." in text_of(as_reader, "/pages/plan/history/?ticks=99")


def test_a_long_history_comes_in_parts_and_each_change_once(as_reader, page, editor):
    with_edits(page, 120, by=editor)
    seen, path = [], "/pages/plan/history/"
    while path:
        html = text_of(as_reader, path)
        seen += re.findall(r'name="new" value="(\d+)"', html)
        older = re.search(r'href="(\?before=\d+)" rel="next"', html)
        path = f"/pages/plan/history/{older[1]}" if older else None
    assert seen == [str(n) for n in range(121, 0, -1)]


def queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in captured]


def test_a_long_history_costs_the_same_queries(as_editor, page, admin, editor):
    with_edits(page, 3, by=editor)
    tick_all(page, admin)
    few = len(queries(as_editor, "/pages/plan/history/"))
    with_edits(page, 60, by=editor)
    page.refresh_from_db()
    many = queries(as_editor, "/pages/plan/history/")
    assert len(many) == few <= 5
    assert not any('"notes"' in query for query in many)


def test_filters_by_where_it_came_from(as_reader, page, admin, editor):
    tick_all(page, admin)
    revised(page, "New words.\n", by=editor)
    assert "Ticked 3" not in words_of(text_of(as_reader, "/pages/plan/history/?from=no-ticks"))
    only = words_of(text_of(as_reader, "/pages/plan/history/?from=tick"))
    assert "Ticked 3 times" in only
    assert "Edited on the site by" not in only
    assert "Ticked 3" in words_of(text_of(as_reader, "/pages/plan/history/?from=nonsense"))


def test_filters_by_person(as_reader, page, admin, editor):
    tick_all(page, admin)
    revised(page, "New words.\n", by=editor)
    only = words_of(text_of(as_reader, "/pages/plan/history/?by=ada"))
    assert "Only changes by ada" in only
    assert "by edgar" not in only
    none = text_of(as_reader, "/pages/plan/history/?by=%00<b>x")
    assert "There is no such change." in none
    assert "<b>x" not in none


@pytest.mark.parametrize(
    "query", ["before=x", "before=1", "before=-1", f"before={'9' * 40}", "ticks=²"]
)
def test_odd_addresses_are_taken_calmly(as_reader, page, query):
    text_of(as_reader, f"/pages/plan/history/?{query}")


def test_a_text_set_aside_is_named_after_its_author(as_reader, page, editor):
    revised(page, "Mine.\n", by=editor, reason=Reason.ASIDE)
    revised(page, "Theirs.\n", by=editor, reason=Reason.KEPT)
    shown = words_of(text_of(as_reader, "/pages/plan/history/"))
    assert "edgar’s text, set aside in a conflict" in shown
    assert "The other text of a conflict by edgar" in shown
    assert "edgar’s text, set aside in" in words_of(text_of(as_reader, "/pages/plan/history/2/"))


def test_only_editors_are_offered_to_restore(as_reader, as_editor, page, editor):
    revised(page, "New.\n", by=editor)
    for path in ("/pages/plan/history/", "/pages/plan/history/1/"):
        assert "/restore/" in text_of(as_editor, path)
        assert "/restore/" not in text_of(as_reader, path)


def test_a_page_in_the_trash_shows_its_history_to_editors_alone(
    as_nobody, as_reader, as_editor, page, editor, settings
):
    throw_away(page, by=editor)
    paths = ["", "1/", "compare/?old=0&new=1"]
    for path in [f"/pages/plan/history/{path}" for path in paths]:
        assert as_reader.get(path).status_code == 404
        assert "This page is in the trash." in text_of(as_editor, path)
        settings.KB_PUBLIC = True
        assert as_nobody.get(path).status_code == 404
        settings.KB_PUBLIC = False
    assert "/restore/" not in text_of(as_editor, "/pages/plan/history/")


def test_an_old_address_leads_on(as_reader, page):
    OldAddress.objects.create(slug="was", page=page)
    for path in ("", "1/", "compare/?old=0&new=1"):
        response = as_reader.get(f"/pages/was/history/{path}")
        assert (response.status_code, response["Location"]) == (302, f"/pages/plan/history/{path}")
    assert as_reader.get("/pages/nothing/history/").status_code == 404


# -- an old version -----------------------------------------------------------------------------


def test_shows_the_page_as_it_was(as_reader, page, editor):
    revised(page, "**New** words.\n", by=editor, title="The plan", tags=["exam"])
    old = text_of(as_reader, "/pages/plan/history/1/")
    assert "<h1>Plan</h1>" in old
    assert "This is an old version" in words_of(old)
    assert "exam" not in old
    new = text_of(as_reader, "/pages/plan/history/2/")
    assert "<strong>New</strong>" in new
    assert "exam" in new
    assert as_reader.get("/pages/plan/history/3/").status_code == 404
    assert as_reader.get(f"/pages/plan/history/{'9' * 40}/").status_code == 404


def test_links_of_an_old_version_lead_to_the_pages_of_now(as_reader, page, editor):
    revised(page, "See [[ECS]].\n", by=editor)
    revised(page, "Nothing.\n", by=editor)
    make_service(title="ECS", category=Category.objects.get(slug="compute"))
    assert 'href="/services/ecs/"' in text_of(as_reader, "/pages/plan/history/2/")


def test_the_markdown_of_an_old_version_comes_byte_for_byte(as_reader, page, editor):
    notes = "One\r\nTwo\rThree\n<script>alert(1)</script>"
    revised(page, notes, by=editor)
    revised(page, "x", by=editor)
    response = as_reader.get("/pages/plan/history/2/?raw=1")
    assert response.content.decode() == notes
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_what_notes_say_is_never_html_here(as_reader, page, editor):
    nasty = "<script>alert(1)</script> & <b>"
    revised(page, nasty + "\n", by=editor, title=nasty, aliases=[nasty])
    for path in ("", "2/", "compare/?old=1&new=2"):
        assert "<script>alert" not in text_of(as_reader, f"/pages/plan/history/{path}")
    html = text_of(as_reader, "/pages/plan/history/compare/?old=1&new=2")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;" in html
