"""Files on their way into the storage: checked, named, counted, and the same bytes kept once.

A row is made when its bytes are there, never before. What fails half-way takes back what it put
into the storage; what is killed half-way leaves objects without a row, which `sweep` finds.
"""

from __future__ import annotations

import copy
import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat

from services.attachments.errors import SILENT, STORAGE_ERRORS, UploadRefused, asking_the_storage
from services.attachments.filenames import clean_name
from services.attachments.images import BrokenPicture, Picture, read_picture
from services.attachments.sniff import Kind, head_of, kind_of, seems_a_picture
from services.db.locks import lock_files, retry_deadlocks
from services.models import Attachment, Page

PAGE_GONE = (
    "The page was deleted meanwhile, so the file has no place there. Restore the page, or add the "
    "file to another."
)
COMMIT_UNKNOWN = (OperationalError, InterfaceError)
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


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file was found to be."""

    kind: Kind
    size: int
    source_sha256: str
    picture: Picture | None = None


def store(
    file: IO[bytes] | File[bytes],
    *,
    name: str,
    page: Page | None = None,
    by: AbstractBaseUser | None = None,
    reference: str = "",
) -> Attachment:
    """Check a file and store it; its row. Raises UploadRefused, and stores nothing then.

    `file` must be seekable; it is read in pieces. `reference` is how imported notes write it.
    The same bytes on the same page are that page's file already; on another page they get a row
    of their own, with the same object in the storage.
    """
    stream = file if isinstance(file, File) else File(file, name=name)
    check_limits(_size(stream), page)
    checked = _checked(stream)
    facts = {"name": clean_name(name, checked.kind), "page": page, "reference": reference}
    row = Attachment(**facts, created_by_id=by.pk if by else None)
    row.source_sha256 = checked.source_sha256
    known = _known(row)
    if known is not None and _is_there(known):
        if same := _shared(row, known):
            return same
        known = None
    _fill_in(row, stream, checked)
    with taken_back(row):
        with asking_the_storage():
            _put(row, stream, checked)
        stored = _settled(row, lost=known)
    if stored.file.name != row.file.name:
        # The same bytes were stored by somebody else meanwhile; what cannot go now is swept.
        with suppress(*STORAGE_ERRORS):
            remove_objects(row)
    return stored


def check_limits(size: int, page: Page | None) -> None:
    """Raise UploadRefused for a file that is empty, or too much: by itself, for its page, or for
    the whole site.

    Others may add files meanwhile, so page and site are counted again when the row is stored.
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
    """Raise UploadRefused where all files together would be too many bytes with so many more."""
    objects = Attachment.objects.values("file", "size").distinct()
    if (objects.aggregate(all=Sum("size"))["all"] or 0) + size > settings.UPLOAD_MAX_TOTAL:
        most = filesizeformat(settings.UPLOAD_MAX_TOTAL)
        raise UploadRefused(
            f"All files together may have {most}, and with this one they would have more. Delete "
            "what is not needed and empty the trash, or ask whoever runs the site for more."
        )


def _size(file: File[bytes]) -> int:
    size = file.seek(0, io.SEEK_END)
    size = file.tell() if size is None else size
    file.seek(0)
    return int(size)


def _checked(file: File[bytes]) -> Checked:
    digest, size = hashlib.sha256(), _size(file)
    for chunk in file.chunks():
        digest.update(chunk)
    head = head_of(file)
    if not seems_a_picture(head):
        return Checked(kind_of(head), size, digest.hexdigest())
    try:
        picture = read_picture(file)
    except BrokenPicture as broken:
        raise UploadRefused(str(broken)) from None
    return Checked(picture.kind, size, digest.hexdigest(), picture)


def _known(row: Attachment) -> Attachment | None:
    """A row that has the same bytes as a new one: that of the same page, if there is one."""
    same = Attachment.objects.live().filter(source_sha256=row.source_sha256)
    own = same.filter(page=row.page, reference=row.reference).first()
    return own or same.order_by("created_at").first()


def _is_there(known: Attachment) -> bool:
    with asking_the_storage():
        return default_storage.exists(str(known.file.name))


@contextmanager
def _adding(row: Attachment) -> Iterator[None]:
    """A transaction in which only this row is added. Raises UploadRefused where its page went."""
    try:
        with transaction.atomic():
            lock_files()
            yield
    except IntegrityError as error:
        if row.page_id and not Page.everything.filter(pk=row.page_id).exists():
            raise UploadRefused(PAGE_GONE) from None
        raise error


@retry_deadlocks
def _shared(row: Attachment, known: Attachment) -> Attachment | None:
    """The row for bytes that another has, whose object is there; None where it went meanwhile."""
    with _adding(row):
        found = _known(row)
        return _beside(row, found) if found and found.file.name == known.file.name else None


