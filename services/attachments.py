"""Uploads: what is accepted, under which name it is kept, and how it is stored.

Nothing that an upload claims about itself is believed: its type comes from its bytes, its
extension from its type, and its key in the storage from a uuid.
"""

from __future__ import annotations

import hashlib
import io
import mimetypes
import re
import unicodedata
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from PIL import Image, UnidentifiedImageError

from services.models import Attachment, Link, Page

NAME_LENGTH = 150
# They join letters in Persian and Indic names and emoji; all other invisible characters go.
JOINERS = frozenset("\u200c\u200d")
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
ONLY_PICTURES = "Only pictures (PNG, JPEG, GIF, WebP) can be dropped here."


class UploadRefused(ValueError):
    """A file that is not stored; the message is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file that is accepted; the first extension is the one it gets."""

    content_type: str
    extensions: tuple[str, ...]


# By Pillow's name for the format. MPO is what some cameras make: a JPEG with more behind it.
KINDS = {
    "PNG": Kind("image/png", (".png", ".apng")),
    "JPEG": Kind("image/jpeg", (".jpg", ".jpeg")),
    "MPO": Kind("image/jpeg", (".jpg", ".jpeg")),
    "GIF": Kind("image/gif", (".gif",)),
    "WEBP": Kind("image/webp", (".webp",)),
    "AVIF": Kind("image/avif", (".avif",)),
}
FORMATS = tuple(name for name in KINDS if name != "MPO")
RASTER = frozenset(kind.content_type for kind in KINDS.values())


def sniff(file: IO[bytes] | File[bytes]) -> Kind:
    """Tell from its bytes which picture a file is; raise UploadRefused if it is none.

    The picture is decoded once as a whole, so that what is stored can also be shown. The file
    must be seekable and is left at its beginning.
    """
    try:
        file.seek(0)
        with Image.open(file, formats=FORMATS) as picture:
            if picture.width * picture.height > settings.UPLOAD_MAX_PIXELS:
                raise _too_many_pixels()
            kind = KINDS[str(picture.format)]
            picture.verify()
        file.seek(0)
        with Image.open(file, formats=FORMATS) as picture:
            picture.load()
    except UploadRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        raise UploadRefused(ONLY_PICTURES) from None
    except Exception:  # Pillow's decoders raise anything at all on a broken file.
        raise UploadRefused("This picture is broken: it cannot be read to its end.") from None
    finally:
        file.seek(0)
    return kind


def _too_many_pixels() -> UploadRefused:
    most = settings.UPLOAD_MAX_PIXELS / 1_000_000
    return UploadRefused(f"This picture is too large: it may have {most:g} million pixels.")


def clean_name(name: str, kind: Kind) -> str:
    """A name that is safe to show and to save under, in any script, with its kind's extension."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = (c for c in name if c in JOINERS or unicodedata.category(c) not in INVISIBLE)
    name = " ".join("".join(visible).split()).strip(". ")
    path = PurePath(name or "picture")
    if path.suffix.lower() in kind.extensions:
        stem, extension = path.stem, path.suffix
    else:
        # "photo.html" loses its extension; in "Version 1.2" the dot is none.
        known = mimetypes.guess_type(f"x{path.suffix}")[0]
        stem, extension = path.stem if known else path.name, kind.extensions[0]
    return (stem[: NAME_LENGTH - len(extension)].rstrip(". ") or "picture") + extension


def store_picture(
    file: IO[bytes] | File[bytes],
    *,
    name: str,
    page: Page | None = None,
    by: AbstractBaseUser | None = None,
    reference: str = "",
) -> Attachment:
    """Check a picture and store it, its bytes unchanged; raise UploadRefused if it is none.

    `file` must be seekable; it is read in pieces. `reference` is how imported notes write it.
    """
    stream = file if isinstance(file, File) else File(file, name=name)
    size = _size(stream)
    if not size:
        raise UploadRefused("This file is empty.")
    if size > settings.UPLOAD_MAX_BYTES:
        most = filesizeformat(settings.UPLOAD_MAX_BYTES)
        raise UploadRefused(f"This file is too large: it may have {most}.")
    kind = sniff(stream)
    digest = hashlib.sha256()
    for chunk in stream.chunks():
        digest.update(chunk)
    attachment = Attachment(
        page=page,
        name=clean_name(name, kind),
        reference=reference,
        content_type=kind.content_type,
        size=size,
        sha256=digest.hexdigest(),
        created_by_id=by.pk if by else None,
    )
    stream.seek(0)
    attachment.file.save(attachment.name, stream, save=False)
    try:
        attachment.save(force_insert=True)
    except BaseException:
        # No row will ever lead to the object. What stopped the row is the error worth telling.
        with suppress(Exception):
            attachment.file.storage.delete(str(attachment.file.name))
        raise
    return attachment


def _size(file: File[bytes]) -> int:
    size = file.seek(0, io.SEEK_END)
    size = file.tell() if size is None else size
    file.seek(0)
    return int(size)


def markdown_of(attachment: Attachment) -> str:
    """What shows a picture in notes: `![name](address)`."""
    alt = re.sub(r"([\\\[\]*`<>&])", r"\\\1", attachment.name)
    url = attachment.get_absolute_url().replace("(", "%28").replace(")", "%29")
    return f"![{alt}]({url})"


def lend_pictures(page: Page, other: Page) -> None:
    """Let another page show those of a page's pictures that its notes write in the same way.

    Each page has a row, and both have one file, which stays until the last of them goes.
    """
    targets = Link.objects.filter(page=other).values("target")
    shown = Attachment.objects.filter(page=page, reference__in=targets).exclude(reference="")
    # Nobody deletes them, and the file with them, before both rows are there.
    for lent in list(shown.select_for_update(no_key=True)):
        reference = lent.reference
        lent.pk, lent.page, lent._state.adding = uuid.uuid4(), other, True
        lent.save(force_insert=True)
        Link.objects.filter(page=other, target=reference).update(attachment=lent, to=None)
