"""The names of files: nothing in them deceives, breaks a header or leaves its folder."""

from __future__ import annotations

import pytest

from services.attachments.filenames import clean_name
from services.attachments.sniff import OTHER, PICTURES


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("a.png", "a.png"),
        ("A.PNG", "A.PNG"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\temp\\a.png", "a.png"),
        ("photo.jpg", "photo.png"),
        ("page.html", "page.png"),
        ("Version 1.2", "Version 1.2.png"),
        ("", "picture.png"),
        ("...", "picture.png"),
        (".png", "png.png"),
        ("a\0b\nc\x7f.png", "abc.png"),
        ("gnp.\u202egpj.png", "gnp.gpj.png"),
        ("日本語 схема.png", "日本語 схема.png"),
        ("نمودار\u200cها.png", "نمودار\u200cها.png"),
        ("e\u0301.png", "\u00e9.png"),
        ("x" * 300 + ".png", "x" * 146 + ".png"),
    ],
)
def test_a_picture_gets_an_extension_of_its_kind(name: str, cleaned: str) -> None:
    assert clean_name(name, PICTURES["PNG"]) == cleaned


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("notes.tar.gz", "notes.tar.gz"),
        ("a/b/Makefile", "Makefile"),
        ("", "file"),
        ("..", "file"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("x" * 300 + ".html", "x" * 145 + ".html"),
        ("a." + "x" * 300, ("a." + "x" * 300)[:150]),
        ('a"b;c\r\nX: y.txt', 'a"b;cX: y.txt'),
    ],
)
def test_other_files_keep_their_end(name: str, cleaned: str) -> None:
    assert clean_name(name, OTHER) == cleaned
