"""Ticking an item: what is stored, what is refused, and what it costs."""

from __future__ import annotations

import pytest
from django.db import connection

from services.markdown.edit.tasks import set_state
from services.markdown.read.notes import read_notes
from services.models import ChecklistItem, Page, Reason, Revision
from services.pages import tick, trash
from services.pages.revise import revise
from services.pages.tick import ItemGone, tick_item
from tests.support.pages import make_topic
from tests.support.queries import queries

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]
NOTES = "To learn:\n\n- [ ] One\n- [/] Two\n  - [x] Three\n- [-] Four\n"
JSON = {"Accept": "application/json"}


def made(notes: str = NOTES, title: str = "Plan") -> Page:
    return make_topic(title=title, notes=notes)


def item(text: str, nth: int = 0) -> ChecklistItem:
    return ChecklistItem.objects.filter(text=text).order_by("position")[nth]


def notes_of(page: Page) -> str:
    return Page.everything.get(pk=page.pk).notes


def post(client, found: ChecklistItem | int, state: str, **more):
    pk = found if isinstance(found, int) else found.pk
    return client.post("/items/tick/", {"tick": f"{pk} {state}", **more}, headers=JSON)


# -- what is stored --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "state", "line"),
    [
        ("One", "done", "- [x] One"),
        ("Two", "open", "- [ ] Two"),
        ("Three", "na", "  - [-] Three"),
        ("Four", "doing", "- [/] Four"),
    ],
)
def test_works(as_editor, text, state, line):
    page = made()
    response = post(as_editor, item(text), state)
    assert response.status_code == 200
    assert response.json()["state"] == state
    assert line in notes_of(page).split("\n")
    assert sum(a != b for a, b in zip(NOTES, notes_of(page), strict=True)) == 1
    assert item(text).state == state


AWKWARD = {
    "CRLF": "To learn:\r\n\r\n- [ ] Same\r\n- [ ] This\r\n",
    "a lone CR": "- [ ] Same\r- [ ] This\r\rEnd\r",
    "nested": "- [ ] Same\n  1. [ ] Same\n     - [ ] This\n",
    "in a quote": "> - [ ] Same\n> - [ ] This\n",
    "in a callout": "> [!note]\n> - [ ] Same\n>   - [ ] This\n",
    "in a footnote": "A.[^1]\n\n[^1]: Note\n\n    - [ ] This\n\n- [ ] Same\n",
    "behind wide letters": "Ünïcödé 𝄞\n\n- [ ] Same\n- [ ] This\n",
    "in an answer": "> [!question] Why?\n\n> [!answer]\n> - [ ] This\n\n- [ ] Same\n",
}


@pytest.mark.parametrize("notes", AWKWARD.values(), ids=list(AWKWARD))
def test_one_character_changes_wherever_the_item_stands(editor, notes):
    page = made(notes)
    at = next(i for i, found in enumerate(read_notes(notes).items) if found.text == "This")
    tick_item(item("This").pk, "done", by=editor)
    new = notes_of(page)
    assert [a + b for a, b in zip(notes, new, strict=True) if a != b] == [" x"]
    assert [found.state for found in read_notes(new).items] == [
        "done" if i == at else found.state for i, found in enumerate(read_notes(notes).items)
    ]
    derived_rows_agree(page)


def derived_rows_agree(page: Page) -> None:
    found = read_notes(notes_of(page), title=page.title)
    rows = page.items.order_by("position").values_list("text", "state", "list_title", "position")
    assert list(rows) == [(i.text, i.state, i.list_title, n) for n, i in enumerate(found.items)]
    questions = page.questions.order_by("position").values_list("text", "answer")
    assert list(questions) == [(q.text, q.answer) for q in found.questions]


def test_a_task_in_an_answer_keeps_the_answer_up_to_date(editor):
    page = made(AWKWARD["in an answer"])
    assert page.questions.get().answer == "- [ ] This"
    tick_item(item("This").pk, "done", by=editor)
    assert page.questions.get().answer == "- [x] This"


