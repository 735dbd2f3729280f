"""Example notes give way to one's own."""

import pytest
from django.core.management import call_command

from services.models import Attachment, ChecklistItem, Document, Page
from services.pages.examples import example_documents
from services.pages.revise import revise
from services.pages.tick import tick
from services.pages.trash import throw_away
from tests.conftest import EXAMPLES

pytestmark = pytest.mark.django_db

OFFER = "Remove the examples"


@pytest.fixture
def examples():
    call_command("import_markdown", str(EXAMPLES), verbosity=0)


def test_an_editor_is_offered_to_remove_them(examples, as_editor):
    assert OFFER in as_editor.get("/").content.decode()
    answer = as_editor.post("/examples/remove/", follow=True)
    text = answer.content.decode()
    assert "example pages are removed." in text
    assert OFFER not in text
    assert not Page.objects.exists()
    assert not Document.objects.exists()
    assert not Attachment.objects.exists()


def test_a_reader_is_not(examples, as_reader):
    assert OFFER not in as_reader.get("/").content.decode()


def test_pages_that_were_changed_stay(examples, as_editor):
    s3 = Page.objects.get(title="S3")
    revise(s3, "My own words.\n", version=s3.version)
    as_editor.post("/examples/remove/")
    assert [page.title for page in Page.objects.all()] == ["S3"]
    assert not example_documents().exists()


@pytest.mark.parametrize("thrown", [False, True])
def test_pages_that_a_reason_was_given_on_stay(examples, as_editor, thrown):
    item = ChecklistItem.objects.filter(state="done").select_related("page").first()
    tick(item.pk, "done", by=None, why="Read it")
    if thrown:
        throw_away(item.page, by=None)
    as_editor.post("/examples/remove/")
    assert Page.everything.get() == item.page


def test_those_in_the_trash_go_too(examples, as_editor):
    for page in Page.objects.all():
        throw_away(page, by=None)
    as_editor.post("/examples/remove/")
    assert not Page.everything.exists()


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


def test_their_pictures_leave_no_file_behind(
    examples, as_editor, settings, django_capture_on_commit_callbacks
):
    def files() -> list[str]:
        return [path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]

    assert files()
    with django_capture_on_commit_callbacks(execute=True):
        as_editor.post("/examples/remove/")
    assert files() == []
