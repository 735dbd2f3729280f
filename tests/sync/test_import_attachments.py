"""Files that imported notes refer to: which are taken along, when again, and what is left out."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from services.attachments.errors import STORAGE_ERRORS
from services.attachments.manage import replace
from services.models import Attachment, Link, Page
from tests.support.pictures import PDF, ZIP, located, picture
from tests.support.queries import queries
from tests.support.storages import S3Server, objects

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def write(folder: Path, **files: str | bytes) -> None:
    put(folder, {f"{name}.md": data for name, data in files.items()})


def put(folder: Path, files: dict[str, str | bytes]) -> None:
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    folder.mkdir()
    return folder


def bring(vault: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What the command says."""
    call_command("import_markdown", str(vault), *options)
    said = capsys.readouterr()
    return said.out + said.err


def references() -> dict[str, str]:
    return dict(Attachment.objects.values_list("reference", "name"))


def bytes_of(row: Attachment) -> bytes:
    with default_storage.open(str(row.file.name)) as file:
        return bytes(file.read())


def test_files_of_any_kind_come_along(storage, vault, capsys):
    put(
        vault,
        {
            "Notes.md": "![](img/a.png) [paper](files/b.pdf) ![[c.zip]] [song](d.mp3)\n",
            "Again.md": "[paper](files/b.pdf)\n",
            "img/a.png": picture(),
            "files/b.pdf": PDF,
            "c.zip": ZIP,
            "d.mp3": b"ID3 song",
            "nobody.pdf": PDF + b"%",
        },
    )
    assert "4 attachments imported" in bring(vault, capsys)
    assert references() == {
        "img/a.png": "a.png",
        "files/b.pdf": "b.pdf",
        "c.zip": "c.zip",
        "d.mp3": "d.mp3",
    }
    assert Page.objects.get(title="Notes").notes == (vault / "Notes.md").read_text()
    papers = Attachment.objects.filter(name="b.pdf")
    assert [bytes_of(row) for row in papers] == [PDF, PDF]
    assert len({row.file.name for row in papers}) == 1


def test_unchanged_files_are_not_stored_again(storage, vault, capsys):
    put(vault, {"Notes.md": "![](a.jpg) ![](b.png)\n", "a.jpg": located(), "b.png": picture()})
    bring(vault, capsys)
    before, keys = list(Attachment.objects.values()), objects()
    assert (
        Attachment.objects.get(name="a.jpg").sha256
        != Attachment.objects.get(name="a.jpg").source_sha256
    )
    assert "taken along" not in bring(vault, capsys)
    assert list(Attachment.objects.values()) == before
    # As rows are that were stored before this was remembered.
    Attachment.objects.update(imported_sha256="")
    assert "taken along" not in bring(vault, capsys)
    assert list(Attachment.objects.values()) == before
    assert objects() == keys


def test_a_changed_file_takes_the_place_of_the_old_one(
    storage, vault, capsys, django_capture_on_commit_callbacks
):
    put(vault, {"Notes.md": "[w](a.pdf)\n", "a.pdf": PDF})
    bring(vault, capsys)
    row = Attachment.objects.get()
    put(vault, {"a.pdf": PDF + b"%changed"})
    with django_capture_on_commit_callbacks(execute=True):
        assert "1 attachment imported" in bring(vault, capsys)
    assert Attachment.objects.get().pk == row.pk
    assert bytes_of(Attachment.objects.get()) == PDF + b"%changed"
    assert objects() == {str(Attachment.objects.get().file.name)}


def test_a_file_that_was_replaced_here_is_not_put_back(vault, capsys, tmp_path):
    put(vault, {"Notes.md": "[w](a.pdf)\n", "a.pdf": PDF})
    bring(vault, capsys)
    put(tmp_path, {"mine.pdf": PDF + b"%mine"})
    with (tmp_path / "mine.pdf").open("rb") as file:
        replace(Attachment.objects.get(), file)
    assert "note" not in bring(vault, capsys)
    assert bytes_of(Attachment.objects.get()) == PDF + b"%mine"
    put(vault, {"a.pdf": PDF + b"%theirs"})
    assert "it was changed here and in the folder; the one here stays" in bring(vault, capsys)
    assert bytes_of(Attachment.objects.get()) == PDF + b"%mine"


def test_a_file_that_was_deleted_here_stays_in_the_trash(vault, capsys):
    put(vault, {"Notes.md": "[w](a.pdf)\n", "a.pdf": PDF})
    bring(vault, capsys)
    Attachment.objects.update(trashed_at=timezone.now())
    put(vault, {"a.pdf": PDF + b"%changed"})
    assert "note" not in bring(vault, capsys)
    assert Attachment.objects.get().trashed_at
    assert bytes_of(Attachment.objects.get()) == PDF


