"""Zipped folders: unpacked and imported like folders, and refused where they could do harm."""

from __future__ import annotations

import io
import os
import stat
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from services.admin import importing
from services.models import Attachment, Document, Page
from services.pages.revise import revise
from services.sync import zips
from tests.support.html_forms import fields_of
from tests.support.pictures import PDF, picture
from tests.support.storages import S3Server

pytestmark = pytest.mark.django_db
IMPORT = "/admin/services/document/import/"
Entries = dict[str | ZipInfo, bytes]
NOTES: Entries = {
    "vault/AWS.md": b"![](img/a.png) [[b.pdf]]\n",
    "vault/Topics/One.md": b"Words.\n",
    "vault/img/a.png": picture(),
    "vault/files/b.pdf": PDF,
    "vault/.obsidian/app.json": b"{}",
    "vault/.obsidian/Hidden.md": b"Hidden.\n",
    "vault/.git/x.md": b"Hidden.\n",
    "__MACOSX/vault/._AWS.md": b"\0\5\26",
}


@pytest.fixture(autouse=True)
def room(settings, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    return Path(settings.VAR_DIR / "imports")


def zipped(entries: Entries, packing: int = ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), ZipFile(buffer, "w", packing) as file:
        warnings.simplefilter("ignore")
        for name, data in entries.items():
            file.writestr(name, data)
    return buffer.getvalue()


def bring(folder: Path, data: bytes, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What the command says to a zip."""
    file = folder / "vault.zip"
    file.write_bytes(data)
    try:
        call_command("import_markdown", str(file), *options)
    except SystemExit as ended:
        assert ended.code == 1
    said = capsys.readouterr()
    return said.out + said.err


def paths() -> list[str]:
    return sorted(Document.objects.values_list("path", flat=True))


def test_a_zipped_vault_is_imported_like_the_folder(storage, tmp_path, capsys, room):
    said = bring(tmp_path, zipped(NOTES), capsys)
    assert "2 created; 2 attachments imported" in said
    assert paths() == ["AWS.md", "Topics/One.md"]
    assert set(Attachment.objects.values_list("reference", flat=True)) == {"img/a.png", "b.pdf"}
    assert list(room.iterdir()) == []


def test_the_same_zip_again_changes_nothing_and_a_later_one_tells_what_is_gone(tmp_path, capsys):
    bring(tmp_path, zipped(NOTES), capsys)
    assert "Done: 2 unchanged." in bring(tmp_path, zipped(NOTES), capsys)
    fewer = {name: data for name, data in NOTES.items() if "One" not in str(name)}
    assert "its file is no longer there" in bring(tmp_path, zipped(fewer), capsys)


def test_a_zip_without_one_folder_around_it_is_taken_as_it_is(tmp_path, capsys):
    bring(tmp_path, zipped({"AWS.md": b"x\n", "Topics/One.md": b"y\n"}), capsys)
    assert paths() == ["AWS.md", "Topics/One.md"]


def flagged(name: str, bits: int) -> Callable[[bytes], bytes]:
    """Change an entry's flags, in its own header and in the list of entries."""

    def change(data: bytes) -> bytes:
        changed = bytearray(data)
        for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
            start = data.index(mark)
            changed[start + at] = (changed[start + at] | bits) & 0xFF
        return bytes(changed)

    return change


def named(raw: bytes) -> bytes:
    """A zip with one note whose name has these bytes, and no mark of UTF-8."""
    data = zipped({"x" * len(raw): b"Words\n"})
    return data.replace(b"x" * len(raw), raw)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("Größe.md".encode(), "Größe.md"),
        ("Größe.md".encode("cp437"), "Größe.md"),
        (b"Topics\\One.md", "One.md"),
        (b"./One.md", "One.md"),
    ],
)
def test_names_are_read_in_either_encoding_and_with_either_slash(tmp_path, capsys, raw, path):
    bring(tmp_path, named(raw), capsys)
    assert paths() == [path]


@pytest.mark.parametrize(
    "name",
    ["../evil.md", "a/../../evil.md", "/evil.md", "C:/evil.md", "C:evil.md", "..\\evil.md"],
)
def test_an_entry_that_leads_out_of_its_folder_stops_the_zip(tmp_path, capsys, name, room):
    said = bring(tmp_path, zipped({"Good.md": b"x\n", name: b"y\n"}), capsys)
    assert "leads out of its folder" in said
    assert not Document.objects.exists()
    assert not list(tmp_path.rglob("evil.md"))
    assert list(room.iterdir()) == []


