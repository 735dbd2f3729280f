"""Applying a plan: all of it or nothing, in a fixed number of queries, with every row right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command

from services.models import (
    Category,
    ChecklistItem,
    Document,
    Page,
    PageName,
    Question,
    Revision,
    StaleVersion,
)
from services.pages.revise import revise
from services.sync.apply import apply_plan
from services.sync.read_files import SourceFile
from services.sync.stored import plan_import
from tests.support.pages import make_service
from tests.support.queries import queries
from tests.sync.test_planner import AWS, bring, page

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

FEW, MANY = 1, 60
# Queries that only some imports need, and statements that SQLite takes in several batches.
MARGIN = 4


def note(number: int, *, title: str = "Note", tag: str = "old", text: str = "Some words.") -> str:
    front = f"---\ntags: [{tag}]\naliases: [Name {number}]\n---\n"
    return f"{front}# {title} {number}\n\n{text}\n\n- [ ] item {number}\n\nWhy {number}?\n"


def files(count: int, write: Callable[[int], str], folder: str = "") -> list[SourceFile]:
    return [
        SourceFile(f"notes/{folder}{number}.md", write(number).encode(), "notes")
        for number in range(count)
    ]


def applied(sources: list[SourceFile]) -> int:
    """Import files; returns the number of queries that writing them took."""
    plan = plan_import(sources)
    return len(queries(lambda: apply_plan(plan)))


CHANGES: dict[str, Callable[[int], str]] = {
    "notes": lambda number: note(number, text="Other words, of [[Note 1]]."),
    "title": lambda number: note(number, title="Better note"),
    "tags": lambda number: note(number, tag=f"new-{number}"),
    "names": lambda number: note(number).replace("Name", "Other name"),
    "category": lambda number: note(number).replace("---\n#", "category: compute\n---\n#"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_pages_take_a_fixed_number_of_queries(change):
    applied(files(MANY, note))
    few = applied(files(FEW, CHANGES[change]))
    assert Page.objects.filter(version=2).count() == FEW
    applied(files(FEW, note))
    many = applied(files(MANY, CHANGES[change]))
    assert Page.objects.filter(version__gt=1).count() == MANY
    assert many <= few + MARGIN


def test_new_pages_take_a_fixed_number_of_queries():
    few = applied(files(FEW, note))
    assert (
        applied(files(MANY, lambda number: note(1000 + number, tag=f"t{number}"), "b/"))
        <= few + MARGIN
    )


def test_reordered_sections_take_a_fixed_number_of_queries():
    text = "# Compute\n\n## EC2 {0}\n\nOne.\n\n# Data Store\n\n## S3 {0}\n\nTwo.\n"
    swapped = "# Data Store\n\n## S3 {0}\n\nTwo.\n\n# Compute\n\n## EC2 {0}\n\nOne.\n"
    applied(files(MANY, text.format))
    few = applied(files(FEW, swapped.format))
    applied(files(FEW, text.format))
    assert applied(files(MANY, swapped.format)) <= few + MARGIN


def test_a_page_saved_after_the_plan_was_made_is_not_overwritten():
    apply_plan(plan_import(files(2, note)))
    plan = plan_import(files(3, CHANGES["notes"]))
    page = Page.objects.get(title="Note 1")
    revise(page, "Saved since.\n", version=1)
    with pytest.raises(StaleVersion) as raised:
        apply_plan(plan)
    assert raised.value.current == page
    assert Page.objects.get(pk=page.pk).notes == "Saved since.\n"
    assert Page.objects.get(title="Note 0").version == 1
    assert (Document.objects.count(), Revision.objects.count()) == (2, 3)


def test_an_import_leaves_nothing_behind_when_it_fails(monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the power went out")

    monkeypatch.setattr("services.sync.apply.derive", fail)
    with pytest.raises(RuntimeError):
        bring("AWS.md", AWS)
    assert not Page.objects.exists()
    assert not Document.objects.exists()


def test_every_kind_of_row_is_right_after_an_import():
    bring("AWS.md", AWS)
    assert ChecklistItem.objects.count() == 3
    assert Question.objects.open().count() == 1
    assert PageName.objects.filter(key="simple storage service").get().page == page("S3")


def test_every_index_is_right_when_a_files_first_page_changes(capsys):
    bring("two.md", "# T\n\nx\n\n## S3\n\ny\n\n## Lambda\n\nz\n")
    bring("two.md", "## S3\n\ny\n\n## Lambda\n\nz\n")
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out


def test_a_topic_that_is_moved_to_a_category_is_a_service_in_every_way(capsys):
    compute, one = "# Compute\n\n## EC2\n\nx\n\n", "# One\n\n- [ ] learn Zeppelin soon\n\n"
    bring("a.md", f"{compute}{one}# Zeppelin\n\nWhy?\n")
    topic = page("Zeppelin")
    assert (topic.kind, topic.questions.count(), topic.named_by.count()) == ("topic", 0, 0)
    bring("a.md", f"{compute}## Zeppelin\n\nWhy?\n\n{one}")
    now = Page.objects.get(pk=topic.pk)
    assert (now.kind, now.category.slug, now.aws_id) == ("service", "compute", "")
    assert (now.questions.count(), now.named_by.count()) == (1, 1)
    capsys.readouterr()
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out


def test_an_aws_id_that_another_service_has_by_now_is_left_to_it():
    bring("a.md", "# Compute\n\n## S3\n\nText of mine, long enough to tell.\n\n## EC2\n\nx\n")
    revise(page("S3"), version=1, kind="topic", category=None)
    make_service(title="Mine", category=Category.objects.get(slug="other"), aws_id="s3")
    bring(
        "a.md",
        "# Compute\n\n## EC2\n\nx\n\n# Network\n\n## S3\n\nText of mine, long enough to tell.\n",
    )
    assert page("S3").aws_id == "" or page("S3").kind == "topic"
