"""The history of pages: ticks that are folded, and what stays when rows go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from services.markdown.edit.tasks import set_state
from services.models import Page, Reason, Revision, Topic
from services.pages.revise import revise
from services.pages.revisions import find_revision
from tests.conftest import person
from tests.pages.test_revisions import MIXED, is_whole
from tests.support.pages import make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Notes", notes=MIXED)


class TestFolding:
    """Ticks of one person are one entry of the history, while no other user changes the page."""

    def tick(self, page: Page, by: User, state: str, reason: str = Reason.TICK) -> None:
        revise(page, set_state(page.notes, 0, state), version=page.version, by=by, reason=reason)

    def heads(self, page: Page) -> list[int]:
        is_whole(page)
        return [r.version for r in Revision.objects.of_page(page.pk).heads()]

    def test_ticks_of_one_person_fold_into_the_first(self, page: Page, editor: User) -> None:
        for state in ("done", "open", "doing"):
            self.tick(page, editor, state)
        assert self.heads(page) == [2, 1]

    def test_another_persons_tick_does_not(self, page: Page, editor: User) -> None:
        other = person("olga", "editors")
        for who, state in ((editor, "done"), (other, "open"), (editor, "done")):
            self.tick(page, who, state)
        assert self.heads(page) == [4, 3, 2, 1]

    def test_ticks_around_an_edit_do_not(self, page: Page, editor: User) -> None:
        self.tick(page, editor, "done")
        revise(page, page.notes + "\nmore", version=2, by=editor)
        self.tick(page, editor, "open")
        self.tick(page, editor, "done")
        assert self.heads(page) == [4, 3, 2, 1]

    def test_a_tick_after_an_hour_does_not(self, page: Page, editor: User) -> None:
        self.tick(page, editor, "done")
        Page.objects.filter(pk=page.pk).update(updated_at=timezone.now() - timedelta(minutes=61))
        page.refresh_from_db()
        self.tick(page, editor, "open")
        assert [r.version for r in Revision.objects.of_page(page.pk).heads()] == [3, 2, 1]

    def test_an_edit_by_the_same_person_does_not(self, page: Page, editor: User) -> None:
        self.tick(page, editor, "done", Reason.SITE)
        self.tick(page, editor, "open", Reason.SITE)
        assert self.heads(page) == [3, 2, 1]


@pytest.mark.parametrize("model", [Page, Topic])
def test_a_page_goes_with_its_history(page: Page, model: type[Page]) -> None:
    other = make_topic(title="Other")
    revise(page, "New", version=1)
    model.objects.get(pk=page.pk).delete()
    assert {r.page_id for r in Revision.objects.all()} == {other.pk}


def test_people_who_leave_leave_their_revisions(page: Page, editor: User) -> None:
    revise(page, "New", version=1, by=editor)
    editor.delete()
    assert find_revision(page.pk, 2).user is None
