"""Example notes give way to one's own."""

import pytest
from django.core.management import call_command

from services.models import Document, Page
from services.pages.revise import revise
from services.pages.trash import take_out
from tests.conftest import EXAMPLES

pytestmark = pytest.mark.django_db

OFFER = "Remove the examples"


@pytest.fixture
def examples():
    call_command("import_markdown", str(EXAMPLES), verbosity=0)


def test_an_editor_is_offered_to_remove_them(examples, as_editor):
    number = Page.objects.count()
    assert OFFER in as_editor.get("/").content.decode()
    asked = as_editor.get("/examples/remove/").content.decode()
    assert f"All {number} example pages go to the trash" in asked
    assert "changed" not in asked.partition("<main")[2]
    text = as_editor.post("/examples/remove/", follow=True).content.decode()
    assert f"Moved {number} example pages to the trash." in text
    assert OFFER not in text
    assert not Page.objects.exists()
    assert not Document.objects.exists()
    assert Page.everything.exclude(trashed_at=None).count() == number


def test_a_reader_is_not(examples, as_reader):
    assert OFFER not in as_reader.get("/").content.decode()


def test_those_that_were_changed_are_named_and_go_too(examples, as_editor):
    s3 = Page.objects.get(title="S3")
    revise(s3, "My own words.\n", version=s3.version)
    asked = as_editor.get("/examples/remove/").content.decode()
    named = asked.partition("these; they go too")[2].partition("</ul>")[0]
    assert named.count("<li>") == 1
    assert ">S3</a>" in named
    as_editor.post("/examples/remove/")
    restored = take_out(s3, by=None)
    assert (restored.title, restored.notes) == ("S3", "My own words.\n")


def test_other_notes_stay(examples, as_editor, tmp_path):
    (tmp_path / "Diary.md").write_text("Today.\n")
    call_command("import_markdown", str(tmp_path), verbosity=0)
    as_editor.post("/examples/remove/")
    assert [page.title for page in Page.objects.all()] == ["Diary"]
    assert OFFER not in as_editor.get("/").content.decode()


def test_removing_them_twice_is_harmless(examples, as_editor):
    as_editor.post("/examples/remove/")
    assert as_editor.post("/examples/remove/", follow=True).status_code == 200


def test_an_upload_is_warned_of_mixing_with_them(examples, as_editor):
    address = "/admin/services/document/import/"
    assert "remove the examples first" in as_editor.get(address).content.decode()
    as_editor.post("/examples/remove/")
    assert "remove the examples first" not in as_editor.get(address).content.decode()
