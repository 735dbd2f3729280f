"""Pictures as they are stored: whole, the right way up, without the place they were taken at."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from services.attachments.moving import without_metadata
from services.attachments.sniff import PICTURES, Kind

FORMATS = tuple(name for name in PICTURES if name != "MPO")
# Pixels on the longer side of a picture in lists.
THUMBNAIL = 320
ORIENTATION, GPS = 0x0112, 0x8825
MOVING = ("GIF", "PNG", "WEBP")
# What a picture is written with where it has to be written anew: as close as its format allows.
SAVING: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": True},
    "JPEG": {"quality": 95, "subsampling": "keep"},
    "WEBP": {"quality": 92, "method": 4},
    "AVIF": {"quality": 90},
}


class BrokenPicture(ValueError):
    """No whole picture; the message is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was read to its end.

    `data` are its bytes where they had to be changed, None where they can stay as they came.
    """

    kind: Kind
    width: int
    height: int
    thumbnail: bytes
    data: bytes | None = None


def read_picture(file: IO[bytes]) -> Picture:
    """Decode a picture as a whole, so that what is stored can also be shown.

    Raises BrokenPicture, also for one of more pixels than are allowed, before they are decoded.
    The file must be seekable and is left at its beginning.
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
            return _prepared(picture, file)
    except BrokenPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        raise BrokenPicture("This picture is broken: it cannot be read.") from None
    except Exception:  # Pillow's decoders raise anything at all on a broken file.
        raise BrokenPicture("This picture is broken: it cannot be read to its end.") from None
    finally:
        file.seek(0)


def _too_many_pixels() -> BrokenPicture:
    most = settings.UPLOAD_MAX_PIXELS / 1_000_000
    return BrokenPicture(f"This picture is too large: it may have {most:g} million pixels.")


def _prepared(picture: Image.Image, file: IO[bytes]) -> Picture:
    kind, data = PICTURES[str(picture.format)], None
    upright = picture
    if picture.format in MOVING and (_moves(picture) or picture.format == "GIF"):
        return _as_it_moves(file, str(picture.format))
    exif = picture.getexif()
    turned = exif.get(ORIENTATION, 1) not in (0, 1)
    if (turned or GPS in exif or _tells_place(picture)) and not _moves(picture):
        upright = ImageOps.exif_transpose(picture) if turned else picture
        data = _written(upright, picture)
    return Picture(kind, upright.width, upright.height, _thumbnail(upright), data)


def _as_it_moves(file: IO[bytes], name: str) -> Picture:
    """A picture whose frames stay as they came; what else is in the file goes."""
    data = without_metadata(file, name)
    with Image.open(io.BytesIO(data), formats=(name,)) as picture:
        # As browsers show it.
        upright = ImageOps.exif_transpose(picture)
        came = None if _is_same(file, data) else data
        return Picture(PICTURES[name], *upright.size, _thumbnail(upright), came)


def _is_same(file: IO[bytes], data: bytes) -> bool:
    file.seek(0)
    return file.read(len(data) + 1) == data


def _moves(picture: Image.Image) -> bool:
    return getattr(picture, "n_frames", 1) > 1 and picture.format != "MPO"


def _tells_place(picture: Image.Image) -> bool:
    """XMP has the place as well (XMP specification part 2, "exif:GPSLatitude")."""
    xmp = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    return "GPSL" in (xmp if isinstance(xmp, str) else xmp.decode("utf-8", "replace"))


def _written(upright: Image.Image, original: Image.Image) -> bytes:
    """A picture written anew, with its colours and other facts but without place and XMP."""
    name = "JPEG" if original.format == "MPO" else str(original.format)
    exif = upright.getexif()
    for tag in (GPS, ORIENTATION):
        exif.pop(tag, None)
    options = dict(SAVING.get(name, {}))
    if upright is original and original.format == "JPEG":
        # Not turned: the very same coefficients can be kept.
        options["quality"] = "keep"
    elif name == "JPEG":
        options["subsampling"] = 0
    buffer = io.BytesIO()
    profile = original.info.get("icc_profile")
    upright.save(buffer, name, exif=exif.tobytes(), icc_profile=profile, **options)
    return buffer.getvalue()


def _thumbnail(picture: Image.Image) -> bytes:
    """A small WebP of a picture's first frame."""
    small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    buffer = io.BytesIO()
    small.save(buffer, "WEBP", quality=80)
    return buffer.getvalue()
