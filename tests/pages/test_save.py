"""Saving over what somebody else saved meanwhile: merged by line, or a conflict."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from services.models import Page, Reason, Revision, StaleVersion
from services.pages import save, trash
from services.pages.resolve_conflict import Choices, Conflict
from services.pages.revise import Trashed, revise
from services.pages.revisions import find_revision
from services.text.merge import UNKNOWN, Use
from tests.conftest import person
from tests.support.pages import make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

BASE = "one\ntwo\nthree\nfour\nfive\n"


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Notes", notes=BASE)


@pytest.fixture
def ada(db: None) -> User:
    return person("ada", "editors")


def stored(page: Page) -> Page:
    return Page.everything.get(pk=page.pk)


def is_whole(page: Page) -> None:
    versions = [r.version for r in Revision.objects.of_page(page.pk)]
    assert versions == list(range(stored(page).version, 0, -1))
    assert Revision.objects.of_page(page.pk)[0].notes == stored(page).notes


def test_the_newest_version_is_simply_saved(page: Page, editor: User) -> None:
    saved = save.save(page, "New", version=1, by=editor, tags=["x"], title="Other")
    assert (saved.page.notes, saved.changed, saved.merged) == ("New", True, False)
    assert (stored(page).title, list(stored(page).tags.names())) == ("Other", ["x"])
    is_whole(page)


def test_the_same_again_changes_nothing(page: Page, editor: User) -> None:
    saved = save.save(page, BASE, version=1, by=editor, title="Notes", tags=[])
    assert (saved.changed, saved.merged, stored(page).version) == (False, False, 1)


def test_changes_in_different_lines_are_merged(page: Page, editor: User, ada: User) -> None:
    revise(page, BASE.replace("one", "ONE"), version=1, by=ada)
    saved = save.save(page, BASE.replace("five", "FIVE"), version=1, by=editor, title="Other")
    assert (saved.changed, saved.merged) == (True, True)
    now = stored(page)
    assert (now.notes, now.title) == ("ONE\ntwo\nthree\nfour\nFIVE\n", "Other")
    assert (now.version, now.updated_by) == (3, editor)
    is_whole(page)


def test_what_both_typed_alike_is_no_second_change(page: Page, editor: User) -> None:
    revise(page, "Both", version=1)
    saved = save.save(page, "Both", version=1, by=editor)
    assert (saved.changed, saved.merged, stored(page).version) == (False, False, 2)


def test_a_fact_over_an_old_version_leaves_newer_notes(page: Page, editor: User) -> None:
    revise(page, "Newer", version=1)
    saved = save.save(page, BASE, version=1, by=editor, title="Other")
    assert (saved.page.notes, saved.page.title) == ("Newer", "Other")
    assert not saved.merged or saved.page.notes == "Newer"


def test_the_same_lines_clash_and_nothing_is_stored(page: Page, editor: User, ada: User) -> None:
    theirs, mine = BASE.replace("three", "theirs"), BASE.replace("three", "mine")
    revise(page, theirs, version=1, by=ada)
    with pytest.raises(save.Clash) as raised:
        save.save(page, mine, version=1, by=editor, title="Other", tags=["x"])
    clash = raised.value
    assert clash.conflict == Conflict(BASE, mine, theirs)
    assert clash.conflict.disputed == [(["three\n"], ["mine\n"], ["theirs\n"])]
    assert clash.current.updated_by == ada
    assert (stored(page).notes, stored(page).title) == (theirs, "Notes")
    assert not stored(page).tags.exists()
    is_whole(page)


@pytest.mark.parametrize("version", [0, 7])
def test_a_version_nobody_knows_clashes(page: Page, editor: User, version: int) -> None:
    with pytest.raises(save.Clash) as raised:
        save.save(page, "Mine\n", version=version, by=editor)
    conflict = raised.value.conflict
    assert not conflict.is_base_known
    assert conflict.disputed == [([UNKNOWN], ["Mine\n"], BASE.splitlines(keepends=True))]
    assert stored(page).notes == BASE


def test_nothing_is_saved_into_the_trash(page: Page, editor: User) -> None:
    trash.throw_away(page, by=None)
    for version in (1, 2):
        with pytest.raises(Trashed) as raised:
            save.save(page, "Mine", version=version, by=editor)
        assert "Restore it" in str(raised.value)
        with pytest.raises(StaleVersion):
            revise(page, "Mine", version=version)
    assert stored(page).notes == BASE
    is_whole(page)


def test_line_ends_of_both_sides_stay(editor: User) -> None:
    page = make_topic(title="Ends", notes="one\r\ntwo\nthree\rfour\r\nfive")
    revise(page, "ONE\r\ntwo\nthree\rfour\r\nfive", version=1)
    save.save(page, "one\r\ntwo\nthree\rfour\r\nfive\n6", version=1, by=editor)
    assert stored(page).notes == "ONE\r\ntwo\nthree\rfour\r\nfive\n6"


def chosen(page: Page, mine: str, use: str, by: User | None) -> save.Saved:
    """Save over version 1, and choose when asked."""
    with pytest.raises(save.Clash) as raised:
        save.save(page, mine, version=1, by=by)
    choices = Choices(raised.value.conflict.mark, everywhere=use)
    return save.save(page, mine, version=1, by=by, choices=choices)


def test_using_theirs_puts_mine_into_the_history(page: Page, editor: User, ada: User) -> None:
    revise(page, "Theirs", version=1, by=ada)
    saved = chosen(page, "Mine\r\n", "theirs", editor)
    assert (saved.page.notes, saved.page.version, saved.resolved) == ("Theirs", 4, True)
    assert (stored(page).notes, stored(page).version) == ("Theirs", 4)
    aside, back = find_revision(page.pk, 3), find_revision(page.pk, 4)
    assert (aside.notes, aside.reason) == ("Mine\r\n", Reason.ASIDE)
    assert (back.notes, back.reason) == ("Theirs", Reason.KEPT)
    assert {aside.user, back.user} == {editor}
    is_whole(page)


def test_choices_count_for_the_blocks_that_were_shown(page: Page, editor: User) -> None:
    revise(page, "Theirs", version=1)
    choices = Choices(Conflict(BASE, "Mine", "Theirs").mark, everywhere="mine")
    revise(page, "Newer", version=2)
    with pytest.raises(save.Clash):
        save.save(page, "Mine", version=1, by=editor, choices=choices)
    assert stored(page).notes == "Newer"
    is_whole(page)


def test_a_tick_after_one_was_set_aside_is_an_entry_of_its_own(page: Page, editor: User) -> None:
    revise(page, "- [ ] x", version=1, by=editor, reason=Reason.TICK)
    chosen(page, "Mine", "theirs", editor)
    page.refresh_from_db()
    revise(page, "- [x] x", version=4, by=editor, reason=Reason.TICK)
    assert [r.folded for r in Revision.objects.of_page(page.pk)] == [False] * 5


def test_the_index_is_right_after_all_of_it(
    page: Page, editor: User, capsys: pytest.CaptureFixture[str]
) -> None:
    revise(page, BASE + "- [ ] a\n\nWhy?\n", version=1)
    save.save(page, "- [ ] b\n\n" + BASE, version=1, by=editor)
    chosen(page, "- [ ] c\n", "theirs", editor)
    assert [item.text for item in page.items.all()] == ["b", "a"]
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out


LINES = st.lists(st.sampled_from(["a\n", "b\r\n", "- [ ] c\n", "\n", "d"]), max_size=8)


@pytest.mark.soak
class TestAnyTexts(TestCase):
    @pytest.mark.databases("sqlite")
    @given(LINES.map("".join), LINES.map("".join), LINES.map("".join))
    def test_every_text_is_on_the_page_or_in_the_clash(
        self, base: str, theirs: str, mine: str
    ) -> None:
        page = make_topic(title="Notes", notes=base)
        revise(page, theirs, version=1)
        try:
            save.save(page, mine, version=1, by=None)
        except save.Clash as clash:
            assert clash.conflict == Conflict(base, mine, theirs)
            assert stored(page).notes == theirs
            for use in Use:
                choices = Choices(clash.conflict.mark, everywhere=use)
                text = clash.conflict.text(choices)
                assert text is not None
                for block in clash.conflict.disputed:
                    used = [*(block[1] if use != "theirs" else ())]
                    used += block[2] if use != "mine" else ()
                    assert all(line.strip() in text for line in used)
            save.save(page, mine, version=1, by=None, choices=choices)
            texts = set(Revision.objects.of_page(page.pk).values_list("notes", flat=True))
            assert {base, theirs, mine, text} <= texts
        else:
            changed = [text for text in (mine, theirs) if text != base]
            assert stored(page).notes in changed or len(changed) != 1
        is_whole(page)
