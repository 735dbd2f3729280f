"""Check files, name them, count them against the limits, and store the same bytes only once.

A row is made when its bytes are there, never before. A failure removes what was put into the
storage; a killed process leaves objects without a row, which `attachments sweep` finds.
"""

from __future__ import annotations

import copy
import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat

from services.attachments.errors import STORAGE_ERRORS, UploadRefused, convert_storage_errors
from services.attachments.filenames import clean_name
from services.attachments.images import read_picture
from services.attachments.sniff import detect_kind, looks_like_picture, read_head
from services.db.locks import lock_files, retry_deadlocks
from services.models import Attachment, Page

PAGE_GONE = (
    "The page was deleted in the meantime, so the file cannot be added to it. Restore the page, "
    "or add the file to another."
)
COMMIT_UNKNOWN = (OperationalError, InterfaceError)
TIMEOUTS = (EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError)
# Fields that describe the bytes, and so are equal in all rows with the same bytes.
BYTES_FIELDS = (
    "file",
    "thumbnail",
    "content_type",
    "size",
    "sha256",
    "source_sha256",
    "width",
    "height",
)


def store(
    file: IO[bytes] | File[bytes],
    *,
    name: str,
    page: Page | None = None,
    by: AbstractBaseUser | None = None,
    reference: str = "",
) -> Attachment:
    """Check a file and store it; return its row. Raises UploadRefused, and stores nothing then.

    `file` must be seekable; it is read in chunks. `reference` is how imported notes write it.
    The same bytes on the same page are that page's file already; on another page they get a row
    of their own, with the same object in the storage.
    """
    row, body, thumbnail = _read_file(file, name, page)
    row.page, row.reference, row.created_by_id = page, reference, by.pk if by else None
    known = _find_same(row)
    if known is not None and _object_exists(known):
        if same := _share_object(row, known):
            return same
        known = None
    with remove_objects_on_error(row):
        _put_objects(row, body, thumbnail)
        stored = _add_row(row, lost=known)
    if stored.file.name != row.file.name:
        # Another request stored the same bytes first; what cannot be deleted now is swept.
        with suppress(*STORAGE_ERRORS):
            remove_objects(row)
    return stored


def check_limits(size: int, page: Page | None) -> None:
    """Raise UploadRefused for a file that is empty, or too large by itself, for its page, or for
    the whole site.

    Others may add files at the same time, so page and site are counted again when the row is added.
    """
    if not size:
        raise UploadRefused("This file is empty.")
    if size > settings.UPLOAD_MAX_BYTES:
        most = filesizeformat(settings.UPLOAD_MAX_BYTES)
        raise UploadRefused(f"This file is too large: it may have {most}.")
    _check_page(page)
    check_total(size)


def _check_page(page: Page | None) -> None:
    if page and page.attachments.filter(trashed_at=None).count() >= settings.UPLOAD_MAX_FILES:
        raise UploadRefused(
            f"“{page}” has {settings.UPLOAD_MAX_FILES:,} files, which is as many as a page may "
            "have. Delete some of them first."
        )


def check_total(size: int) -> None:
    """Raise UploadRefused where all files together would be too large with so many more bytes."""
    objects = Attachment.objects.values("file", "size").distinct()
    if (objects.aggregate(all=Sum("size"))["all"] or 0) + size > settings.UPLOAD_MAX_TOTAL:
        most = filesizeformat(settings.UPLOAD_MAX_TOTAL)
        raise UploadRefused(
            f"All files together may have {most}, and with this one they would have more. Delete "
            "what is not needed and empty the trash, or ask the administrator for more."
        )


def _read_file(
    file: IO[bytes] | File[bytes], name: str, page: Page | None
) -> tuple[Attachment, UploadedFile[bytes], bytes]:
    """Check a file; return a new row without objects, the bytes to store, and a thumbnail's."""
    body = file if isinstance(file, UploadedFile) else UploadedFile(file, "file")
    body.seek(0, io.SEEK_END)
    size = body.tell()
    check_limits(size, page)
    digest = hashlib.sha256()
    for chunk in body.chunks():
        digest.update(chunk)
    head = read_head(body)
    picture = read_picture(body) if looks_like_picture(head) else None
    kind = picture.kind if picture else detect_kind(head)
    row = Attachment(name=clean_name(name, kind), content_type=kind.content_type, size=size)
    row.sha256 = row.source_sha256 = digest.hexdigest()
    if picture:
        row.width, row.height = picture.width, picture.height
        if picture.data is not None:
            row.size, row.sha256 = len(picture.data), hashlib.sha256(picture.data).hexdigest()
            body = SimpleUploadedFile("picture", picture.data)
    body.content_type = kind.content_type
    return row, body, picture.thumbnail if picture else b""


