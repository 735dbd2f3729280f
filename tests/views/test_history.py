"""A page's history: its list, an old version, and two versions compared."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.models import Category, OldAddress, Reason, Revision
from services.pages.trash import throw_away
from services.selectors import timeline
from services.selectors.timeline import Filter
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


def test_a_run_that_is_still_going_on_counts(page, admin):
    tick_all(page, admin)
    entry = timeline.list_page_changes(page.pk, Filter(), None).entries[0]
    assert (entry.first, entry.last, entry.ticks) == (2, 4, 3)
    assert entry.until > entry.revision.saved_at


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


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite how it would do it")
@pytest.mark.parametrize("asked", [Filter(), Filter("no-ticks")])
@pytest.mark.parametrize("before", [None, 40])
def test_the_list_is_read_by_its_indexes(page, editor, asked, before):
    with_edits(page, 42, by=editor)
    with CaptureQueriesContext(connection) as captured:
        timeline.list_page_changes(page.pk, asked, before)
    plan = explained(captured[0]["sql"])
    assert "USING INDEX revision_heads (id=?" in plan
    # Which is the one of the constraint `revision_exists_once`.
    assert "USING INDEX sqlite_autoindex_services_revision_1 (id=? AND version<?)" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite how it would do it")
@pytest.mark.parametrize("before", [None, 40])
def test_changes_of_one_kind_are_found_without_reading_the_rest(page, before):
    with CaptureQueriesContext(connection) as captured:
        timeline.list_page_changes(page.pk, Filter("restore"), before)
    plan = explained(captured[0]["sql"])
    assert "revision_heads_of_kind (id=? AND history_change_reason=?" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


def explained(sql):
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"))
        return "\n".join(row[-1] for row in cursor.fetchall())


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


# -- two versions compared ----------------------------------------------------------------------


def test_compares_two_versions_in_either_order(as_reader, page, editor):
    revised(page, TASKS.replace("Two", "Four"), by=editor, title="The plan")
    first = text_of(as_reader, "/pages/plan/history/compare/?old=1&new=2")
    assert "<del>Two</del>" in first
    assert "<ins>Four</ins>" in first
    assert "<del>Plan</del>" in first
    other = text_of(as_reader, "/pages/plan/history/compare/?old=2&new=1")
    assert words_of(other) == words_of(first)


def test_the_first_version_is_compared_with_nothing(as_reader, page):
    assert "was not there yet" in text_of(as_reader, "/pages/plan/history/compare/?old=0&new=1")


def test_the_first_version_that_is_known_is_compared_with_nothing(as_reader, page, editor):
    with_edits(page, 3, by=editor)
    Revision.objects.filter(page=page.pk, version__lt=3).delete()
    assert "was not there yet" in text_of(as_reader, "/pages/plan/history/compare/?old=2&new=3")


@pytest.mark.parametrize(
    "query", ["old=1&new=9", "old=1", "", "old=x&new=y", "new=1&old=" + "9" * 30]
)
def test_unknown_versions_are_told_in_a_sentence(as_reader, page, query):
    text = text_of(as_reader, f"/pages/plan/history/compare/?{query}", 404)
    assert "This page has no two such versions." in text


def test_the_same_version_twice_is_told_in_a_sentence(as_reader, page):
    text = text_of(as_reader, "/pages/plan/history/compare/?old=1&new=1")
    assert "That is the same version twice" in text


def test_one_goes_from_change_to_change(as_reader, page, admin, editor):
    tick_all(page, admin)
    revised(page, "x\n", by=editor)
    revised(page, "y\n", by=editor)
    html = text_of(as_reader, "/pages/plan/history/compare/?old=4&new=5")
    assert 'href="?old=1&amp;new=4" rel="prev"' in html
    assert 'href="?old=5&amp;new=6" rel="next"' in html
    last = text_of(as_reader, "/pages/plan/history/compare/?old=5&new=6")
    assert 'rel="next"' not in last
    first = text_of(as_reader, "/pages/plan/history/compare/?old=0&new=1")
    assert 'rel="prev"' not in first
    assert 'href="?old=1&amp;new=4" rel="next"' in first


def test_tags_are_compared_as_they_were(as_reader, page, editor):
    revised(page, "x\n", by=editor, tags=["exam", "a"])
    revised(page, "y\n", by=editor)
    revised(page, "z\n", by=editor, tags=["a"])
    compare = "/pages/plan/history/compare/?old={}&new={}"
    assert "Tags none a, exam" in words_of(text_of(as_reader, compare.format(1, 3)))
    assert "Tags a, exam a" in words_of(text_of(as_reader, compare.format(3, 4)))
    assert "Tags a, exam a" in words_of(text_of(as_reader, compare.format(2, 4)))
    assert ">Tags</th>" not in text_of(as_reader, compare.format(2, 3))


def test_what_notes_say_is_never_html_here(as_reader, page, editor):
    nasty = "<script>alert(1)</script> & <b>"
    revised(page, nasty + "\n", by=editor, title=nasty, aliases=[nasty])
    for path in ("", "2/", "compare/?old=1&new=2"):
        assert "<script>alert" not in text_of(as_reader, f"/pages/plan/history/{path}")
    html = text_of(as_reader, "/pages/plan/history/compare/?old=1&new=2")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;" in html


def test_facts_of_rows_that_are_gone_can_be_compared(as_reader, editor):
    gone = Category.objects.create(name="Gone", slug="gone")
    page = make_service(title="ECS", category=gone, notes="x")
    revised(page, by=editor, category=Category.objects.get(slug="compute"))
    gone.delete()
    text = words_of(text_of(as_reader, "/pages/ecs/history/compare/?old=1&new=2"))
    assert "Category a category that is gone Compute" in text


def test_a_page_that_this_was_about_is_not_named_from_the_trash(as_reader, page, editor):
    other = make_topic(title="Secret plans")
    revised(page, by=editor, about=other)
    now = page.version
    paths = (f"compare/?old={now - 1}&new={now}", f"{now}/")
    for named in (True, False):
        for path in paths:
            text = text_of(as_reader, f"/pages/plan/history/{path}")
            assert ("Secret plans" in text) is named
            assert ("a page that is gone" in text) is not named
        throw_away(other, by=editor)


def test_comparing_costs_the_same_queries_in_a_long_history(as_editor, page, editor):
    with_edits(page, 4, by=editor)
    few = len(queries(as_editor, "/pages/plan/history/compare/?old=1&new=3"))
    with_edits(page, 60, by=editor)
    assert len(queries(as_editor, "/pages/plan/history/compare/?old=1&new=60")) == few <= 15
