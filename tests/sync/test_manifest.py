"""Files of an export that its list tells of: back on their pages elsewhere, or edited there."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from services.attachments.manage import move_to_trash, replace
from services.models import Attachment, Document, Page
from services.pages.revise import revise
from services.pages.trash import destroy
from services.sync.export import export_to
from services.sync.manifest import LIST
from tests.support.pages import make_topic
from tests.support.pictures import PDF, picture
from tests.sync.test_export_attachments import bring, embed, files_in, kept, out, vault  # noqa: F401
from tests.sync.test_import_attachments import put

pytestmark = pytest.mark.django_db


def forget_everything() -> None:
    for page in Page.everything.all():
        destroy(page)
    Attachment.objects.all().delete()
    Document.objects.all().delete()


def bytes_of(row: Attachment) -> bytes:
    row.refresh_from_db()
    with default_storage.open(str(row.file.name)) as file:
        return bytes(file.read())


def exported(out: Path, data: bytes = PDF) -> tuple[Attachment, Path]:  # noqa: F811
    """A file that a page shows, and where an export wrote it."""
    topic = make_topic(title="Plan")
    row = kept(data, "a.pdf", topic)
    revise(topic, f"{embed(row)}\n", version=topic.version)
    export_to(out)
    return row, out / "attachments" / str(row.pk) / "a.pdf"


def test_another_site_gives_them_back_to_their_pages(storage, vault, out, capsys, editor):  # noqa: F811
    put(vault, {"AWS.md": "# AWS\n\n## S3\n\nOne.\n\n## EC2\n\n[w](a.pdf)\n", "a.pdf": PDF})
    bring(vault, capsys)
    kept(picture(), "b.png", Page.objects.get(title="S3"))
    html = kept(b"words", "c.txt")
    page = Page.objects.get(title="EC2")
    revise(page, f'<a href="{html.get_absolute_url()}">w</a>\n', version=page.version)
    kept(PDF + b"%", "d.pdf", make_topic(title="Plan"))
    Attachment.objects.filter(pk=html.pk).update(page=page)
    assert export_to(out).refused == []
    before = files_in(out)
    forget_everything()
    call_command("import_markdown", str(out), "--dry-run")
    assert "4 attachments imported" in capsys.readouterr().out
    assert Attachment.objects.count() == 0
    assert "4 attachments imported" in bring(out, capsys)
    found = {(row.name, row.page.title if row.page else "") for row in Attachment.objects.all()}
    assert found == {("a.pdf", "EC2"), ("b.png", "S3"), ("c.txt", "EC2"), ("d.pdf", "Plan")}
    # Nothing changes by doing either again, and what is deleted stays deleted.
    assert "taken along" not in bring(out, capsys)
    assert export_to(out).written == []
    assert files_in(out) == before
    move_to_trash(Attachment.objects.get(name="d.pdf"), by=editor)
    said = bring(out, capsys)
    assert "taken along" not in said
    assert "note" not in said
    assert Attachment.objects.live().count() == 3


def test_a_page_that_is_not_there_is_told(out, capsys):  # noqa: F811
    kept(PDF, "a.pdf", make_topic(title="Plan"))
    export_to(out)
    forget_everything()
    note = out / "Topics" / "Plan.md"
    note.write_text("# A\n\nOne.\n\n## S3\n\nTwo.\n\n## EC2\n\nThree.\n")
    assert "its page “Plan” is not here" in bring(out, capsys)
    assert Attachment.objects.count() == 0


def test_an_edited_file_takes_the_place_of_the_one_here(storage, out, capsys):  # noqa: F811
    row, file = exported(out)
    for number in range(2):
        data = PDF + b"%%%d" % number
        file.write_bytes(data)
        call_command("import_markdown", str(out), "--dry-run")
        said = capsys.readouterr().out
        assert f"replaced  attachments/{row.pk}/a.pdf" in said
        assert "1 unchanged; 1 attachment replaced" in said
        assert bytes_of(row) != data
        assert "1 attachment replaced" in bring(out, capsys)
        assert bytes_of(row) == data
        assert Page.objects.get().notes == f"{embed(row)}\n"
        assert "replaced" not in bring(out, capsys)
    assert Attachment.objects.count() == 1
    assert export_to(out).refused == []
    assert file.read_bytes() == data


def test_a_file_that_both_changed_stays_as_it_is_here(out, capsys):  # noqa: F811
    row, file = exported(out)
    replace(row, io.BytesIO(PDF + b"%here"))
    file.write_bytes(PDF + b"%there")
    call_command("import_markdown", str(out), "--dry-run")
    assert "the one here stays" in capsys.readouterr().err
    said = bring(out, capsys)
    assert f"attachments/{row.pk}/a.pdf: it was changed here and in the folder" in said
    assert "replaced" not in said
    assert bytes_of(row) == PDF + b"%here"


def test_an_old_export_does_not_bring_an_old_file_back(out, capsys, tmp_path):  # noqa: F811
    row, _ = exported(out)
    replace(row, io.BytesIO(PDF + b"%newer"))
    export_to(tmp_path / "newer")
    said = bring(out, capsys)
    assert "replaced" not in said
    assert "note" not in said
    assert bytes_of(row) == PDF + b"%newer"


def test_an_edited_file_that_was_deleted_here_stays_deleted(out, capsys, editor):  # noqa: F811
    row, file = exported(out)
    move_to_trash(row, by=editor)
    file.write_bytes(PDF + b"%there")
    assert "replaced" not in bring(out, capsys)
    assert bytes_of(row) == PDF


def test_a_document_that_is_left_alone_keeps_its_lines_in_the_list(out):  # noqa: F811
    exported(out)
    listed = (out / LIST).read_text()
    (out / "Topics" / "Plan.md").write_text("Somebody's.\n")
    assert len(export_to(out).refused) == 1
    assert (out / LIST).read_text() == listed


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"about": 1}', "[" * 100_000, "\udcff"])
def test_a_list_that_is_not_ours_is_no_list(out, capsys, text):  # noqa: F811
    _, file = exported(out)
    (out / LIST).write_bytes(text.encode(errors="surrogateescape"))
    file.write_bytes(PDF + b"%there")
    assert "replaced" not in bring(out, capsys)
    assert export_to(out).refused[-1] == (LIST, "another file is there; move it away")


@pytest.mark.parametrize("path", ["../evil.pdf", "/etc/hostname", ".git/a.pdf", "a\0b", "x" * 5000])
def test_a_list_leads_to_nothing_outside(out, capsys, path):  # noqa: F811
    row, _ = exported(out)
    (out.parent / "evil.pdf").write_bytes(PDF + b"%evil")
    told = json.loads((out / LIST).read_text())
    told["files"][0]["path"] = path
    told["files"].append(told["files"][0] | {"uuid": "x", "document": "../" * 9, "page": ""})
    (out / LIST).write_text(json.dumps(told))
    assert "replaced" not in bring(out, capsys)
    assert bytes_of(row) == PDF
    assert Attachment.objects.count() == 1
