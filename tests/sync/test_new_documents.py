"""Documents for pages that were not imported, and the way back."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from services.models import Category, Page
from services.sync.export import export_to
from tests.support.pages import make_service, make_topic
from tests.sync.test_export import round_trip

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_a_page_without_a_document_is_written_by_category_and_title(tmp_path):
    make_service(title="SQS", category=Category.objects.get(name="Integration"), notes="Queues.\n")
    make_topic(title="CI/CD: why?", notes="Because.\n", aliases=["pipelines"])
    export_to(tmp_path)
    assert (tmp_path / "Integration" / "SQS.md").read_text() == "Queues.\n"
    topic = tmp_path / "Topics" / "CI-CD- why.md"
    assert topic.read_text() == (
        "---\ntitle: 'CI/CD: why?'\nkind: topic\naliases:\n- pipelines\n---\nBecause.\n"
    )


def test_importing_an_export_of_free_pages_makes_no_second_ones(tmp_path, capsys):
    make_service(title="SQS", category=Category.objects.get(name="Integration"))
    make_topic(title="CI/CD: why?", notes="# A heading\n\nBecause.\n")
    export_to(tmp_path)
    call_command("import_markdown", str(tmp_path))
    assert "Done: 2 unchanged." in capsys.readouterr().out
    assert Page.objects.count() == 2


@pytest.mark.parametrize(
    ("title", "notes"),
    [
        ("Mine", "# Head\n\nText.\n"),
        ("Mine", "Intro.\n\n## Compute\n\n### ECS\n\nContainers.\n"),
        ("S3", "Not the service.\n"),
        ("Dashes", "---\nno: front matter\n---\n"),
        ("日" * 100, "Long.\n"),
        ("C #", "Sharp.\n"),
    ],
)
def test_a_free_page_comes_back_as_it_is(title, notes, tmp_path):
    make_topic(title=title, notes=notes)
    before = list(Page.objects.values_list("kind", "title", "notes"))
    assert round_trip(tmp_path) == {}
    assert list(Page.objects.values_list("kind", "title", "notes")) == before
