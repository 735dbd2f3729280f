"""Pictures that move keep every frame as it came, and forget the rest: place, camera, comments."""

from __future__ import annotations

import io
import struct
from zlib import crc32

import pytest
from PIL import Image, PngImagePlugin

from services.attachments.images import BrokenPicture, Picture, read_picture
from services.attachments.store import store
from tests.pictures import moving
from tests.storages import objects
from tests.test_storing import bytes_of

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a exif:GPSLatitude="48,12N"/></x:xmpmeta>'
# What tells of a place, a camera or a person in the files below.
TELLTALE = (b"GPSLat", b"Camera", b"Exif", b"xmpmeta", b"XMP", b"Comment", b"me@example.org")


def with_xmp(kind: str, orientation: int = 1) -> bytes:
    if kind == "WEBP":
        return moving(kind, orientation, xmp=XMP)
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", XMP.decode())
        info.add_text("Comment", "me@example.org")
        return moving(kind, orientation, pnginfo=info)
    # As Adobe's programs write it: the text as it is, then bytes that lead to its end.
    leads = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    packet = b"!\xff\x0bXMP DataXMP" + XMP + leads
    data = moving("GIF", comment=b"me@example.org")
    return data[:-1] + packet + b";" + b"me@example.org"


def frames(data: bytes) -> list[tuple[bytes, object]]:
    found = []
    with Image.open(io.BytesIO(data)) as picture:
        for number in range(picture.n_frames):
            picture.seek(number)
            picture.load()
            found.append((picture.convert("RGBA").tobytes(), picture.info.get("duration")))
        assert picture.info.get("loop", 0) == 0
    return found


def read(data: bytes) -> Picture:
    return read_picture(io.BytesIO(data))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_frames_stay_and_what_else_it_tells_goes(kind: str, storage: str) -> None:
    data = with_xmp(kind)
    assert any(words in data for words in TELLTALE)
    row = store(io.BytesIO(data), name="a")
    kept = bytes_of(row.file)
    assert [words for words in TELLTALE if words in kept] == []
    assert len(frames(kept)) == 3
    assert frames(kept) == frames(data)
    with Image.open(io.BytesIO(kept)) as picture:
        assert dict(picture.getexif()) == {}
        assert "xmp" not in picture.info
    assert (row.width, row.height, row.size) == (40, 20, len(kept))
    assert objects() == set(row.keys)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_what_was_cleaned_is_left_as_it_is(kind: str) -> None:
    kept = read(with_xmp(kind)).data
    assert kept
    assert read(kept).data is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_png_that_moves_still_says_which_way_is_up(orientation: int) -> None:
    data = moving("PNG", orientation)
    found = read(data)
    assert (found.width, found.height) == ((20, 40) if orientation > 4 else (40, 20))
    with Image.open(io.BytesIO(found.data)) as kept:
        wanted = {} if orientation == 1 else {0x0112: orientation}
        assert dict(kept.getexif()) == wanted
    with Image.open(io.BytesIO(found.thumbnail)) as small:
        assert small.size == (found.width, found.height)
    assert frames(found.data) == frames(data)


def test_a_webp_that_moves_is_as_browsers_show_it() -> None:
    found = read(moving("WEBP", 6))
    assert (found.width, found.height) == (40, 20)
    assert b"EXIF" not in found.data


def test_browsers_show_it_as_large_as_its_row_says(browser) -> None:
    from base64 import b64encode

    page = browser.new_page()
    size = "async url => {const i = new Image(); i.src = url; await i.decode();"
    size += " return [i.naturalWidth, i.naturalHeight]}"
    for kind in ("GIF", "PNG", "WEBP"):
        found = read(with_xmp(kind, 6))
        url = f"data:image/{kind.lower()};base64,{b64encode(found.data).decode()}"
        assert page.evaluate(size, url) == [found.width, found.height]
    page.close()


def test_a_still_gif_forgets_as_well() -> None:
    file = io.BytesIO()
    Image.new("P", (8, 8)).save(file, "GIF", comment=b"me@example.org")
    assert b"me@example.org" not in read(file.getvalue()).data


def test_what_hides_in_a_frame_of_a_webp_goes() -> None:
    data = moving("WEBP")
    at = data.index(b"ANMF")
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    end, hidden = at + 8 + size, struct.pack("<4sI", b"note", 14) + b"me@example.org"
    grown = data[: at + 4] + struct.pack("<I", size + len(hidden)) + data[at + 8 : end]
    riff = struct.pack("<I", len(data) - 8 + len(hidden))
    found = read(data[:4] + riff + grown[8:] + hidden + data[end:])
    assert b"me@example.org" not in found.data
    assert frames(found.data) == frames(data)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_one_that_is_cut_off_is_refused(kind: str, part: float) -> None:
    data = moving(kind)
    with pytest.raises(BrokenPicture, match="broken"):
        read(data[: int(len(data) * part)])


def test_a_chunk_that_was_altered_is_refused() -> None:
    data = bytearray(moving("PNG"))
    at = data.index(b"acTL")
    assert crc32(data[at : at + 12]) == int.from_bytes(data[at + 12 : at + 16], "big")
    data[at + 12] ^= 1
    with pytest.raises(BrokenPicture, match="broken"):
        read(bytes(data))