def _find_same(row: Attachment) -> Attachment | None:
    """Find a row with the same bytes as a new one: that of the same page, if there is one."""
    same = Attachment.objects.live().filter(source_sha256=row.source_sha256)
    own = same.filter(page=row.page, reference=row.reference).first()
    return own or same.order_by("created_at").first()


@convert_storage_errors()
def _object_exists(row: Attachment) -> bool:
    return default_storage.exists(str(row.file.name))


@contextmanager
def _adding(row: Attachment) -> Iterator[None]:
    """Hold the files' lock in a transaction. Raises UploadRefused if the row's page is gone."""
    try:
        with transaction.atomic():
            lock_files()
            yield
    except IntegrityError as error:
        if row.page_id and not Page.everything.filter(pk=row.page_id).exists():
            raise UploadRefused(PAGE_GONE) from None
        raise error


@retry_deadlocks
def _share_object(row: Attachment, known: Attachment) -> Attachment | None:
    """Return a row with the object of a known one; None where that was deleted by now."""
    with _adding(row):
        found = _find_same(row)
        return _share_row(row, found) if found and found.file.name == known.file.name else None


@retry_deadlocks
def _add_row(row: Attachment, *, lost: Attachment | None) -> Attachment:
    """Add the row for new objects; use another row's objects where it got the same bytes first.

    All rows whose object is that of `lost`, missing in the storage, get the new one. Raises
    UploadRefused.
    """
    with _adding(row):
        if lost:
            rows = Attachment.objects.filter(file=lost.file.name).order_by("pk")
            for other in rows.select_for_update(no_key=True, of=("self",)):
                copy_bytes(row, other)
                other.save(force_update=True)
        found = _find_same(row)
        if found and (stored := _share_row(row, found)):
            return stored
        _check_page(row.page)
        check_total(row.size)
        row.save(force_insert=True)
        return row


def _share_row(row: Attachment, known: Attachment) -> Attachment | None:
    """Return a row for the same bytes as a known one: that itself on the same page, else a new one.

    The known one is locked, so that its object stays until the new row is there; None where it was
    deleted by now.
    """
    rows = Attachment.objects.live().filter(pk=known.pk, file=known.file.name)
    other = rows.select_for_update(no_key=True, of=("self",)).first()
    if other is None or (other.page_id, other.reference) == (row.page_id, row.reference):
        return other
    _check_page(row.page)
    # A copy: `row` still names its own objects, which are removed where this fails.
    new = copy.copy(row)
    copy_bytes(other, new)
    new.save(force_insert=True)
    return new


def copy_bytes(source: Attachment, target: Attachment) -> None:
    """Point a row at the bytes of another."""
    for name in BYTES_FIELDS:
        setattr(target, name, getattr(source, name))


def store_replacement(row: Attachment, file: IO[bytes] | File[bytes]) -> Attachment:
    """Put the bytes that are to replace a row's into the storage.

    Returns a row for them that is not saved. Raises UploadRefused.
    """
    fresh, body, thumbnail = _read_file(file, row.name, None)
    with remove_objects_on_error(fresh):
        _put_objects(fresh, body, thumbnail)
    return fresh


@convert_storage_errors()
def _put_objects(row: Attachment, body: UploadedFile[bytes], thumbnail: bytes) -> None:
    body.seek(0)
    # The key is set before the object is there, so that half an object is removed as well.
    row.file.name = row.file.field.generate_filename(row, row.name)
    row.file.name = default_storage.save(str(row.file.name), body)
    if thumbnail:
        small = SimpleUploadedFile("thumbnail.webp", thumbnail, "image/webp")
        row.thumbnail.name = row.thumbnail.field.generate_filename(row, row.name)
        row.thumbnail.name = default_storage.save(str(row.thumbnail.name), small)


@contextmanager
def remove_objects_on_error(row: Attachment) -> Iterator[None]:
    """Remove the objects of a row that could not be stored.

    Not when the database is lost on the way, since the row may have been stored (the answer to
    COMMIT may be what is missing), nor when the process is ended: then the objects stay, and
    `attachments sweep` deletes them if no row names them.
    """
    try:
        yield
    except COMMIT_UNKNOWN:
        raise
    except Exception as error:
        # The first error is the one to report. A storage that timed out is not tried again;
        # what it may have stored all the same is swept.
        if not isinstance(error.__cause__, TIMEOUTS):
            with suppress(Exception):
                remove_objects(row)
        raise


def remove_objects(row: Attachment) -> None:
    """Delete the objects that a row names from the storage."""
    for key in row.keys:
        default_storage.delete(key)


def markdown_of(attachment: Attachment) -> str:
    """Return Markdown that shows a picture, or links another file: `![name](address)`."""
    words = re.sub(r"([\\\[\]*`<>&])", r"\\\1", attachment.name)
    url = attachment.get_absolute_url().replace("(", "%28").replace(")", "%29")
    return f"{'!' if attachment.is_picture else ''}[{words}]({url})"
