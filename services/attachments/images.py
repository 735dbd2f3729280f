"""Prepare pictures for storage: still ones upright and without the place they were taken at."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from services.attachments.errors import UploadRefused
from services.attachments.sniff import PICTURES, Kind

FORMATS = tuple(name for name in PICTURES if name != "MPO")
# Pixels on the longer side.
THUMBNAIL_SIZE = 320
ORIENTATION, GPS = 0x0112, 0x8825
# Options for writing a changed picture, as close to the original as its format allows.
SAVE_OPTIONS: dict[str, dict[str, object]] = {
    "PNG": {"optimize": True},
    "JPEG": {"quality": 95, "subsampling": "keep"},
    "WEBP": {"quality": 92, "method": 4},
    "AVIF": {"quality": 90},
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was read to its end. `data` are its new bytes if they had to be changed."""

    kind: Kind
    width: int
    height: int
    thumbnail: bytes
    data: bytes | None = None


def read_picture(file: IO[bytes]) -> Picture:
    """Decode a picture as a whole, so that what is stored can also be shown.

    Raises UploadRefused for a broken picture, and before decoding for one with too many pixels.
    The file must be seekable and is left at its start.
    """
    try:
        file.seek(0)
        with Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > settings.UPLOAD_MAX_PIXELS:
                raise _too_many_pixels()
            picture.verify()
        file.seek(0)
        with Image.open(file, formats=FORMATS) as picture:
            picture.load()
            return _prepare(picture)
    except UploadRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        raise UploadRefused("This picture is broken: it cannot be read.") from None
    except Exception:  # Pillow's decoders raise anything at all on a broken file.
        raise UploadRefused("This picture is broken: it cannot be read to its end.") from None
    finally:
        file.seek(0)


def _too_many_pixels() -> UploadRefused:
    most = settings.UPLOAD_MAX_PIXELS / 1_000_000
    return UploadRefused(f"This picture is too large: it may have {most:g} million pixels.")


def _prepare(picture: Image.Image) -> Picture:
    kind, data = PICTURES[str(picture.format)], None
    exif = picture.getexif()
    turned = exif.get(ORIENTATION, 1) not in (0, 1)
    animated = getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO"
    # Of animated pictures, browsers turn only a PNG by its EXIF.
    as_turned = turned and (not animated or picture.format == "PNG")
    upright = ImageOps.exif_transpose(picture) if as_turned else picture
    # Writing an animated picture again could change its frames, so it stays as it is.
    if not animated and (turned or GPS in exif or _has_xmp_place(picture)):
        data = _encode(upright, picture)
    return Picture(kind, upright.width, upright.height, _thumbnail(upright), data)


def _has_xmp_place(picture: Image.Image) -> bool:
    """Does the XMP hold a place (XMP specification part 2, "exif:GPSLatitude")?"""
    xmp = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    return "GPSL" in (xmp if isinstance(xmp, str) else xmp.decode("utf-8", "replace"))


def _encode(upright: Image.Image, original: Image.Image) -> bytes:
    """Write a picture again, with its colours and other metadata but without place and XMP."""
    name = "JPEG" if original.format == "MPO" else str(original.format)
    exif = upright.getexif()
    for tag in (GPS, ORIENTATION):
        exif.pop(tag, None)
    options = dict(SAVE_OPTIONS.get(name, {}))
    if upright is original and original.format == "JPEG":
        # Not turned: the same coefficients can be reused.
        options["quality"] = "keep"
    elif name == "JPEG":
        options["subsampling"] = 0
    buffer = io.BytesIO()
    profile = original.info.get("icc_profile")
    upright.save(buffer, name, exif=exif.tobytes(), icc_profile=profile, **options)
    return buffer.getvalue()


def _thumbnail(picture: Image.Image) -> bytes:
    """Make a small WebP of a picture's first frame."""
    small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    small.thumbnail((THUMBNAIL_SIZE, THUMBNAIL_SIZE))
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=80)
    return buffer.getvalue()
