"""Changes of one page and of all: folded, in parts, and read by their indexes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services.models import Reason, Revision
from services.selectors import timeline
from services.selectors.timeline import Filter
from tests.support.pages import make_topic
from tests.support.revisions_maker import with_edits
from tests.views.test_changes import imported
from tests.views.test_history import TASKS, tick_all

pytestmark = pytest.mark.django_db
FILTERED = [
    (Filter("restore"), "revision_recent_of_kind (history_change_reason=?"),
    (Filter(by="edgar"), "revision_recent_by (history_user_id=?"),
]


@pytest.fixture
def page(editor):
    return make_topic(title="Plan", notes=TASKS, updated_by=editor)


def explained(sql):
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + sql.replace("%", "%%"))
        return "\n".join(row[-1] for row in cursor.fetchall())


def test_a_run_that_is_still_going_on_counts(page, admin):
    tick_all(page, admin)
    entry = timeline.list_page_changes(page.pk, Filter(), None).entries[0]
    assert (entry.first, entry.last, entry.ticks) == (2, 4, 3)
    assert entry.until > entry.revision.saved_at


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


@pytest.mark.databases("sqlite", "postgres")
def test_two_imports_are_two_entries(page):
    imported(5)
    rows = list(Revision.objects.filter(reason=Reason.IMPORT).order_by("number"))
    for row in rows[:2]:
        Revision.objects.filter(pk=row.pk).update(saved_at=row.saved_at - timedelta(minutes=5))
    entries = timeline.list_changes(Filter(), None).entries
    assert [len(entry.pages) for entry in entries] == [3, 2, 0]


@pytest.mark.databases("sqlite", "postgres")
def test_imports_of_two_users_within_the_same_minute_are_two_entries(page, editor, admin):
    imported(5)
    rows = Revision.objects.filter(reason=Reason.IMPORT)
    last = sorted(rows.values_list("pk", flat=True))[3:]
    rows.exclude(pk__in=last).update(user=editor)
    rows.filter(pk__in=last).update(user=admin)
    entries = timeline.list_changes(Filter(), None).entries
    assert [(entry.who, len(entry.pages)) for entry in entries[:2]] == [("ada", 2), ("edgar", 3)]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("before", [None, 40])
def test_the_list_of_all_pages_is_read_by_its_indexes(page, editor, before):
    with CaptureQueriesContext(connection) as captured:
        timeline.list_changes(Filter(), before)
    plan = explained(captured[0]["sql"])
    assert "services_revision USING INDEX revision_recent" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("asked", "index"), FILTERED)
@pytest.mark.parametrize("before", [None, 40])
def test_what_is_asked_for_is_found_without_reading_the_rest(page, editor, asked, index, before):
    with CaptureQueriesContext(connection) as captured:
        timeline.list_changes(asked, before)
    plan = explained(captured[0]["sql"])
    assert f"services_revision USING INDEX {index}" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan
