"""Pictures are read to their end, turned upright, and forget where they were taken."""

from __future__ import annotations

import io
from base64 import b64encode

import pytest
from PIL import Image

from services.attachments.errors import UploadRefused
from services.attachments.images import read_picture
from tests.support.pictures import animated, located, picture


def read(data: bytes):
    return read_picture(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_a_picture_without_metadata_is_unchanged(kind: str) -> None:
    found = read(picture(kind, (30, 20)))
    assert (found.width, found.height, found.data) == (30, 20, None)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_place_is_removed_and_the_rest_stays(kind: str) -> None:
    data = located(kind)
    assert 0x8825 in Image.open(io.BytesIO(data)).getexif()
    found = read(data)
    assert found.data
    with Image.open(io.BytesIO(found.data)) as kept:
        assert kept.format == kind
        exif = kept.getexif()
        assert 0x8825 not in exif
        assert exif.get(0x010F) == "Camera"
        assert kept.size == (40, 20)


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_it_is_turned_upright(orientation: int) -> None:
    found = read(located(orientation=orientation))
    assert (found.width, found.height) == ((40, 20) if orientation == 3 else (20, 40))
    with Image.open(io.BytesIO(found.data)) as kept:
        assert kept.size == (found.width, found.height)
        assert kept.getexif().get(0x0112, 1) == 1
        # The two dark rows, which were at the top of what lay on its side.
        dark = {3: (20, 19), 6: (19, 20), 8: (0, 20)}[orientation]
        assert kept.convert("RGB").getpixel(dark)[2] > 90


def test_a_place_in_xmp_is_removed() -> None:
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a exif:GPSLatitude="48,12N"/></x:xmpmeta>'
    found = read(picture("JPEG", xmp=packet))
    assert found.data
    assert b"GPSLatitude" not in found.data


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_an_animation_is_stored_as_it_comes(kind: str, orientation: int, browser) -> None:
    data = animated(kind, orientation)
    found = read(data)
    assert found.data is None
    # Its row has the size in which browsers show it.
    page = browser.new_page()
    size = "async url => {const i = new Image(); i.src = url; await i.decode();"
    size += " return [i.naturalWidth, i.naturalHeight]}"
    url = f"data:image/{kind.lower()};base64,{b64encode(data).decode()}"
    assert page.evaluate(size, url) == [found.width, found.height]
    page.close()
    with Image.open(io.BytesIO(found.thumbnail)) as small:
        assert small.size == (found.width, found.height)


def test_the_thumbnail_fits_and_stays_transparent() -> None:
    with Image.open(io.BytesIO(read(picture("PNG", (1200, 600))).thumbnail)) as small:
        assert (small.format, small.size) == ("WEBP", (320, 160))
    file = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(file, "PNG")
    with Image.open(io.BytesIO(read(file.getvalue()).thumbnail)) as small:
        assert small.mode == "RGBA"


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        picture()[:-20],
        picture("JPEG", (64, 64))[:-20],
        picture("JPEG", (64, 64))[:100],
        picture("WEBP", (64, 64))[:-20],
    ],
)
def test_a_broken_one_is_refused(data: bytes) -> None:
    with pytest.raises(UploadRefused, match="broken"):
        read(data)


def test_pixels_are_limited_before_they_are_decoded(settings: object) -> None:
    settings.UPLOAD_MAX_PIXELS = 47  # type: ignore[attr-defined]
    with pytest.raises(UploadRefused, match="too large"):
        read(picture())


@pytest.mark.parametrize("limit", [20, 40], ids=["an error", "a warning"])
def test_bombs_are_refused(settings, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    settings.UPLOAD_MAX_PIXELS = 10**9
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(UploadRefused, match="too large"):
        read(picture())
