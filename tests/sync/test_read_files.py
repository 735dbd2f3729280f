"""Files that are broken, hostile or huge: correct pages or one clear line, never a traceback."""

from __future__ import annotations

import os

import pytest
from django.core.management import call_command

from services.models import Document, Page
from services.sync.read_files import FileRefused, decode, encode

pytestmark = pytest.mark.django_db


@pytest.fixture
def bring(tmp_path, capsys):
    """Import a folder with one file of these bytes beside a good one; returns (status, stderr)."""

    def bring(data: bytes, name: str = "bad.md") -> tuple[int, str]:
        notes = tmp_path / "notes"
        notes.mkdir(exist_ok=True)
        (notes / name).write_bytes(data)
        (notes / "good.md").write_text("Good.\n")
        try:
            call_command("import_markdown", str(notes))
            status = 0
        except SystemExit as stop:
            status = int(stop.code or 0)
        assert Page.objects.filter(title="good").exists()
        return status, capsys.readouterr().err

    return bring


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"latin \xe9\n", "it is not UTF-8 text (line 1)"),
        (b"one\ntwo\n\xff\xff\n", "it is not UTF-8 text (line 3)"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "it is a binary file"),
        (b"text with a \x00 in it", "it is a binary file"),
        (b"\xff\xfeodd", "it begins like UTF-16 but is not"),
        (b"\xff\xfe\x00\x00", "it is a binary file"),
        (b"\xff\xfe\x00\xd8", "it begins like UTF-16 but is not"),
        (b"\xed\xa0\x80 a lone surrogate", "it is not UTF-8 text"),
    ],
)
def test_what_is_no_text_is_refused_by_name_and_reason(bring, data, reason):
    status, err = bring(data)
    assert status == 1
    assert f"refused   bad.md: {reason}" in err
    assert err.count("\n") == 1
    assert Document.objects.get().path == "good.md"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        "UTF-16 note\n".encode("utf-16"),
        b"a\rb\r",
        b"\xef\xbb\xbf\xef\xbb\xbfx",
    ],
)
def test_text_decodes_and_encodes_to_the_same_bytes(data):
    text, encoding = decode(data)
    assert encode(text, encoding) == data


def test_what_decodes_says_why_it_cannot():
    with pytest.raises(FileRefused, match="binary"):
        decode(b"\0")


def test_a_file_that_cannot_be_read_is_refused(bring, tmp_path):
    (tmp_path / "notes").mkdir()
    os.mkfifo(tmp_path / "notes" / "pipe.md")
    (tmp_path / "notes" / "dangling.md").symlink_to(tmp_path / "notes" / "nowhere")
    status, err = bring(b"fine")
    assert status == 1
    assert "pipe.md: it is no ordinary file" in err
    assert "dangling.md: it is no ordinary file" in err


def test_a_link_out_of_the_folder_is_not_followed(bring, tmp_path):
    (tmp_path / "secret.md").write_text("secret")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "link.md").symlink_to(tmp_path / "secret.md")
    status, err = bring(b"fine")
    assert status == 1
    assert "link.md: it is a link to a file outside the folder" in err
    assert not Page.objects.filter(notes="secret").exists()


def test_an_unreadable_file_is_refused(bring, tmp_path, monkeypatch):
    from pathlib import Path

    def read_bytes(path: Path) -> bytes:
        if path.name == "locked.md":
            raise PermissionError(13, "Permission denied")
        with path.open("rb") as file:
            return file.read()

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    status, err = bring(b"x", name="locked.md")
    assert (status, err) == (1, "refused   locked.md: it cannot be read (Permission denied)\n")


def test_a_file_over_the_limit_is_refused(bring, settings):
    settings.NOTE_MAX_BYTES = 1024
    status, err = bring(b"x" * 2048)
    assert status == 1
    assert "bad.md: it is larger than" in err


BOMB = (
    b"---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\n"
    b"c: &c [*b,*b,*b,*b,*b,*b]\ntags: *c\n---\ntext\n"
)
DEEP_YAML = b"---\na: " + b"[" * 5000 + b"\n---\ntext\n"


@pytest.mark.parametrize(
    "data",
    [
        b"---\ntags: [a\n---\ntext\n",
        b"---\nnever: closed\n\ntext\n",
        BOMB,
        DEEP_YAML,
        b"---\n" + b"a: b\n" * 50_000 + b"---\ntext\n",
        b"---\ncreated: 99999-99-99\ntags: {a: b}\naliases: 7\ntitle: [x]\n---\ntext\n",
        b"---\ntags: !!python/object/apply:os.system ['true']\n---\ntext\n",
    ],
    ids=["broken", "unclosed", "aliases", "deep", "long", "odd", "hostile"],
)
def test_odd_front_matter_never_stops_an_import(bring, data, tmp_path):
    status, _ = bring(data)
    assert status == 0
    call_command("export_markdown", str(tmp_path / "out"))
    assert (tmp_path / "out" / "bad.md").read_bytes() == data


HUGE = {
    "20 MB": b"".join([b"Some words about buckets and queues. " * 30, b"\n\n"] * 18_000),
    "long line": b"word " * 20_000 + b"\n",
    "one long word": b"x" * 100_000 + b"\n",
    "headings": b"".join(b"## Heading %d\n\ntext\n\n" % n for n in range(3_000)),
    "services": b"# Compute\n" + b"".join(b"## Thing %d\n\ntext\n\n" % n for n in range(3_000)),
    "one title": b"# Compute\n" + b"## Same\n\ntext\n\n" * 3_000,
    "deep quotes": b"> " * 1_000 + b"deep\n",
    "deep lists": b"".join(b"  " * n + b"- [ ] level\n" for n in range(1_000)),
    "brackets": b"[" * 50_000 + b"\n",
    "tasks": b"- [ ] task\n" * 5_000,
    "long title": b"# " + b"long " * 20_000 + b"\n",
}


@pytest.mark.soak
@pytest.mark.parametrize("name", HUGE)
def test_huge_notes_import_open_and_come_out_the_same(bring, name, as_reader, tmp_path):
    status, err = bring(HUGE[name])
    assert (status, err) == (0, "")
    document = Document.objects.get(path="bad.md")
    for section in document.sections.exclude(page=None)[:3]:
        assert as_reader.get(section.page.get_absolute_url()).status_code == 200
    for url in ("/", "/checklist/", "/questions/"):
        assert as_reader.get(url).status_code == 200
    call_command("export_markdown", str(tmp_path / "out"))
    assert (tmp_path / "out" / "bad.md").read_bytes() == HUGE[name]