def test_what_cannot_be_stored_is_told_and_stops_nothing(vault, capsys, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    put(
        vault,
        {
            "Notes.md": "![](broken.png) [w](large.bin) [w](empty.txt) [w](good.pdf)\n",
            "broken.png": picture()[:-20],
            "large.bin": b"x" * 1001,
            "empty.txt": b"",
            "good.pdf": PDF,
        },
    )
    said = bring(vault, capsys)
    for name in ("broken.png", "large.bin", "empty.txt"):
        assert f"Notes.md: the file {name} was left out: This" in said
    assert "1 created; 1 attachment imported" in said
    assert references() == {"good.pdf": "good.pdf"}


def test_no_more_files_than_a_page_may_have(vault, capsys, settings):
    settings.UPLOAD_MAX_FILES = 1
    put(vault, {"Notes.md": "[w](a.pdf) [w](b.pdf)\n", "a.pdf": PDF, "b.pdf": PDF + b"%"})
    assert "Notes.md: the file b.pdf was left out: “Notes” has 1 files" in bring(vault, capsys)


def test_a_storage_that_is_down_stops_no_notes(s3: S3Server, vault, capsys):
    put(
        vault,
        {
            "One.md": "![](a.png)\n",
            "Two.md": "[w](b.pdf)\n",
            "a.png": picture(),
            "b.pdf": PDF,
        },
    )
    s3.stop()
    said = bring(vault, capsys)
    assert "2 created" in said
    assert said.count("left out") == 1
    assert "a.png (One.md), b.pdf (Two.md)" in said
    assert Page.objects.count() == 2
    assert not Attachment.objects.exists()
    s3.start()
    assert "2 attachments imported" in bring(vault, capsys)
    assert Attachment.objects.count() == Link.objects.exclude(attachment=None).count() == 2


def test_a_storage_that_is_down_is_asked_once(vault, capsys):
    put(vault, {f"{n}.md": f"[w]({n}.pdf)\n" for n in range(9)})
    put(vault, {f"{n}.pdf": PDF + bytes([65 + n]) for n in range(9)})
    with mock.patch.object(default_storage, "save", side_effect=STORAGE_ERRORS[-1]) as save:
        bring(vault, capsys)
    assert save.call_count == 1


def test_a_dry_run_says_what_would_come_along(vault, capsys, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    put(vault, {"N.md": "[w](a.pdf) [w](b.pdf)\n", "a.pdf": PDF, "b.pdf": b"x" * 1001})
    said = bring(vault, capsys, "--dry-run")
    assert "Would be: 1 created; 1 attachment imported." in said
    assert "N.md: the file b.pdf was left out: This file is too large" in said
    assert not Attachment.objects.exists()
    bring(vault, capsys)
    assert "taken along" not in bring(vault, capsys, "--dry-run")
    put(vault, {"a.pdf": PDF + b"%"})
    assert "1 attachment imported" in bring(vault, capsys, "--dry-run")


def test_links_to_files_lead_there(vault, capsys, as_reader):
    put(
        vault,
        {
            "Notes.md": "[words](a.pdf#page=2) ![[a.pdf#page=3]]\n"
            "![[b c.zip|pack]] [[b c.zip#x.y=4]]\n"
            "![](img/p.png) ![[in/d.txt]] ![](in/d.txt)\n\n- [ ] Read [it](a.pdf)\n",
            "a.pdf": PDF,
            "b c.zip": ZIP,
            "img/p.png": picture(),
            "in/d.txt": b"Words",
        },
    )
    bring(vault, capsys)
    pdf, pack, shown = (
        Attachment.objects.get(reference=name).get_absolute_url()
        for name in ("a.pdf", "b c.zip", "img/p.png")
    )
    html = as_reader.get("/topics/notes/").content.decode()
    assert f'href="{pdf}#page=2"' in html
    assert ">words</a>" in html
    assert f'href="{pdf}#page=3"' in html
    assert ">a.pdf</a>" in html
    assert f'href="{pack}"' in html
    assert ">pack</a>" in html
    assert f'href="{pack}#x.y=4"' in html
    assert html.count(">d.txt</a>") == 2
    assert f'<img src="{shown}"' in html
    assert f'href="{pdf}"' in as_reader.get("/checklist/").content.decode()


def test_a_page_with_files_takes_one_query_more_than_one_without(vault, capsys, as_reader):
    put(vault, {"One.md": "Words\n", "Two.md": "[w](a.pdf) ![](b.png)\n"})
    put(vault, {"a.pdf": PDF, "b.png": picture()})
    bring(vault, capsys)
    as_reader.get("/")
    without = len(queries(lambda: as_reader.get("/topics/one/")))
    assert len(queries(lambda: as_reader.get("/topics/two/"))) == without + 1
