"""Files whose pages are in the trash: an import leaves them there, an export leaves them out."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from services.models import Document, Page, Revision, Section
from services.pages import trash
from services.pages.revise import revise
from services.sync.apply import Overtaken, apply_plan
from services.sync.plan import Action, Plan
from services.sync.read_files import SourceFile
from services.sync.stored import plan_import
from tests.support.pages import make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

FILE = "Intro\n\n## Compute\n\n### EC2\n\nServers.\n\n### ECS\n\nTasks.\n\n### EKS\n\nPods."
IN_TRASH = "its page is in the trash; it stays there"


def read(*files: tuple[str, str]) -> Plan:
    plan = plan_import([SourceFile(path, text.encode()) for path, text in files])
    apply_plan(plan)
    return plan


def page(title: str) -> Page:
    return Page.everything.get(title=title)


def throw(*titles: str) -> None:
    for title in titles:
        trash.throw_away(page(title), by=None)


def take_out(*titles: str) -> None:
    for title in titles:
        trash.take_out(page(title), by=None)


def fates(plan: Plan) -> dict[str, str]:
    return {change.title: change.action.value for change in plan.changes}


def exported(folder: Path) -> dict[str, str]:
    call_command("export_markdown", folder, verbosity=0)
    files = sorted(folder.rglob("*.md"))
    return {str(f.relative_to(folder)): f.read_bytes().decode() for f in files}


@pytest.fixture
def notes(db: None) -> str:
    read(("aws.md", FILE))
    return FILE


class TestImport:
    def test_a_changed_section_stays_in_the_trash(self, notes: str) -> None:
        throw("ECS")
        before = Page.everything.filter(title="ECS").values().get()
        new = notes.replace("Tasks.", "More tasks.").replace("Servers.", "More servers.")
        plan = read(("aws.md", new))
        assert fates(plan) | {"ECS": "preserved", "EC2": "updated"} == fates(plan)
        change = next(change for change in plan.changes if change.title == "ECS")
        assert (change.action, change.detail) == (Action.PRESERVED, IN_TRASH)
        assert Page.everything.filter(title="ECS").values().get() == before
        assert Page.objects.get(title="EC2").notes == "More servers.\n\n"

    def test_what_the_file_says_by_then_comes_after_the_page_is_back(self, notes: str) -> None:
        throw("ECS")
        new = notes.replace("Tasks.", "More tasks.")
        read(("aws.md", new))
        take_out("ECS")
        assert page("ECS").notes == "Tasks.\n\n"
        read(("aws.md", new))
        assert page("ECS").notes == "More tasks.\n\n"
        assert Section.objects.get(page=page("ECS")).theirs is None
        assert read(("aws.md", new)).counts() == {"unchanged": 5}

    def test_both_changes_merge_or_conflict_after_it_is_back(self, notes: str) -> None:
        long = notes.replace("Tasks.", "one\ntwo\nthree")
        read(("aws.md", long))
        revise(page("ECS"), "ONE\ntwo\nthree\n\n", version=2)
        revise(page("EKS"), "Mine.", version=1)
        throw("ECS", "EKS")
        new = long.replace("three", "THREE").replace("Pods.", "Theirs.")
        read(("aws.md", new))
        take_out("ECS", "EKS")
        assert fates(read(("aws.md", new))) | {"ECS": "merged", "EKS": "conflict"} == {
            **fates(plan_import([])),
            "Compute": "unchanged",
            "EC2": "unchanged",
            "ECS": "merged",
            "EKS": "conflict",
            "aws": "unchanged",
        }
        assert page("ECS").notes == "ONE\ntwo\nTHREE\n\n"
        section = Section.objects.get(page=page("EKS"))
        assert (page("EKS").notes, section.theirs, section.base) == ("Mine.", "Theirs.", "Pods.")

    def test_a_file_that_went_back_waits_no_longer(self, notes: str) -> None:
        throw("ECS")
        read(("aws.md", notes.replace("Tasks.", "More tasks.")))
        read(("aws.md", notes))
        take_out("ECS")
        assert Section.objects.get(page=page("ECS")).theirs is None
        assert read(("aws.md", notes)).counts() == {"unchanged": 5}

    def test_a_new_heading_leaves_its_name_and_a_new_category_comes_later(self, notes: str) -> None:
        long = notes.replace("Tasks.", "Tasks are what runs containers, in clusters.")
        read(("aws.md", long))
        throw("ECS", "EKS")
        moved = long.replace("### EKS\n\nPods.", "## Integration\n\n### EKS\n\nPods.")
        new = moved.replace("### ECS", "### Elastic Containers")
        plan = read(("aws.md", new))
        assert fates(plan) | {"ECS": "preserved", "EKS": "preserved"} == fates(plan)
        assert not Page.objects.filter(title="Elastic Containers").exists()
        assert (page("ECS").version, page("EKS").version) == (3, 2)
        take_out("ECS", "EKS")
        read(("aws.md", new + "\n"))
        assert page("EKS").category.slug == "integration"
        assert not Page.objects.filter(title="Elastic Containers").exists()

    def test_its_names_are_free_for_another_section(self, notes: str) -> None:
        throw("ECS")
        read(("more.md", "# ECS\n\nMine.\n"))
        again = Page.objects.get(title="ECS")
        assert (again.kind, again.aws_id, again.slug) == ("service", "ecs", "ecs-2")
        take = Page.everything.exclude(trashed_at=None).get()
        assert trash.take_out(take, by=None).title == "ECS (restored)"

    def test_front_matter_of_a_first_page_is_new_when_it_is_back(self) -> None:
        read(("a.md", "---\ntags: [x]\naliases: [k]\n---\nText\n"))
        throw("a")
        read(("a.md", "---\ntags: [y]\naliases: [l]\n---\nText\n"))
        assert (page("a").version, page("a").aliases) == (2, ["k"])
        take_out("a")
        read(("a.md", "---\ntags: [y]\naliases: [l]\n---\nNew\n"))
        assert (page("a").aliases, list(page("a").tags.names())) == (["l"], ["y"])

    def test_a_file_that_is_gone_leaves_it_its_place(self, notes: str, tmp_path: Path) -> None:
        (tmp_path / "x.md").write_text("Text\n")
        (tmp_path / "y.md").write_text("Text\n")
        call_command("import_markdown", tmp_path, verbosity=0)
        throw("x")
        (tmp_path / "x.md").unlink()
        call_command("import_markdown", tmp_path, verbosity=0)
        assert not Section.objects.get(page=page("x")).gone

    def test_a_page_thrown_away_after_the_plan_was_made_stops_it(self, notes: str) -> None:
        plan = plan_import([SourceFile("aws.md", notes.replace("Tasks.", "More.").encode())])
        throw("ECS")
        with pytest.raises(Exception, match="changed by someone else"):
            apply_plan(plan)
        assert page("ECS").notes == "Tasks.\n\n"


class TestExport:
    def test_its_neighbours_stay_as_they_are(self, notes: str, tmp_path: Path) -> None:
        throw("ECS")
        assert exported(tmp_path) == {"aws.md": notes.replace("### ECS\n\nTasks.\n\n", "")}
        take_out("ECS")
        assert exported(tmp_path) == {"aws.md": notes}

    def test_the_first_and_the_last(self, notes: str, tmp_path: Path) -> None:
        throw("aws", "EKS")
        text = exported(tmp_path)["aws.md"]
        assert text == "## Compute\n\n### EC2\n\nServers.\n\n### ECS\n\nTasks.\n\n"
        take_out("EKS", "aws")
        assert exported(tmp_path) == {"aws.md": notes}

    def test_a_document_of_nothing_else_is_not_written(self, notes: str, tmp_path: Path) -> None:
        read(("one.md", "Text\n"), ("two.md", "## Compute\n\n### S3\n\nBuckets.\n"))
        throw("one", "S3")
        assert exported(tmp_path) == {"aws.md": notes}
        assert Document.objects.count() == 3
        take_out("one", "S3")
        assert set(exported(tmp_path)) == {"aws.md", "one.md", "two.md"}

    def test_a_free_page_is_not_written_either(self, tmp_path: Path) -> None:
        make_topic(title="Free", notes="Text")
        throw("Free")
        assert exported(tmp_path) == {}
        take_out("Free")
        assert exported(tmp_path) == {"Topics/Free.md": "Text"}

    def test_importing_such_an_export_keeps_its_place(self, notes: str, tmp_path: Path) -> None:
        throw("ECS", "aws")
        without = exported(tmp_path)["aws.md"]
        for _ in range(2):
            plan = read(("aws.md", without))
            assert Action.GONE not in {change.action for change in plan.changes}
        take_out("ECS", "aws")
        assert exported(tmp_path) == {"aws.md": notes}

    def test_one_of_two_sections_does_not_stop_the_other(self, tmp_path: Path) -> None:
        text = "# EC2\n\nServers.\n\n# S3\n\n## Buckets\n\nMany.\n"
        read(("two.md", text))
        throw("EC2")
        assert exported(tmp_path) == {"two.md": "# S3\n\n## Buckets\n\nMany.\n"}
        revise(page("S3"), "## Buckets\n\nMore.\n", version=1)
        assert exported(tmp_path) == {"two.md": "# S3\n\n## Buckets\n\nMore.\n"}

    def test_a_conflict_in_the_trash_stops_nothing(self, notes: str, tmp_path: Path) -> None:
        exported(tmp_path)
        revise(page("ECS"), "Mine.\n\n", version=1)
        Section.objects.filter(page=page("ECS")).update(theirs="Theirs.\n\n")
        throw("ECS")
        assert "ECS" not in exported(tmp_path)["aws.md"]


def test_the_second_of_two_imports_at_once_is_told(tmp_path: Path) -> None:
    files = [SourceFile("a.md", b"Text\n")]
    one, other = plan_import(files), plan_import(files)
    apply_plan(one)
    with pytest.raises(Overtaken, match="Someone else"):
        apply_plan(other)
    assert Revision.objects.count() == Document.objects.count() == 1


def test_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def overtaken(*args: object, **kwargs: object) -> None:
        raise Overtaken

    monkeypatch.setattr("services.management.commands.import_markdown.apply_plan", overtaken)
    (tmp_path / "a.md").write_text("Text\n")
    with pytest.raises(CommandError, match=r"Someone else .* Nothing was imported; try again"):
        call_command("import_markdown", tmp_path)