def test_the_right_item_after_other_edits_moved_it(as_editor, editor):
    page = made("- [ ] Same\n- [ ] Other\n- [ ] Same\n")
    second = item("Same", 1)
    revise(page, "New.\n\n- [ ] More\n- [ ] Same\n- [ ] Other\n- [ ] Same\n", version=1)
    assert post(as_editor, second, "done").status_code == 200
    assert notes_of(page) == "New.\n\n- [ ] More\n- [ ] Same\n- [ ] Other\n- [x] Same\n"


def test_of_items_with_the_same_words_the_one_that_is_meant(as_editor):
    page = made("- [ ] Same\n- [ ] Same\n- [ ] Same\n")
    post(as_editor, item("Same", 1), "done")
    assert notes_of(page) == "- [ ] Same\n- [x] Same\n- [ ] Same\n"


def answer_once(monkeypatch, stale: ChecklistItem) -> None:
    """Let the first query for an item find it as it was."""
    found, lock_item = iter([stale]), tick._lock_item
    monkeypatch.setattr(tick, "_lock_item", lambda pk: next(found, None) or lock_item(pk))


def test_an_item_that_moved_while_its_page_was_waited_for(editor, monkeypatch):
    """As PostgreSQL gives it: the page as it is now, the item as it was before the wait."""
    page = made("- [ ] Same\n- [ ] Same\n")
    stale = ChecklistItem.objects.select_related("page").get(pk=item("Same", 1).pk)
    revise(page, "- [ ] New\n- [ ] Same\n- [ ] Same\n", version=1)
    stale.page = Page.objects.get(pk=page.pk)
    answer_once(monkeypatch, stale)
    tick_item(stale.pk, "done", by=editor)
    assert notes_of(page) == "- [ ] New\n- [ ] Same\n- [x] Same\n"
    derived_rows_agree(page)


def test_an_item_that_went_while_its_page_was_waited_for(editor, monkeypatch):
    page = made("- [ ] Same\n- [ ] Same\n")
    stale = ChecklistItem.objects.select_related("page").get(pk=item("Same", 1).pk)
    revise(page, "- [ ] Same\n", version=1)
    stale.page = Page.objects.get(pk=page.pk)
    answer_once(monkeypatch, stale)
    with pytest.raises(ItemGone):
        tick_item(stale.pk, "done", by=editor)
    assert notes_of(page) == "- [ ] Same\n"


def test_who_and_when(editor):
    page = made()
    before = item("One").state_changed_at
    tick_item(item("One").pk, "done", by=editor)
    found = item("One")
    assert before is None
    assert found.state_changed_at is not None
    assert found.state_changed_by == editor
    revision = Revision.objects.get(page=page.pk, version=2)
    assert (revision.user, revision.reason) == (editor, Reason.TICK)
    assert revision.notes == notes_of(page)


def test_a_state_that_it_has_already_is_no_revision(as_editor):
    page = made()
    assert post(as_editor, item("Two"), "doing").status_code == 200
    assert Revision.objects.filter(page=page.pk).count() == 1
    assert item("Two").state_changed_at is None


def test_a_mark_that_would_be_a_link_is_refused(as_editor):
    notes = "- [ ] This\n\n[/]: /there\n"
    page = made(notes)
    response = post(as_editor, item("This"), "doing")
    assert response.status_code == 409
    assert response.json()["error"]
    assert notes_of(page) == notes
    assert item("This").state == "open"


# -- reasons ---------------------------------------------------------------------------------------


def test_a_reason_is_kept_and_shown_while_the_item_is_settled(as_editor, as_reader):
    page = made()
    post(as_editor, item("One"), "na", why="  We use\nECS <b> ")
    assert item("One").reason == "We use ECS <b>"
    for client in (as_editor, as_reader):
        for path in ("/checklist/", "/topics/plan/"):
            assert ">We use ECS &lt;b&gt;<" in client.get(path).content.decode()
    post(as_editor, item("One"), "doing")
    for path in ("/checklist/", "/topics/plan/"):
        assert "We use ECS" not in as_reader.get(path).content.decode()
        assert ">We use ECS" not in as_editor.get(path).content.decode()
    assert page.items.count() == 4


