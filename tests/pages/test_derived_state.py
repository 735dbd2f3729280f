"""What was typed or done beside the notes comes back with the lines that it hangs on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from services.markdown.read.sections import read_sections
from services.models import Category, ChecklistItem, Page, Question
from services.pages import restore, trash
from services.pages.answer import ask_question
from services.pages.derive import derive
from services.pages.edit import base_of, split
from services.pages.revise import revise
from services.pages.tick import tick_item
from services.sync.apply import apply_plan
from services.sync.read_files import SourceFile
from services.sync.stored import plan_import
from tests.support.pages import make_service, make_topic
from tests.support.queries import queries

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]
LIST = "To learn:\n\n- [ ] ECS\n- [ ] EKS\n"
QUESTION = "\n> [!question] Why?\n"
ASKED = datetime(2020, 2, 3, tzinfo=UTC)


@pytest.fixture
def page(db: None, editor: User) -> Page:
    """A page whose first item is settled with a reason, and whose question is dismissed."""
    made = make_topic(title="Plan", notes=LIST + QUESTION)
    tick_item(made.items.get(text="EKS").pk, "na", by=editor, why="We use ECS")
    made.questions.update(dismissed=True, asked_at=ASKED)
    return Page.objects.get(pk=made.pk)


def typed(page: Page) -> list[object]:
    items = page.items.values_list("text", "state", "reason", "state_changed_at")
    by = page.items.values_list("state_changed_by__username", flat=True)
    return [*items, *by, *page.questions.values_list("text", "dismissed", "asked_at")]


def save(page: Page, notes: str, by: User | None = None) -> None:
    revise(page, notes, version=Page.objects.get(pk=page.pk).version, by=by)


@pytest.fixture(autouse=True)
def index_is_right(db: None, capsys: pytest.CaptureFixture[str]):
    """Whatever a test did, to derive everything anew changes nothing."""
    yield
    kept = dict(Page.everything.values_list("pk", "kept"))
    capsys.readouterr()
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out
    assert dict(Page.everything.values_list("pk", "kept")) == kept


# -- coming back ----------------------------------------------------------------------------------


def test_restoring_an_older_version_brings_it_back(page, editor):
    before, version = typed(page), page.version
    save(page, "Nothing any more.\n")
    assert not page.items.exists()
    restore.restore_version(page, version, seen=page.version, by=None)
    assert typed(page) == before
    assert Page.objects.get(pk=page.pk).kept == {}


def test_cutting_and_pasting_in_two_saves_brings_it_back(page):
    before, notes = typed(page), page.notes
    save(page, notes.replace("- [-] EKS\n", ""))
    save(page, notes)
    assert typed(page) == before


def test_it_comes_back_in_another_list_of_the_page(page):
    save(page, "Nothing.\n")
    save(page, "Some day:\n\n1. [-] EKS\n")
    assert page.items.get().reason == "We use ECS"


def test_it_outlives_many_edits_and_the_trash_in_between(page):
    before, notes = typed(page), page.notes
    save(page, "Nothing.\n")
    for number in range(3):
        save(page, f"{number}\n")
    trash.throw_away(page, by=None)
    trash.take_out(page, by=None)
    save(page, notes)
    assert typed(page) == before


def test_an_import_that_drops_lines_and_later_brings_them_back(editor):
    def bring(**texts: str) -> None:
        apply_plan(plan_import([SourceFile(f"{n}.md", t.encode()) for n, t in texts.items()]))

    one, two = "- [-] A\n- [ ] B\n", "- [x] C\n"
    bring(One=one, Two=two)
    for item in ChecklistItem.objects.exclude(text="B"):
        tick_item(item.pk, item.state, by=editor, why=f"Because {item.text}")
    bring(One="Gone.\n", Two="Gone.\n")
    assert not ChecklistItem.objects.exists()
    bring(One=one, Two=two)
    rows = ChecklistItem.objects.order_by("text").values_list("text", "reason")
    assert list(rows) == [("A", "Because A"), ("B", ""), ("C", "Because C")]


def test_a_question_that_a_service_asks_is_one_again_after_a_time_as_a_topic(editor):
    made = make_service(title="S3", category=Category.objects.first(), notes="Is it?\n")
    made.questions.update(dismissed=True)
    revise(made, version=1, kind="topic", category=None)
    assert not made.questions.exists()
    revise(made, version=2, kind="service", category=Category.objects.first())
    assert made.questions.get().dismissed


# -- what exactly ---------------------------------------------------------------------------------


def test_a_line_that_comes_back_in_another_state_was_changed_by_who_brought_it(page, admin):
    ticked = page.items.get(text="EKS").state_changed_at
    save(page, "Nothing.\n")
    save(page, LIST, by=admin)
    item = page.items.get(text="EKS")
    assert (item.state, item.reason, item.state_changed_by) == ("open", "We use ECS", admin)
    assert item.state_changed_at > ticked


def test_lines_with_the_same_words_get_back_their_own(editor):
    notes = "A:\n\n- [x] read\n\nB:\n\n- [x] read\n- [x] read\n"
    page = make_topic(title="Plan", notes=notes)
    for number, item in enumerate(page.items.order_by("position")):
        tick_item(item.pk, "done", by=editor, why=f"{number}")
    save(page, "Nothing.\n")
    save(page, notes)
    assert list(page.items.order_by("position").values_list("reason", flat=True)) == list("012")


def test_the_last_that_went_comes_back_first(editor):
    page = make_topic(title="Plan", notes="- [x] read\n- [x] read\n")
    for number, item in enumerate(page.items.order_by("position")):
        tick_item(item.pk, "done", by=editor, why=f"{number}")
    save(page, "- [x] read\n")
    save(page, "Nothing.\n")
    save(page, "- [x] read\n")
    assert page.items.get().reason == "0"
    save(page, "- [x] read\n- [x] read\n")
    assert [item.reason for item in page.items.order_by("position")] == ["0", "1"]


def test_what_is_only_alike_is_something_new(page):
    save(page, "Nothing.\n")
    save(page, "- [-] EKS too\n")
    assert page.items.get().reason == ""
    save(page, "- [-] EKS too\n- [-] EKS\n")
    assert page.items.get(text="EKS").reason == "We use ECS"


def test_who_has_no_account_any_more_is_nobody(page, editor):
    notes = page.notes
    save(page, "Nothing.\n")
    editor.delete()
    save(page, notes)
    item = page.items.get(text="EKS")
    assert (item.reason, item.state_changed_by) == ("We use ECS", None)


def test_what_was_dismissed_and_is_asked_anew_is_a_question(page, editor):
    save(page, LIST)
    assert not ask_question(page, "Why?", by=editor).dismissed


def test_a_split_gives_what_hangs_on_lines_to_the_new_page_and_keeps_it(page, editor):
    """So that it is here again when the split is undone by restoring the page."""
    version = page.version + 1
    save(page, "Words.\n\n# One\n\n- [-] EKS\n\n# Two\n")
    stored = Page.objects.get(pk=page.pk)
    part = next(part for part in read_sections(stored.notes) if part.anchor == "one")
    made = split(stored, base_of(stored), part, title="One", category=None, by=editor)
    assert made.items.get().reason == "We use ECS"
    restore.restore_version(page, version, seen=version + 1, by=None)
    assert page.items.get().reason == "We use ECS"


# -- how much -------------------------------------------------------------------------------------


def test_only_what_has_something_is_kept(page):
    save(page, QUESTION)
    assert [item["text"] for item in page.kept["items"]] == ["EKS"]


def test_the_last_wait_and_all_that_went_at_once(monkeypatch):
    monkeypatch.setattr("services.pages.derive.MAX_WAITING", 2)
    page = make_topic(title="Plan")

    def cut(*words: str) -> list[str]:
        """What waits after lines with these words, each with a reason, were added and cut."""
        save(page, "".join(f"- [ ] {word}\n" for word in words))
        page.items.update(reason="x")
        save(page, "Nothing.\n")
        return [item["text"] for item in page.kept["items"]]

    assert cut("apples") == ["apples"]
    assert cut("pears") == ["pears", "apples"]
    assert cut("figs") == ["figs", "pears"]
    assert cut("nuts", "plums", "walnuts") == ["nuts", "plums", "walnuts"]
    assert cut("limes") == ["limes", "nuts"]


def test_asks_nothing_more_where_nothing_is_kept_and_nothing_goes(editor):
    page = make_topic(title="Plan", notes=LIST)
    save(page, LIST + "- [ ] More\n")
    asked = [sql for sql in queries(lambda: derive([page])) if "advisory" not in sql]
    # The items, questions and links that there are, and the words that are to be known.
    assert len(asked) == 4
    tick_item(page.items.get(text="EKS").pk, "na", by=editor, why="We use ECS")
    item = page.items.get(text="EKS")
    assert len(queries(lambda: tick_item(item.pk, "open", by=editor))) <= 6
    assert Question.objects.count() == 0
