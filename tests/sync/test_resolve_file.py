"""The file that a reference in a note means: found as Obsidian does, and inside the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.models import Attachment, Link, Page
from tests.support.pictures import PDF
from tests.sync.test_import_attachments import bring, bytes_of, put, references

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("written", "file"),
    [
        ("[w](files/a.pdf)", "deep/files/a.pdf"),
        ("[w](./files/a.pdf)", "deep/files/a.pdf"),
        ("[w](../files/a.pdf)", "files/a.pdf"),
        ("[w](files/../a.pdf)", "deep/a.pdf"),
        ("[w](files/a%20b.pdf)", "deep/files/a b.pdf"),
        ("[w](<files/a b.pdf>)", "deep/files/a b.pdf"),
        ("[w](files/a.pdf#page=3)", "deep/files/a.pdf"),
        ("[w](files/a.pdf?v=2#x)", "deep/files/a.pdf"),
        ("[w](a%3Fb.pdf)", "deep/a?b.pdf"),
        ("[w](files\\a.pdf)", "deep/files/a.pdf"),
        ("[w][ref]\n\n[ref]: files/a.pdf 'Title'", "deep/files/a.pdf"),
        ("[a.pdf]\n\n[a.pdf]: <../a.pdf>", "a.pdf"),
        ("![[a.pdf]]", "deep/a.pdf"),
        ("![[a.pdf#page=3]]", "deep/a.pdf"),
        ("[[a.pdf]] and [[a.pdf|words]]", "deep/a.pdf"),
        ("[[a.pdf]]", "a.pdf"),
        ("[[a.pdf]]", "deep/attachments/a.pdf"),
        ("[[a.pdf]]", "Attachments/a.pdf"),
        ("[[a.pdf]]", "some/where/else/a.pdf"),
        ("[[A.PDF]]", "some/where/a.pdf"),
        ("![[else/a.pdf]]", "some/where/else/a.pdf"),
        ("![[/some/a.pdf]]", "some/a.pdf"),
        ("[w](LICENSE)", "deep/LICENSE"),
        ("[w](u\u0308ber.pdf)", "deep/über.pdf"),
        ("[w](über.pdf)", "deep/u\u0308ber.pdf"),
    ],
)
def test_a_file_is_found_as_obsidian_finds_it(vault, capsys, written, file):
    put(vault, {"deep/Notes.md": f"{written}\n", file: PDF})
    bring(vault, capsys)
    row = Attachment.objects.get()
    link = Link.objects.get()
    assert (link.attachment, link.to, link.target) == (row, None, row.reference)


def test_a_file_beside_the_note_comes_before_others_of_its_name(vault, capsys):
    put(vault, {"deep/Notes.md": "[[a.pdf]]\n", "a.pdf": PDF, "deep/a.pdf": PDF + b"%"})
    bring(vault, capsys)
    assert bytes_of(Attachment.objects.get()) == PDF + b"%"


def test_a_name_that_several_files_have_is_asked_about(vault, capsys):
    put(vault, {"Notes.md": "[[a.pdf]]\n", "one/a.pdf": PDF, "two/a.pdf": PDF})
    said = bring(vault, capsys)
    assert "Notes.md: the file a.pdf was left out: there are several (one/a.pdf, two/a.pdf)" in said
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    "written",
    [
        "[w](../secret.pdf)",
        "[w](%2e%2e/secret.pdf)",
        "[w](deep/../../secret.pdf)",
        "![[../secret.pdf]]",
        "[w](..\\secret.pdf)",
        "[w](link.pdf)",
        "[w](linked/secret.pdf)",
        "[w](.hidden/a.pdf)",
        "[w](.a.pdf)",
        "[[.a.pdf]]",
        "[w](seen.pdf)",
        "[w](pipe.pdf)",
        "[w](folder.pdf)",
        "[[Other.md]] [w](Other.md)",
        "`[w](a.pdf)`",
        "[w](https://example.com/a.pdf)",
    ],
)
def test_nothing_outside_hidden_or_of_another_kind_is_taken(vault, capsys, written):
    put(
        vault,
        {
            "Notes.md": f"{written}\n",
            "Other.md": "Other.\n",
            "../secret.pdf": PDF,
            ".hidden/a.pdf": PDF,
            ".a.pdf": PDF,
            "a.pdf": PDF,
            "folder.pdf/x": b"x",
        },
    )
    (vault / "link.pdf").symlink_to(vault.parent / "secret.pdf")
    (vault / "linked").symlink_to(vault.parent, target_is_directory=True)
    (vault / "seen.pdf").symlink_to(vault / ".a.pdf")
    os.mkfifo(vault / "pipe.pdf")
    bring(vault, capsys)
    assert not Attachment.objects.exists()
    assert Page.objects.count() == 2


def test_a_single_note_finds_what_lies_beside_it_and_goes_through_no_folders(vault, capsys):
    put(vault, {"Notes.md": "[[a.pdf]] [[b.pdf]]\n", "a.pdf": PDF, "far/away/b.pdf": PDF})
    bring(vault / "Notes.md", capsys)
    assert references() == {"a.pdf": "a.pdf"}
