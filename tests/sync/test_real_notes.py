"""Real notes that no one here wrote go in and come out the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.management import call_command

from services.models import Category, ChecklistItem, Page, Question
from tests.conftest import EXAMPLES, ROOT, SHARED
from tests.soak import TIMES

pytestmark = pytest.mark.django_db

CORPORA = [folder for folder in sorted((SHARED / "corpora").glob("*")) if folder.is_dir()]
FOLDERS = CORPORA or [EXAMPLES, ROOT / "tests" / "data"]
# Of this many pages one is opened; with KB_SOAK more.
EVERY = 10


def bring(*paths: Path) -> int:
    try:
        call_command("import_markdown", *map(str, paths), verbosity=0)
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
class TestACorpus:
    def test_comes_out_byte_for_byte_and_its_pages_open(self, folder, tmp_path, capsys, as_reader):
        status = bring(folder)
        refused = {line.split()[1].rstrip(":") for line in capsys.readouterr().err.splitlines()}
        call_command("export_markdown", str(tmp_path))
        files = sorted(folder.rglob("*.md"))
        assert files
        for file in files:
            name = file.relative_to(folder)
            if status and str(name) in refused:
                continue
            assert (tmp_path / name).read_bytes() == file.read_bytes(), name
        for page in list(Page.objects.all())[:: max(1, EVERY // TIMES)]:
            assert as_reader.get(page.get_absolute_url()).status_code == 200, page

    @pytest.mark.soak
    @pytest.mark.databases("sqlite", "postgres")
    def test_is_unchanged_by_a_second_import_and_by_rederive(self, folder, capsys):
        bring(folder)
        before = list(Page.objects.order_by("pk").values())
        capsys.readouterr()
        bring(folder)
        done = capsys.readouterr().out.splitlines()[-1]
        assert set(done.replace(".", "").split()[2::2]) <= {"unchanged", "unchanged,", "refused"}
        assert list(Page.objects.order_by("pk").values()) == before
        call_command("rederive")
        assert "every index was right" in capsys.readouterr().out


@pytest.mark.skipif(not (SHARED / "seeds" / "AWS.md").exists(), reason="the note is not here")
class TestTheFirstUsersNote:
    SHA256 = "9f02d1244040071f2655286a88fdf1d6b28dc7ff8851bf901ca4e5b8510ff020"

    @pytest.fixture(autouse=True)
    def imported(self, db):
        assert bring(SHARED / "seeds" / "AWS.md") == 0

    def test_gives_five_categories_nine_services_and_seven_topics(self):
        assert Category.objects.count() == 5
        services = Page.objects.filter(kind="service").order_by("position")
        assert [str(page) for page in services] == [
            "ECS",
            "EKS",
            "API Gateway",
            "Step Functions",
            "DynamoDB",
            "S3",
            "CloudFront",
            "Identity and Access Management (IAM)",
            "IAM Identity Center",
        ]
        topics = Page.objects.filter(kind="topic").order_by("position")
        assert [page.title for page in topics][:6] == [
            "AWS",
            "How AWS Thinks of the Application Stack",
            "lol",
            "Setup",
            "Questions",
            "Brain dump",
        ]
        assert topics[6].title.startswith("What to do if you don't remember the URL")
        assert len(topics) == 7

    def test_gives_one_checklist_of_ten_with_eight_done(self):
        items = ChecklistItem.objects.all()
        assert {(item.page.title, item.list_title) for item in items} == {
            ("AWS", "What do I need to learn?")
        }
        assert (items.count(), items.filter(state="done").count()) == (10, 8)
        named = {i.text: sorted(p.title for p in i.names.all()) for i in items if i.names.exists()}
        assert named == {
            "DynamoDB": ["DynamoDB"],
            "S3": ["S3"],
            "API Gateway": ["API Gateway"],
            "Step Functions": ["Step Functions"],
            "ECS/EKS": ["ECS", "EKS"],
            "CloudFront": ["CloudFront"],
        }

    def test_gives_four_open_questions(self):
        assert [
            (q.page.title, q.text) for q in Question.objects.open().order_by("page__position")
        ] == [
            (
                "API Gateway",
                "I guess this is almost like Rails/Django where you can scaffold out an API?",
            ),
            ("API Gateway", "Does this use Lambda under the hood?"),
            ("S3", "What separates this from a relational db?"),
            ("Questions", "How would I set up CI/CD?"),
        ]
        assert not Question.objects.answered().exists()

    def test_gives_two_tags(self):
        aws = Page.objects.get(title="AWS")
        assert sorted(tag.name for tag in aws.tags.all()) == ["tools", "web-dev"]

    def test_comes_out_with_the_digest_it_went_in_with(self, tmp_path):
        call_command("export_markdown", str(tmp_path))
        assert hashlib.sha256((tmp_path / "AWS.md").read_bytes()).hexdigest() == self.SHA256


def test_the_examples_are_worth_looking_at():
    assert bring(EXAMPLES) == 0
    assert Page.objects.filter(kind="service").count() >= 20
    assert Category.objects.filter(pages__isnull=False).distinct().count() == 5
    assert set(ChecklistItem.objects.values_list("state", flat=True)) == {
        "open",
        "doing",
        "done",
        "na",
    }
    assert Question.objects.open().exists()
    assert Question.objects.answered().exists()
