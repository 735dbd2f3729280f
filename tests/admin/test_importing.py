"""Markdown uploaded in the admin: the plan first, and nothing written before it is applied."""

from __future__ import annotations

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from services.admin import importing
from services.models import Document, Page
from services.pages.revise import revise
from tests.support.html_forms import fields_of

pytestmark = pytest.mark.django_db
IMPORT = "/admin/services/document/import/"
NOTES = b"# Compute\r\n\r\n## ECS\r\n\r\nWhy?\r\n\r\n## EKS\r\n\r\n<b>Pods</b>\r\n"


def upload(client: Client, **files: bytes):
    sent = [SimpleUploadedFile(f"{name}.md", data) for name, data in files.items()]
    return client.post(IMPORT, {"files": sent})


def test_the_plan_is_shown_and_nothing_written(as_editor: Client) -> None:
    response = upload(as_editor, AWS=NOTES, broken=b"a\0b")
    html = response.content.decode()
    assert response.status_code == 200
    assert not Document.objects.exists()
    assert not Page.objects.exists()
    assert html.count("fate-created") >= 2
    assert "broken.md" in html
    assert "binary" in html
    assert "1 refused" in html
    assert ">ECS<" in html


def test_the_shown_plan_is_applied(as_editor: Client, editor: object) -> None:
    response = upload(as_editor, AWS=NOTES)
    done = as_editor.post(IMPORT, fields_of(response), follow=True)
    created = "Imported: 2 pages created, 1 category heading created. <a"
    assert created in done.content.decode()
    ecs = Page.objects.get(title="ECS")
    assert "Why?\r\n" in ecs.notes
    assert ecs.updated_by == editor
    assert Document.objects.get().path == "AWS.md"


def test_the_same_file_again_changes_nothing(as_editor: Client) -> None:
    as_editor.post(IMPORT, fields_of(upload(as_editor, AWS=NOTES)))
    versions = list(Page.objects.values_list("pk", "version"))
    response = upload(as_editor, AWS=NOTES)
    assert "unchanged" in response.content.decode()
    as_editor.post(IMPORT, fields_of(response))
    assert list(Page.objects.values_list("pk", "version")) == versions


def test_a_plan_that_is_no_longer_true_is_shown_again(as_editor: Client) -> None:
    as_editor.post(IMPORT, fields_of(upload(as_editor, AWS=NOTES)))
    newer = upload(as_editor, AWS=NOTES.replace(b"Why?", b"Why not?"))
    ecs = Page.objects.get(title="ECS")
    revise(ecs, "Changed here meanwhile\r\n", version=ecs.version)
    response = as_editor.post(IMPORT, fields_of(newer))
    assert response.status_code == 409
    assert "fate-conflict" in response.content.decode()
    assert Page.objects.get(title="ECS").notes == "Changed here meanwhile\r\n"
    assert as_editor.post(IMPORT, fields_of(response)).status_code == 302
    assert Page.objects.get(title="ECS").section.theirs is not None


def test_files_that_were_tampered_with_are_refused(as_editor: Client) -> None:
    fields = fields_of(upload(as_editor, AWS=NOTES))
    forged = signing.dumps(["0" * 32, "notes.zip"], salt="other")
    for packed in (forged, str(fields["packed"])[:-1], ""):
        response = as_editor.post(IMPORT, fields | {"packed": packed}, follow=True)
        assert "Choose the files again" in response.content.decode()
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "This field is required"),
        ([("a.txt", b"x")], "a.txt is not a Markdown file"),
        ([(".a.md", b"x")], ".a.md is a hidden file"),
        ([("a.md", b"x"), ("a.md", b"y")], "Two of these files are called a.md"),
        ([("a.md", b"x" * 60), ("b.md", b"x" * 60)], "larger than"),
        ([("a.md", b"")], "empty"),
    ],
)
def test_unusable_files_are_form_errors(
    as_editor: Client, monkeypatch: pytest.MonkeyPatch, files: list[tuple[str, bytes]], words: str
) -> None:
    monkeypatch.setattr(importing, "MAX_ZIP", 100)
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    response = as_editor.post(IMPORT, {"files": sent})
    assert response.status_code == 400
    assert words in response.content.decode()


@pytest.mark.soak
def test_the_largest_upload_gets_through_both_steps(as_editor: Client) -> None:
    data = b"".join(f"Line {n}{' of something long' * 40}\n".encode() for n in range(20_000))
    assert len(data) < importing.MAX_ZIP
    response = upload(as_editor, big=data)
    assert response.status_code == 200
    assert as_editor.post(IMPORT, fields_of(response)).status_code == 302
    assert Page.objects.count() == 1
