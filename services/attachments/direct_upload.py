"""Files that browsers send straight to the bucket, and that become attachments once verified.

`begin` signs an address for exactly one object; the browser puts it there; `finish` reads it back,
finds out what it really is and stores it like any other file. Until then there is no row, and an
object that nobody finishes is swept away.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TypedDict

from django.contrib.auth.models import User
from django.core import signing
from django.core.files.storage import default_storage

from services.attachments.errors import StorageFailed, UploadRefused, asking_the_storage
from services.attachments.storage import s3
from services.attachments.store import PAGE_GONE, check_limits, store
from services.models import Attachment, Page

# Whatever a browser says that it is: what it really is shows when it is there.
ARRIVES_AS = "application/octet-stream"
SALT = "services.files.arriving"
PIECE = 1024 * 1024
EXPIRED = "This upload took too long, or was changed on its way. Send the file again."
INCOMPLETE = "Not all of this file arrived. Send it again."


class Token(TypedDict):
    """What a signed token says of an upload; `page` and `by` are ids."""

    key: str
    name: str
    size: int
    page: int | None
    by: int


class NotArrived(UploadRefused):
    """The bytes are not there as they were announced; sending them anew may help."""


@dataclass(frozen=True, slots=True)
class Arriving:
    """An upload that was begun: where its bytes go, and the token that finishes it."""

    address: str
    content_type: str
    token: str


def begin(*, name: str, size: int, page: Page | None, by: User) -> Arriving:
    """Let one file of this size come. Raises UploadRefused where it may not be stored anyhow."""
    check_limits(size, page)
    key = f"{s3.ARRIVING}{uuid.uuid4().hex}"
    with asking_the_storage():
        address = s3.presigned_put(key, ARRIVES_AS, size)
    told = Token(key=key, name=name, size=size, page=page.pk if page else None, by=by.pk)
    return Arriving(address, ARRIVES_AS, signing.dumps(told, salt=SALT))


def finish(token: str, *, by: User) -> Attachment:
    """Make an attachment of what arrived. Raises UploadRefused, and then nothing is left of it."""
    told = _told(token, by)
    page = Page.objects.filter(pk=told["page"] or 0).first()
    try:
        if told["page"] and page is None:
            raise UploadRefused(PAGE_GONE)
        with tempfile.TemporaryFile() as file:
            _fetch(told["key"], file, told["size"])
            row = store(file, name=told["name"], page=page, by=by)
    except StorageFailed:
        # What arrived may still be there, so finishing it once more may work.
        raise
    except UploadRefused:
        _forget(told["key"])
        raise
    _forget(told["key"])
    return row


def abandon(token: str, *, by: User) -> None:
    """The browser gave up: nothing is to be left of what it sent."""
    _forget(_told(token, by)["key"])


def _told(token: str, by: User) -> Token:
    try:
        told: Token = signing.loads(token, salt=SALT, max_age=s3.FINISHED_WITHIN)
    except signing.BadSignature:
        raise NotArrived(EXPIRED) from None
    if told["by"] != by.pk:
        raise NotArrived(EXPIRED)
    return told


def _fetch(key: str, file: IO[bytes], size: int) -> None:
    """Copy an object into a file, in pieces; only if it has exactly the size that was said."""
    with asking_the_storage():
        try:
            body = s3.client().get_object(Bucket=s3.bucket_name(), Key=key)
        except s3.client().exceptions.NoSuchKey:
            raise NotArrived(INCOMPLETE) from None
        if body["ContentLength"] != size:
            raise NotArrived(INCOMPLETE)
        shutil.copyfileobj(body["Body"], file, PIECE)
    if file.tell() != size:
        raise NotArrived(INCOMPLETE)


def _forget(key: str) -> None:
    # What cannot be deleted now is swept away later.
    with suppress(UploadRefused), asking_the_storage():
        default_storage.delete(key)
