"""What a file is, by its first bytes."""

from __future__ import annotations

import pytest

from services.attachments.sniff import INLINE, detect_kind, looks_like_picture
from tests.support.pictures import HTML, PDF, SVG, ZIP, picture

EBML = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82\x84"


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        (PDF, "application/pdf"),
        (ZIP, "application/zip"),
        (b"ID3\x03\0\0\0\0\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"OggS\0\x02", "audio/ogg"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x20ftypisom\0\0\2\0", "video/mp4"),
        (b"\0\0\0\x20ftypmp42\0\0\0\0", "video/mp4"),
        (b"\0\0\0\x20ftypM4A \0\0\2\0", "audio/mp4"),
        (EBML + b"webm", "video/webm"),
    ],
)
def test_types_that_browsers_show_are_detected_by_bytes(head: bytes, content_type: str) -> None:
    assert detect_kind(head).content_type == content_type


@pytest.mark.parametrize(
    "head",
    [
        SVG,
        HTML,
        b"hello",
        b"",
        b"\n%PDF-1.7",
        b"\0\0\0\x14ftypqt  \0\0\2\0",
        EBML + b"matroska",
        b"RIFF\x24\0\0\0AVI LIST",
        b"\xff\xfb\xf0\x00",
        b"\xff\xfe\x00\x00",
    ],
)
def test_everything_else_is_only_bytes(head: bytes) -> None:
    kind = detect_kind(head)
    assert (kind.content_type, kind.inline) == ("application/octet-stream", False)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_pictures_have_to_be_whole_ones(name: str) -> None:
    assert looks_like_picture(picture(name)[:64])


def test_nothing_that_can_run_is_shown_in_place() -> None:
    assert not [name for name in INLINE if "svg" in name or "html" in name or "xml" in name]
    assert "application/zip" not in INLINE
