"""Giving the notes back: the same bytes where nothing changed, one character for one tick."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from services.markdown.edit.tasks import set_state
from services.models import Document, Page, Section
from services.pages.revise import revise
from services.sync.apply import apply_plan
from services.sync.export import export_to
from services.sync.read_files import SourceFile, find_files, load
from services.sync.stored import plan_import
from tests.support.pages import make_topic, revise_by_fields
from tests.sync.test_planner import AWS, bring, page

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def bring_bytes(path: str, data: bytes) -> None:
    apply_plan(plan_import([SourceFile(path, data)]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"no end",
        b"# T\r\n\r\ntext\r\n",
        b"# T\rtext\r- [ ] a\r",
        b"mixed\r\nends\nhere\rnow",
        b"\xef\xbb\xbf# With a mark\n",
        "# UTF-16\n\nünïcode 😀\r\n".encode("utf-16"),
        b"\xfe\xff" + "# big-endian\n".encode("utf-16-be"),
        b"---\ntags: [a\n---\n\n\n# T\n",
        b"---\nnever: closed\n# T\n",
        b"## Compute\n\n\n### EC2\n### S3 ###\nText\n\nNext\n----\n\nend  \n\n\n",
        b"\n\n\n## Storage\n##   S3   \nx\n##\n\n##\n",
        b"## Compute\n### ECS\nLambda\n---\nx\n",
        b"## S3\n***\nEC2\n---\nx\n",
        b"## S3\n```\n```\nEC2\n---\n<!-- x -->\nSQS\n---\n",
        "Zeile\u2028mit\u0085Trennern\x0b\x0c\n## Compute\n".encode(),
    ],
)
def test_an_untouched_file_comes_out_byte_for_byte(data, tmp_path):
    bring_bytes("some/note.md", data)
    export_to(tmp_path)
    assert (tmp_path / "some" / "note.md").read_bytes() == data


def test_one_tick_changes_one_character(tmp_path):
    bring("AWS.md", AWS)
    aws = page("AWS")
    revise(aws, set_state(aws.notes, 1, "done"), version=1)
    export_to(tmp_path)
    assert (tmp_path / "AWS.md").read_text() == AWS.replace("- [ ] ECS/EKS", "- [x] ECS/EKS")


def test_a_renamed_page_renames_its_heading(tmp_path):
    bring("AWS.md", AWS)
    iam = page("Identity and Access Management")
    iam.title = "Access"
    revise_by_fields(iam)
    export_to(tmp_path)
    assert (tmp_path / "AWS.md").read_text() == AWS.replace(
        "### Identity and Access Management (IAM)", "### Access (IAM)"
    )


def test_a_page_told_apart_by_its_document_keeps_its_heading(tmp_path):
    bring("AWS.md", AWS)
    bring("Exam.md", "## EC2\n\n## Lambda\n\n## Setup\n\nExam.\n")
    export_to(tmp_path)
    assert (tmp_path / "Exam.md").read_text() == "## EC2\n\n## Lambda\n\n## Setup\n\nExam.\n"


def test_notes_that_lost_their_last_line_end_stay_apart_from_the_next_heading(tmp_path):
    bring("AWS.md", AWS)
    revise(page("S3"), "Short", version=1)
    export_to(tmp_path)
    assert "Short\n\n## Other\n" in (tmp_path / "AWS.md").read_text()


def test_notes_keep_apart_from_an_underlined_heading(tmp_path):
    bring("n.md", "S3\n--\n\nOne.\n\nEC2\n---\n\nTwo.\n")
    revise(page("S3"), "One.\n", version=1)
    export_to(tmp_path)
    assert (tmp_path / "n.md").read_text() == "S3\n--\n\nOne.\n\nEC2\n---\n\nTwo.\n"


def test_an_export_can_be_imported_into_an_empty_knowledge_base(tmp_path):
    bring("AWS.md", AWS)
    make_topic(title="CI/CD: why?", notes="---\n\n# A heading\n\nBecause.\n")
    before = sorted(Page.objects.values_list("kind", "title", "notes"))
    export_to(tmp_path)
    Section.objects.all().delete()
    for gone in Page.objects.all():
        gone.delete()
    Document.objects.all().delete()
    call_command("import_markdown", str(tmp_path))
    assert sorted(Page.objects.values_list("kind", "title", "notes")) == before


def test_a_file_that_changed_since_the_import_is_left_alone(tmp_path):
    bring("AWS.md", AWS)
    revise(page("S3"), "Mine.\n\n", version=1)
    (tmp_path / "AWS.md").write_text("someone else's\n")
    done = export_to(tmp_path)
    assert [path for path, _ in done.refused] == ["AWS.md"]
    assert (tmp_path / "AWS.md").read_text() == "someone else's\n"
    assert export_to(tmp_path, force=True).written == ["AWS.md"]


def test_a_file_that_only_an_export_changed_is_written_again(tmp_path):
    bring("AWS.md", AWS)
    (tmp_path / "AWS.md").write_text(AWS)
    for number in (1, 2):
        revise(page("S3"), f"Mine {number}.\n\n", version=number)
        assert export_to(tmp_path).written == ["AWS.md"]


def test_a_file_with_an_open_conflict_is_left_alone(tmp_path):
    bring("AWS.md", AWS)
    revise(page("S3"), "Mine.\n\n", version=1)
    theirs = AWS.replace("Objects.", "Theirs.")
    bring("AWS.md", theirs)
    (tmp_path / "AWS.md").write_text(theirs)
    assert [path for path, _ in export_to(tmp_path).refused] == ["AWS.md"]


def round_trip(folder) -> dict[str, int]:
    """Export to a folder and import it; returns what happened to sections that had to change."""
    assert not export_to(folder).refused
    found, refused = find_files([folder])
    plan = plan_import(load(found, refused, 10**8), folders=[str(folder.resolve())])
    apply_plan(plan)
    return {fate: number for fate, number in plan.counts().items() if fate != "unchanged"}


@pytest.mark.parametrize(
    "title", ["Kubernetes on AWS thing", "a*b*", "C #", "[[x]] <b>", "two\nlines"]
)
def test_a_page_renamed_here_is_found_again_under_its_new_heading(title, tmp_path):
    bring("AWS.md", AWS.replace("Is it worth it?", "Tiny."))
    eks = page("EKS")
    eks.title = title
    revise_by_fields(eks)
    export_to(tmp_path)
    plan = bring("AWS.md", (tmp_path / "AWS.md").read_text())
    assert set(plan.counts()) == {"unchanged"}
    assert Page.objects.get(pk=eks.pk).title == " ".join(title.split())
    renamed = (tmp_path / "AWS.md").read_text().replace("Who may.", "Who may what.")
    assert plan.counts() and set(bring("AWS.md", renamed).counts()) == {"unchanged", "updated"}


def test_a_heading_in_notes_becomes_one_page_when_the_file_comes_back(tmp_path):
    bring("AWS.md", AWS)
    ecs = page("ECS")
    revise(ecs, ecs.notes + "### Costs\n\nNot little.\n\n", version=1)
    for _ in range(3):
        export_to(tmp_path)
        bring("AWS.md", (tmp_path / "AWS.md").read_text())
    assert (tmp_path / "AWS.md").read_text().count("### Costs") == 1
    assert Page.objects.filter(title__startswith="Costs").count() == 1
    assert page("ECS").notes == "Containers. See [[S3]].\n\n"


@pytest.mark.parametrize("tail", ["```\nopen fence\n", "<!-- open\n", "<script>\n", "## Costs\n"])
def test_notes_that_would_swallow_the_next_heading_are_not_written(tail, tmp_path):
    bring("AWS.md", AWS)
    ecs = page("ECS")
    revise(ecs, ecs.notes + tail, version=1)
    ((path, reason),) = export_to(tmp_path).refused
    assert path == "AWS.md"
    assert reason.startswith("the notes of “ECS” would take in the heading “### EKS” below them")
    assert not (tmp_path / "AWS.md").exists()


def test_imported_notes_that_begin_with_dashes_get_no_second_front_matter(tmp_path):
    bring("n.md", "Text.\n")
    revise(page("n"), "---\nkey: v\n---\nText.\n", version=1)
    round_trip(tmp_path)
    round_trip(tmp_path)
    assert page("n").notes == "---\nkey: v\n---\nText.\n"
    assert (tmp_path / "n.md").read_text().count("key: v") == 1


def test_a_document_whose_file_is_gone_is_not_made_again(tmp_path):
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "AWS.md").write_text(AWS)
    (notes / "b.md").write_text("B.\n")
    call_command("import_markdown", str(notes), verbosity=0)
    (notes / "AWS.md").unlink()
    call_command("import_markdown", str(notes), verbosity=0)
    export_to(tmp_path / "out")
    assert not (tmp_path / "out" / "AWS.md").exists()
    assert (tmp_path / "out" / "Data Store" / "S3.md").read_text() == "Objects.\n\n"
