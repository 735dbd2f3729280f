"""Two versions of a page compared: notes and facts."""

import pytest

from services.models import Category, Revision
from services.pages.trash import throw_away
from tests.support.pages import make_service, make_topic
from tests.support.revisions_maker import revised, with_edits
from tests.views.test_history import TASKS, queries, text_of, tick_all, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(editor):
    return make_topic(title="Plan", notes=TASKS, updated_by=editor)


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