def test_who_unticks_by_accident_finds_the_reason_again(as_editor):
    made()
    post(as_editor, item("One"), "na", why="We use ECS")
    assert post(as_editor, item("One"), "open").json()["why"] == "We use ECS"
    assert 'value="We use ECS"' in as_editor.get(f"/items/{item('One').pk}/").content.decode()
    assert post(as_editor, item("One"), "na").json()["why"] == "We use ECS"
    post(as_editor, item("One"), "na", why="")
    assert item("One").reason == ""


def test_an_edit_of_the_text_keeps_the_reason_too(as_editor, editor):
    page = made()
    post(as_editor, item("One"), "na", why="We use ECS")
    for state in ("open", "na"):
        page.refresh_from_db()
        revise(page, set_state(page.notes, 0, state), version=page.version, by=editor)
        assert (item("One").state, item("One").reason) == (state, "We use ECS")


def test_a_reason_is_stored_for_a_state_that_stays(as_editor):
    page = made()
    post(as_editor, item("Four"), "na", why="No time")
    assert item("Four").reason == "No time"
    assert Revision.objects.filter(page=page.pk).count() == 1
    post(as_editor, item("Four"), "na")
    assert item("Four").reason == "No time"
    post(as_editor, item("Four"), "na", why="")
    assert item("Four").reason == ""


def test_a_long_reason_is_cut(as_editor):
    made()
    post(as_editor, item("One"), "done", why="é" * 500)
    assert item("One").reason == "é" * 200


# -- history ---------------------------------------------------------------------------------------


def test_ticks_of_one_person_fold_and_those_of_another_do_not(editor, admin):
    page = made()
    for text in ("One", "Two", "Three"):
        tick_item(item(text).pk, "na", by=editor)
    tick_item(item("One").pk, "done", by=admin)
    tick_item(item("Two").pk, "done", by=editor)
    folded = Revision.objects.filter(page=page.pk).order_by("version")
    assert [row.folded for row in folded] == [False, False, True, True, False, False]


def test_an_edit_on_an_older_version_is_merged_with_the_tick(editor):
    from services.pages.save import save

    page = made()
    tick_item(item("One").pk, "done", by=editor)
    save(page, NOTES + "\nMore.\n", version=1, by=editor, reason=Reason.SITE)
    assert notes_of(page) == NOTES.replace("[ ] One", "[x] One") + "\nMore.\n"


# -- refused ---------------------------------------------------------------------------------------


def test_an_item_that_is_gone_is_told(as_editor):
    page = made()
    one = item("One")
    revise(page, "Nothing.\n", version=1)
    response = post(as_editor, one, "done")
    assert response.status_code == 410
    assert "gone" in response.json()["error"]
    assert notes_of(page) == "Nothing.\n"


def test_an_item_that_the_notes_do_not_have_where_its_row_says_is_left_alone(editor):
    page = made()
    for wrong in ({"text": "Else"}, {"position": 1}, {"position": 99}):
        one = item("One")
        ChecklistItem.objects.filter(pk=one.pk).update(**wrong)
        with pytest.raises(ItemGone):
            tick_item(one.pk, "done", by=editor)
        ChecklistItem.objects.filter(pk=one.pk).update(text="One", position=0)
    assert notes_of(page) == NOTES


def test_an_item_of_a_page_in_the_trash_is_gone(as_editor, editor):
    page = made()
    one = item("One").pk
    trash.throw_away(page, by=editor)
    assert post(as_editor, one, "done").status_code == 410
    assert notes_of(page) == NOTES


# -- what it costs ---------------------------------------------------------------------------------


def test_six_queries_whatever_there_is(as_editor, editor):
    made()
    one = item("One").pk
    few = queries(lambda: post(as_editor, one, "done"))
    for number in range(8):
        made(NOTES, f"Page {number}")
        tick_item(one, "open" if number % 2 else "doing", by=editor)
    many = queries(lambda: post(as_editor, one, "na", why="Because"))
    assert len(few) == len(many) == 6, "\n".join(many)


@pytest.mark.databases("sqlite")
def test_no_query_of_it_scans_a_table(as_editor):
    made()
    one = item("One").pk
    for sql in queries(lambda: post(as_editor, one, "done")):
        if sql.startswith(("SELECT", "UPDATE")):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN QUERY PLAN " + sql)
                plan = [row[3] for row in cursor.fetchall()]
            assert not [step for step in plan if step.startswith("SCAN")], (sql, plan)
