"""Bringing Markdown in: what becomes what, a second time, and after changes on both sides."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from services.models import (
    Category,
    ChecklistItem,
    Document,
    Link,
    Page,
    PageName,
    Question,
    Section,
)
from services.pages.revise import revise
from services.sync.apply import apply_plan
from services.sync.plan import Action
from services.sync.read_files import SourceFile
from services.sync.stored import plan_import
from tests.support.pages import make_service, revise_by_fields

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

AWS = """\
---
tags: [cloud, work]
aliases: Amazon
created: 2024-04-15
---
What I know about AWS.

What do I need to learn?

- [x] S3
- [ ] ECS/EKS
- [/] IAM Identity Center

## Compute

All that runs.

### ECS

Containers. See [[S3]].

### EKS

Is it worth it?

## Data Store

### S3

Objects.

## Other

### Identity and Access Management (IAM)

Who may.

### IAM Identity Center

People.

## Setup

How to begin.
"""


def bring(path: str, text: str, **kwargs):
    plan = plan_import([SourceFile(path, text.encode())], **kwargs)
    apply_plan(plan)
    return plan


def actions(plan) -> dict[str, str]:
    return {c.title: c.action.value for c in plan.changes if c.action != Action.UNCHANGED}


def page(title: str) -> Page:
    return Page.objects.get(title=title)


def test_sections_become_services_and_topics():
    bring("AWS.md", AWS)
    services = Page.objects.filter(kind="service").order_by("position")
    assert [(str(p), p.category.name) for p in services] == [
        ("ECS", "Compute"),
        ("EKS", "Compute"),
        ("S3", "Data Store"),
        ("Identity and Access Management (IAM)", "Other"),
        ("IAM Identity Center", "Other"),
    ]
    topics = Page.objects.filter(kind="topic").order_by("position")
    assert [p.title for p in topics] == ["AWS", "Setup"]
    assert page("S3").notes == "Objects.\n\n"
    assert page("S3").aws_id == "s3"


def test_the_first_page_has_the_front_matters_tags_aliases_and_date():
    bring("AWS.md", AWS)
    aws = page("AWS")
    assert sorted(tag.name for tag in aws.tags.all()) == ["cloud", "work"]
    assert aws.aliases == ["Amazon"]
    assert aws.created_at.date().isoformat() == "2024-04-15"
    assert not page("S3").tags.exists()


def test_words_under_a_category_are_kept_with_it():
    bring("AWS.md", AWS)
    section = Section.objects.get(category__name="Compute")
    assert section.text == "All that runs.\n\n"
    assert section.page is None


def test_items_name_the_pages_that_they_name():
    bring("AWS.md", AWS)
    named = {item.text: {p.title for p in item.names.all()} for item in ChecklistItem.objects.all()}
    assert named == {
        "S3": {"S3"},
        "ECS/EKS": {"ECS", "EKS"},
        "IAM Identity Center": {"IAM Identity Center"},
    }
    assert set(ChecklistItem.objects.values_list("list_title", flat=True)) == {
        "What do I need to learn?"
    }


def test_links_lead_to_pages():
    bring("AWS.md", AWS)
    assert Link.objects.get(target="S3").to == page("S3")


def test_links_find_pages_that_come_later():
    bring("a.md", "# First\n\n[[Second]] and [this](b.md)\n")
    assert set(Link.objects.values_list("to", flat=True)) == {None}
    bring("b.md", "# Second\n")
    assert set(Link.objects.values_list("to__title", flat=True)) == {"Second"}


def test_importing_twice_changes_nothing():
    bring("AWS.md", AWS)
    before = list(Page.objects.values()), list(ChecklistItem.objects.values())
    plan = bring("AWS.md", AWS)
    assert plan.counts() == {"unchanged": 10}
    assert (list(Page.objects.values()), list(ChecklistItem.objects.values())) == before


def test_a_changed_file_updates_untouched_pages():
    bring("AWS.md", AWS)
    plan = bring("AWS.md", AWS.replace("Objects.", "Objects in buckets."))
    assert actions(plan) == {"S3": "updated"}
    assert page("S3").notes == "Objects in buckets.\n\n"
    assert page("S3").version == 2


def test_a_page_changed_here_is_kept():
    bring("AWS.md", AWS)
    s3 = page("S3")
    revise(s3, "Mine.\n\n", version=1)
    plan = bring("AWS.md", AWS)
    assert actions(plan) == {"S3": "preserved"}
    assert page("S3").notes == "Mine.\n\n"


def test_changes_on_both_sides_are_merged_by_line():
    text = AWS.replace("Objects.", "One.\n\nTwo.\n\nThree.")
    bring("AWS.md", text)
    revise(page("S3"), "One!\n\nTwo.\n\nThree.\n\n", version=1)
    plan = bring("AWS.md", text.replace("Three.", "Three?!"))
    assert actions(plan) == {"S3": "merged"}
    assert page("S3").notes == "One!\n\nTwo.\n\nThree?!\n\n"


def test_a_clash_keeps_ours_and_theirs_beside_it():
    bring("AWS.md", AWS)
    revise(page("S3"), "Mine.\n\n", version=1)
    plan = bring("AWS.md", AWS.replace("Objects.", "Theirs."))
    assert actions(plan) == {"S3": "conflict"}
    section = Section.objects.get(page=page("S3"))
    assert page("S3").notes == "Mine.\n\n"
    assert (section.theirs, section.base) == ("Theirs.\n\n", "Objects.\n\n")


def test_an_open_clash_stays_one_when_the_file_comes_again():
    bring("AWS.md", AWS)
    revise(page("S3"), "Mine.\n\n", version=1)
    theirs = AWS.replace("Objects.", "Theirs.")
    bring("AWS.md", theirs)
    plan = bring("AWS.md", theirs)
    assert actions(plan) == {"S3": "conflict"}
    assert [c.detail for c in plan.changes if c.title == "S3"] == [
        "still to be resolved on its page"
    ]
    assert Section.objects.get(page=page("S3")).theirs == "Theirs.\n\n"


def test_a_clash_ends_when_the_file_has_our_text():
    bring("AWS.md", AWS)
    revise(page("S3"), "Mine.\n\n", version=1)
    bring("AWS.md", AWS.replace("Objects.", "Theirs."))
    bring("AWS.md", AWS.replace("Objects.", "Mine."))
    section = Section.objects.get(page=page("S3"))
    assert (section.theirs, section.base) == (None, "Mine.\n\n")


def test_a_section_gone_from_the_file_is_reported_and_its_page_stays():
    bring("AWS.md", AWS)
    without = AWS.replace("### S3\n\nObjects.\n\n", "")
    plan = bring("AWS.md", without)
    assert actions(plan) == {"S3": "gone"}
    assert page("S3").notes == "Objects.\n\n"
    assert actions(bring("AWS.md", without + "\nmore\n")) == {"Setup": "updated"}


def test_a_section_that_comes_back_is_the_same_page():
    bring("AWS.md", AWS)
    pk = page("S3").pk
    bring("AWS.md", AWS.replace("### S3\n\nObjects.\n\n", ""))
    bring("AWS.md", AWS)
    assert page("S3").pk == pk
    assert Page.objects.filter(title__startswith="S3").count() == 1


def test_a_renamed_heading_renames_the_page():
    bring("AWS.md", AWS)
    pk = page("Setup").pk
    plan = bring("AWS.md", AWS.replace("## Setup", "## Setting up"))
    assert actions(plan) == {"Setting up": "renamed"}
    assert page("Setting up").pk == pk


def test_a_renamed_page_keeps_its_name_here_when_its_words_change_in_the_file():
    bring("AWS.md", AWS)
    setup = page("Setup")
    setup.title = "Beginning"
    revise_by_fields(setup)
    bring("AWS.md", AWS.replace("How to begin.", "How to start."))
    assert page("Beginning").notes == "How to start.\n"


def test_a_service_moved_to_another_category_in_the_file_moves():
    bring("AWS.md", AWS)
    moved = AWS.replace("### S3\n\nObjects.\n\n", "").replace(
        "## Data Store", "### S3\n\nObjects.\n\n## Data Store"
    )
    plan = bring("AWS.md", moved)
    assert actions(plan) == {"S3": "updated"}
    assert page("S3").category.name == "Compute"


def test_a_service_moved_here_stays_where_it_was_put():
    bring("AWS.md", AWS)
    s3 = page("S3")
    s3.category = page("ECS").category
    revise_by_fields(s3)
    bring("AWS.md", AWS.replace("Objects.", "Buckets."))
    assert page("S3").category.name == "Compute"


def test_the_order_in_the_file_is_the_order_here():
    bring("AWS.md", AWS)
    ecs, eks = "### ECS\n\nContainers. See [[S3]].\n\n", "### EKS\n\nIs it worth it?\n\n"
    swapped = AWS.replace(ecs + eks, eks + "### Lambda\n\nFunctions.\n\n" + ecs)
    bring("AWS.md", swapped)
    compute = page("ECS").category.pages.order_by("position", "pk")
    assert [p.title for p in compute] == ["EKS", "Lambda", "ECS"]


def test_a_service_exists_once_and_further_sections_become_topics_about_it():
    bring("AWS.md", AWS)
    bring("Exam notes.md", "## S3\n\nExam.\n\n## EC2\n\nServers.\n")
    topic = page("S3 (Exam notes)")
    assert (topic.kind, topic.about) == ("topic", page("S3"))
    assert list(page("S3").also_about.all()) == [topic]
    assert page("EC2").kind == "service"


def test_a_service_named_twice_in_one_file_becomes_a_topic_the_second_time():
    bring("n.md", "## S3\n\nOne.\n\n## Amazon S3\n\nTwo.\n")
    assert page("Amazon S3 (n)").about == page("S3")


def test_titles_that_repeat_are_told_apart_by_their_document():
    bring("AWS.md", AWS)
    bring("Exam notes.md", "## EC2\n\n## Lambda\n\n## Setup\n\nOther words entirely.\n")
    assert page("Setup (Exam notes)").notes == "Other words entirely.\n"
    bring("a/README.md", "# README\n")
    bring("b/README.md", "# README\n")
    assert page("README (b)").section.document.path == "b/README.md"


def test_a_file_that_is_one_page_is_a_service_by_title_folder_or_front_matter():
    bring("Amazon SQS.md", "Queues.\n")
    bring("Compute/My cluster.md", "Mine.\n")
    bring("x.md", "---\ncategory: Networking\n---\nThe office line.\n")
    bring("Diary.md", "Today.\n")
    assert page("Amazon SQS").category.name == "Integration"
    assert page("My cluster").category.name == "Compute"
    assert page("x").category.name == "Network and Content Delivery"
    assert page("Diary").kind == "topic"


def test_headings_without_text_become_untitled_pages():
    bring("n.md", "## S3\n\n##\n\nx\n\n##\n\ny\n\n## EC2\n")
    assert {p.title for p in Page.objects.filter(kind="topic")} == {"Untitled", "Untitled (n)"}


def test_titles_in_any_script_get_an_address():
    bring("日本.md", "# 日本語のノート\n")
    bring("!!!.md", "# !!!\n")
    assert (
        page("日本語のノート").get_absolute_url()
        == "/topics/%E6%97%A5%E6%9C%AC%E8%AA%9E%E3%81%AE%E3%83%8E%E3%83%BC%E3%83%88/"
    )
    assert page("!!!").slug == "topic"


def test_titles_that_give_the_same_slug_have_addresses_of_their_own():
    bring("a.md", "# C#\n")
    bring("b.md", "# C!\n")
    assert page("C#").slug != page("C!").slug


def test_tags_dropped_from_the_file_go_and_others_stay():
    bring("AWS.md", AWS)
    page("AWS").tags.add("mine")
    bring("AWS.md", AWS.replace("[cloud, work]", "[cloud, new]"))
    assert sorted(tag.name for tag in page("AWS").tags.all()) == ["cloud", "mine", "new"]


def test_a_broken_front_matter_is_a_warning_and_kept():
    plan = bring("n.md", "---\ntags: [a\n---\ntext\n")
    assert [w.path for w in plan.warnings] == ["n.md"]
    assert Document.objects.get().front_matter == "---\ntags: [a\n---\n"


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


def test_many_headings_renamed_at_once_keep_their_pages():
    text = "# Compute\n\n" + "".join(f"## Old {n}\n\nWhat thing {n} is for.\n\n" for n in range(60))
    bring("n.md", text)
    plan = bring("n.md", text.replace("## Old", "## New"))
    assert plan.counts() == {"renamed": 60, "unchanged": 1}


def test_a_category_renamed_here_is_still_known_by_its_heading():
    bring("AWS.md", AWS)
    compute = page("ECS").category
    compute.name = "Rechnen"
    compute.save()
    plan = bring("AWS.md", AWS.replace("Objects.", "Buckets."))
    assert actions(plan) == {"S3": "updated"}
    assert page("ECS").category == compute


def test_without_its_category_a_service_goes_to_the_last_one():
    Category.objects.get(name="Compute").delete()
    bring("m.md", "## ECS\n\nx\n\n## Lambda\n\ny\n")
    assert page("Lambda").category.name == "Other"


def test_a_renamed_section_is_read_as_what_it_is_called_now():
    bring("n.md", "## S3\n\n## EC2\n\n## Questions\n\nWhy?\n")
    bring("n.md", "## S3\n\n## EC2\n\n## Thoughts\n\nWhy?\n")
    assert not page("Thoughts").questions.exists()


def test_a_file_that_was_split_stays_so():
    bring("n.md", "## S3\n\nOne thing that I know.\n\n## Notes\n\nTwo.\n")
    plan = bring("n.md", "## Keeping things\n\nOne thing that I know.\n\n## Notes\n\nTwo.\n")
    assert plan.counts() == {"renamed": 1, "unchanged": 1}


def test_tags_are_dropped_whatever_their_case():
    bring("a.md", "---\ntags: aws\n---\nA.\n")
    bring("b.md", "---\ntags: AWS\n---\nB.\n")
    bring("b.md", "---\ntitle: b\n---\nB.\n")
    assert not page("b").tags.exists()


def test_every_index_is_right_when_a_files_first_page_changes(capsys):
    bring("two.md", "# T\n\nx\n\n## S3\n\ny\n\n## Lambda\n\nz\n")
    bring("two.md", "## S3\n\ny\n\n## Lambda\n\nz\n")
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out


class TestCommand:
    def run(self, capsys, *args: str) -> tuple[int, str, str]:
        try:
            call_command("import_markdown", *args)
            status = 0
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    def test_prints_a_plan_with_file_and_line(self, tmp_path, capsys):
        (tmp_path / "AWS.md").write_text(AWS)
        status, out, _ = self.run(capsys, str(tmp_path))
        assert status == 0
        line = AWS.splitlines().index("### S3") + 1
        assert f"created   AWS.md:{line}  S3 (service in Data Store)" in out
        assert "Done: 10 created." in out

    def test_dry_run_writes_nothing(self, tmp_path, capsys):
        (tmp_path / "AWS.md").write_text(AWS)
        _, out, _ = self.run(capsys, str(tmp_path), "--dry-run")
        assert "Would be: 10 created." in out
        assert not Page.objects.exists()

    def test_prints_json(self, tmp_path, capsys):
        (tmp_path / "AWS.md").write_text(AWS)
        _, out, _ = self.run(capsys, str(tmp_path), "--json")
        plan = json.loads(out)
        assert plan["counts"] == {"created": 10}
        assert plan["changes"][0] == {
            "action": "created",
            "path": "AWS.md",
            "line": 6,
            "title": "AWS",
            "detail": "",
        }

    def test_a_refused_file_is_named_and_the_others_are_imported(self, tmp_path, capsys):
        (tmp_path / "bad.md").write_bytes(b"caf\xe9\n")
        (tmp_path / "good.md").write_text("Good.\n")
        status, _, err = self.run(capsys, str(tmp_path))
        assert status == 1
        assert "bad.md: it is not UTF-8 text (line 1): save it as UTF-8" in err
        assert Page.objects.get().title == "good"

    def test_a_document_whose_file_is_gone_is_reported(self, tmp_path, capsys):
        (tmp_path / "a.md").write_text("A.\n")
        (tmp_path / "b.md").write_text("B.\n")
        self.run(capsys, str(tmp_path))
        (tmp_path / "a.md").unlink()
        _, out, _ = self.run(capsys, str(tmp_path))
        assert "gone      a.md  a (its file is no longer there; its page stays)" in out
        assert Page.objects.filter(title="a").exists()

    def test_hidden_folders_are_passed_over(self, tmp_path, capsys):
        (tmp_path / ".obsidian").mkdir()
        (tmp_path / ".obsidian" / "x.md").write_text("x")
        (tmp_path / "a.md").write_text("A.\n")
        self.run(capsys, str(tmp_path))
        assert [p.title for p in Page.objects.all()] == ["a"]

    def test_a_person_who_watches_much_of_it_sees_a_bar(self, tmp_path, capsys, monkeypatch):
        for number in range(200):
            (tmp_path / f"{number}.md").write_text(f"Note {number}.\n")
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        _, _, err = self.run(capsys, str(tmp_path))
        assert "200 of 200" in err
        assert "Note" not in err

    def test_a_script_sees_no_bar(self, tmp_path, capsys):
        for number in range(200):
            (tmp_path / f"{number}.md").write_text(f"Note {number}.\n")
        _, out, err = self.run(capsys, str(tmp_path))
        assert err == ""
        assert out.endswith("Done: 200 created.\n")

    def test_a_file_that_comes_back_unchanged_is_taken_back(self, tmp_path, capsys):
        note = tmp_path / "note.md"
        note.write_text("Only my words.\n")
        self.run(capsys, str(tmp_path))
        note.unlink()
        (tmp_path / "other.md").write_text("x\n")
        self.run(capsys, str(tmp_path))
        note.write_text("Only my words.\n")
        self.run(capsys, str(tmp_path))
        assert not Section.objects.filter(gone=True).exists()
        call_command("export_markdown", str(tmp_path))
        assert note.read_text() == "Only my words.\n"

    def test_every_index_is_right_when_a_file_is_gone(self, tmp_path, capsys):
        (tmp_path / "two.md").write_text("# T\n\nx\n")
        (tmp_path / "a.md").write_text("A.\n")
        self.run(capsys, str(tmp_path))
        (tmp_path / "two.md").unlink()
        self.run(capsys, str(tmp_path))
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