@retry_deadlocks
def _settled(row: Attachment, *, lost: Attachment | None) -> Attachment:
    """The row for bytes that were put just now; another's object where it came first with them.

    All rows get them whose own were `lost` from the storage. Raises UploadRefused.
    """
    with _adding(row):
        if lost:
            rows = Attachment.objects.filter(file=lost.file.name).order_by("pk")
            for other in rows.select_for_update(no_key=True, of=("self",)):
                copy_bytes(row, other)
                other.save(force_update=True)
        found = _known(row)
        if found and (stored := _beside(row, found)):
            return stored
        _check_page(row.page)
        check_total(row.size)
        return _inserted(row)


def _beside(row: Attachment, known: Attachment) -> Attachment | None:
    """A row for the same bytes as another: that one itself on the same page, else one beside it.

    It is locked, so that its object does not go before the new row is there; None where it went.
    """
    rows = Attachment.objects.live().filter(pk=known.pk, file=known.file.name)
    other = rows.select_for_update(no_key=True, of=("self",)).first()
    if other is None or (other.page_id, other.reference) == (row.page_id, row.reference):
        return other
    _check_page(row.page)
    # `row` still names what was put for it, which is taken back where this fails.
    new = copy.copy(row)
    copy_bytes(other, new)
    return _inserted(new)


def copy_bytes(source: Attachment, target: Attachment) -> None:
    """Point a row at the bytes of another."""
    for name in BYTES_FIELDS:
        setattr(target, name, getattr(source, name))


def _inserted(row: Attachment) -> Attachment:
    row.save(force_insert=True)
    return row


def _fill_in(row: Attachment, file: File[bytes], checked: Checked) -> None:
    picture = checked.picture
    data = picture.data if picture else None
    row.content_type = checked.kind.content_type
    row.source_sha256 = checked.source_sha256
    row.size = checked.size if data is None else len(data)
    row.sha256 = checked.source_sha256 if data is None else hashlib.sha256(data).hexdigest()
    if picture:
        row.width, row.height = picture.width, picture.height


def put_anew(row: Attachment, file: IO[bytes] | File[bytes]) -> Attachment:
    """Put the bytes that are to take the place of a row's into the storage.

    Returns a row for them that is not stored. Raises UploadRefused.
    """
    stream = file if isinstance(file, File) else File(file, name=row.name)
    check_limits(_size(stream), None)
    checked = _checked(stream)
    fresh = Attachment(name=clean_name(row.name, checked.kind))
    _fill_in(fresh, stream, checked)
    with taken_back(fresh), asking_the_storage():
        _put(fresh, stream, checked)
    return fresh


def _put(row: Attachment, file: File[bytes], checked: Checked) -> None:
    """The object, and for a picture its small one."""
    picture = checked.picture
    file.seek(0)
    body: File[bytes] = ContentFile(picture.data) if picture and picture.data else file
    body.content_type = row.content_type  # type: ignore[attr-defined]
    # Noted before it is there, so that what was half put is taken back as well.
    row.file.name = row.file.field.generate_filename(row, row.name)
    row.file.name = default_storage.save(str(row.file.name), body)
    if picture:
        small = SimpleUploadedFile("thumbnail.webp", picture.thumbnail, "image/webp")
        row.thumbnail.name = row.thumbnail.field.generate_filename(row, row.name)
        row.thumbnail.name = default_storage.save(str(row.thumbnail.name), small)


@contextmanager
def taken_back(row: Attachment) -> Iterator[None]:
    """No row will ever lead to the objects of one that could not be stored.

    When the database is lost on the way, nobody knows whether the row was stored (the answer to
    COMMIT may be what is missing), and when this process is told to end neither. Then the objects
    stay, and `attachments sweep` deletes them if no row names them.
    """
    try:
        yield
    except COMMIT_UNKNOWN:
        raise
    except Exception as error:
        # What stopped the row is the error worth telling. A storage that is silent is not waited
        # for again, and what it may have got all the same is swept.
        if not isinstance(getattr(error, "__cause__", None), SILENT):
            with suppress(Exception):
                remove_objects(row)
        raise


def remove_objects(row: Attachment) -> None:
    """Delete the objects that a row names from the storage."""
    for key in row.keys:
        default_storage.delete(key)


def markdown_of(attachment: Attachment) -> str:
    """What shows a picture in notes, or leads to another file: `![name](address)`."""
    words = re.sub(r"([\\\[\]*`<>&])", r"\\\1", attachment.name)
    url = attachment.get_absolute_url().replace("(", "%28").replace(")", "%29")
    return f"{'!' if attachment.is_picture else ''}[{words}]({url})"
