"""Files to try uploads with."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ZIP = b"PK\x03\x04" + b"\0" * 60


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6), **options: Any) -> bytes:
    """A picture of one colour; two rows of it at the top are another."""
    image = Image.new("RGB", size, "orange")
    image.paste("navy", (0, 0, size[0], 2))
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def located(kind: str = "JPEG", orientation: int = 1, size: tuple[int, int] = (40, 20)) -> bytes:
    """A picture that knows where it was taken, and perhaps lies on its side."""
    return picture(kind, size, exif=place(orientation))


def animated(kind: str, orientation: int = 1) -> bytes:
    """Three frames that differ, with a place in their EXIF where the format has any."""
    first, *others = (Image.new("RGB", (40, 20), name) for name in ("red", "green", "blue"))
    file = io.BytesIO()
    options = {} if kind == "GIF" else {"exif": place(orientation).tobytes()}
    first.save(file, kind, save_all=True, append_images=others, duration=100, **options)
    return file.getvalue()


def place(orientation: int) -> Image.Exif:
    """What a camera writes beside a picture: which way is up, its name and where it was."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (48.0, 12.0, 30.0)
    return exif
