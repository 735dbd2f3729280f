"""Pictures are read to their end, turned upright, and forget where they were taken."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from services.attachments.images import BrokenPicture, read_picture
from tests.pictures import located, picture


def read(data: bytes):
    return read_picture(io.BytesIO(data))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_a_picture_that_says_nothing_stays_as_it_came(kind: str) -> None:
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


def test_an_animation_keeps_moving() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert read(file.getvalue()).data is None


def test_the_small_one_fits_and_keeps_what_can_be_seen_through() -> None:
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
    with pytest.raises(BrokenPicture, match="broken"):
        read(data)


def test_pixels_are_limited_before_they_are_decoded(settings: object) -> None:
    settings.UPLOAD_MAX_PIXELS = 47  # type: ignore[attr-defined]
    with pytest.raises(BrokenPicture, match="too large"):
        read(picture())


@pytest.mark.parametrize("limit", [20, 40], ids=["an error", "a warning"])
def test_bombs_are_refused(settings, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    settings.UPLOAD_MAX_PIXELS = 10**9
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(BrokenPicture, match="too large"):
        read(picture())