def test_links_in_a_zip_are_not_followed(tmp_path, capsys):
    link, fifo = ZipInfo("link.md"), ZipInfo("pipe.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    fifo.external_attr = (stat.S_IFIFO | 0o600) << 16
    said = bring(tmp_path, zipped({link: b"/etc/passwd", fifo: b"", "Good.md": b"x\n"}), capsys)
    assert "refused   link.md: it is a link" in said
    assert paths() == ["Good.md"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no zip", "it is no zip file, or a broken one"),
        (zipped(NOTES)[:-40], "it is no zip file, or a broken one"),
        (zipped(NOTES)[:300] + zipped(NOTES)[340:], "it is no zip file, or a broken one"),
        (zipped({"a.md": b"words"}, ZIP_STORED).replace(b"words", b"sword"), "broken"),
        (flagged("a.md", 1)(zipped({"a.md": b"x"})), "it is encrypted"),
        (zipped({"a.md": b"x"}, ZIP_LZMA), "packed in a way"),
        (named(b"a\0b.md"), "is not a valid file name"),
        (named(b"a\nb.md"), "is not a valid file name"),
        (zipped({"a" * 300 + ".md": b"x"}), "is too long"),
        (zipped({"a.md": b"x", "a.md/b.md": b"y"}), "it cannot be unpacked"),
        (zipped({"a.txt": b"x"}), "it holds no Markdown (.md) file"),
        (zipped({}), "it holds no Markdown (.md) file"),
    ],
)
def test_what_is_wrong_with_a_zip_is_one_sentence(tmp_path, capsys, data, words, room):
    said = bring(tmp_path, data, capsys)
    assert words in said
    assert "vault.zip: " in said
    assert not Document.objects.exists()
    assert list(room.iterdir()) == []


def test_two_entries_of_one_name_are_refused(tmp_path, capsys):
    one, two = ZipInfo("a.md"), ZipInfo("a.md")
    said = bring(tmp_path, zipped({one: b"x", two: b"y"}), capsys)
    assert "it holds “a.md” twice" in said


def test_bombs_are_not_unpacked(tmp_path, capsys, monkeypatch, room):
    unpacked = []
    monkeypatch.setattr(zips, "_unpack", lambda *args: unpacked.append(args))
    bomb = zipped({"a.md": b"\0" * (zips.ANY_RATIO_BELOW + 1)})
    assert "much larger than notes and files ever do" in bring(tmp_path, bomb, capsys)
    monkeypatch.setattr(zips, "MAX_BYTES", 1000)
    assert "unpacked it has more than" in bring(tmp_path, zipped({"a.md": b"x" * 1001}), capsys)
    monkeypatch.setattr(zips, "MAX_ENTRIES", 2)
    many: Entries = {f"{n}.md": b"x" for n in range(3)}
    assert "it holds more than 2 files" in bring(tmp_path, zipped(many), capsys)
    assert not unpacked


def test_a_zip_that_lies_about_its_sizes_is_stopped(tmp_path, capsys, room):
    data = zipped({"a.md": b"x" * 100_000})
    said = bring(tmp_path, data.replace((100_000).to_bytes(4, "little"), b"\5\0\0\0"), capsys)
    assert "broken" in said
    assert not Document.objects.exists()


def test_an_endless_list_of_entries_is_not_read(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(zips, "MAX_READ_BYTES", 70_000)
    many: Entries = {f"{n}.md": b"" for n in range(2000)}
    assert "or a broken one" in bring(tmp_path, zipped(many), capsys)


def test_a_dry_run_of_a_zip_writes_nothing(tmp_path, capsys):
    said = bring(tmp_path, zipped(NOTES), capsys, "--dry-run")
    assert "Would be: 2 created; 2 attachments imported." in said
    assert not Document.objects.exists()


# -- in the admin --------------------------------------------------------------------------------


def upload(client: Client, data: bytes, name: str = "vault.zip"):
    return client.post(IMPORT, {"files": [SimpleUploadedFile(name, data)]})


def test_a_zip_is_planned_first_and_applied_then(storage, as_editor, editor, room):
    response = upload(as_editor, zipped(NOTES))
    html = response.content.decode()
    assert "2 pages created, 2 attachments imported" in html
    assert not Document.objects.exists()
    assert len(list(room.iterdir())) == 1
    done = as_editor.post(IMPORT, fields_of(response), follow=True)
    assert "Imported: 2 pages created, 2 attachments imported." in done.content.decode()
    assert paths() == ["AWS.md", "Topics/One.md"]
    assert set(Document.objects.values_list("folder", flat=True)) == {""}
    assert Attachment.objects.get(reference="b.pdf").created_by == editor
    assert list(room.iterdir()) == []


def test_what_cannot_come_along_is_told_before_and_after(as_editor, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    notes: Entries = {"n.md": b"![](a.png) [w](b.bin)\n", "a.png": picture()[:-9]}
    response = upload(as_editor, zipped(notes | {"b.bin": b"x" * 1001}))
    assert "the file b.bin was left out: This file is too large" in response.content.decode()
    html = as_editor.post(IMPORT, fields_of(response), follow=True).content.decode()
    assert "Imported: 1 page created." in html
    assert "“n.md”: the file a.png was left out: This picture is broken" in html
    assert "“n.md”: the file b.bin was left out" in html


def test_a_storage_that_is_down_is_told_after(s3: S3Server, as_editor):
    response = upload(as_editor, zipped(NOTES))
    s3.stop()
    html = as_editor.post(IMPORT, fields_of(response), follow=True).content.decode()
    assert "Imported: 2 pages created." in html
    assert "b.pdf (AWS.md), img/a.png (AWS.md)" in html


def test_a_broken_zip_is_a_form_error_and_not_kept(as_editor, room):
    response = upload(as_editor, b"no zip")
    assert response.status_code == 400
    assert "vault.zip: it is no zip file, or a broken one." in response.content.decode()
    assert list(room.iterdir()) == []


def test_a_zip_comes_alone_and_not_too_large(as_editor, monkeypatch):
    sent = [SimpleUploadedFile("a.zip", zipped(NOTES)), SimpleUploadedFile("b.md", b"x")]
    response = as_editor.post(IMPORT, {"files": sent})
    assert "Upload a zip by itself." in response.content.decode()
    monkeypatch.setattr(importing, "MAX_ZIP", 100)
    assert "larger than" in upload(as_editor, zipped(NOTES)).content.decode()


def test_a_zip_that_is_gone_is_asked_for_again(as_editor, room):
    fields = fields_of(upload(as_editor, zipped(NOTES)))
    for file in room.iterdir():
        file.unlink()
    done = as_editor.post(IMPORT, fields, follow=True)
    assert "Choose the files again" in done.content.decode()
    assert not Document.objects.exists()


def test_zips_wait_for_a_day_at_most(as_editor, room):
    upload(as_editor, zipped(NOTES))
    (left,) = room.iterdir()
    (room / "cut-short").mkdir()
    (room / "cut-short" / "x").write_bytes(b"x")
    old = time.time() - zips.MAX_AGE_SECONDS - 1
    os.utime(left, (old, old))
    os.utime(room / "cut-short", (old, old))
    upload(as_editor, zipped(NOTES))
    assert len(list(room.iterdir())) == 1
    assert not left.exists()


def test_what_a_form_names_is_only_ever_a_zip_of_ours(as_editor, tmp_path):
    (tmp_path / "var").mkdir(exist_ok=True)
    (tmp_path / "var" / "secret.zip").write_bytes(zipped(NOTES))
    assert zips.find_zip("../secret") is None
    fields = fields_of(upload(as_editor, zipped(NOTES)))
    forged = fields | {"packed": str(fields["packed"])[:-1]}
    done = as_editor.post(IMPORT, forged, follow=True)
    assert "Choose the files again" in done.content.decode()


def test_a_plan_for_a_zip_that_is_no_longer_true_is_shown_again(as_editor):
    as_editor.post(IMPORT, fields_of(upload(as_editor, zipped(NOTES))))
    newer = upload(as_editor, zipped(NOTES | {"vault/Topics/One.md": b"Other words.\n"}))
    page = Page.objects.get(title="One")
    revise(page, "Changed here\n", version=page.version)
    response = as_editor.post(IMPORT, fields_of(newer))
    assert response.status_code == 409
    assert as_editor.post(IMPORT, fields_of(response)).status_code == 302
