"""Files that browsers send straight to the bucket, and that become attachments once verified.

`start_upload` signs an address for exactly one object; the browser puts it there; `finish_upload`
reads it back, detects its type and stores it like any other file. Until then there is no row, and
`attachments sweep` deletes an object whose upload is never finished.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from contextlib import suppress
from typing import IO, TypedDict

from django.contrib.auth.models import User
from django.core import signing
from django.core.files.storage import default_storage

from services.attachments.errors import StorageFailed, UploadRefused, convert_storage_errors
from services.attachments.storage import s3
from services.attachments.store import PAGE_GONE, check_limits, store
from services.models import Attachment, Page

# Whatever type a browser claims: the real one is detected from the bytes.
CONTENT_TYPE = "application/octet-stream"
SALT = "services.files.arriving"
CHUNK_BYTES = 1024 * 1024
EXPIRED = "This upload took too long, or was changed on its way. Send the file again."
INCOMPLETE = "Not all of this file arrived. Send it again."


class Token(TypedDict):
    """The contents of a signed token; `page` and `by` are ids."""

    key: str
    name: str
    size: int
    page: int | None
    by: int


class NotArrived(UploadRefused):
    """The bytes are not there as announced; sending them again may help."""


def start_upload(*, name: str, size: int, page: Page | None, by: User) -> dict[str, str]:
    """Return the address to `put` one file of this size, its `type`, and the `token` to finish.

    Raises UploadRefused where the file could not be stored anyway.
    """
    check_limits(size, page)
    key = f"{s3.UPLOADS}{uuid.uuid4().hex}"
    with convert_storage_errors():
        address = s3.presigned_put(key, CONTENT_TYPE, size)
    token = Token(key=key, name=name, size=size, page=page.pk if page else None, by=by.pk)
    return {"put": address, "type": CONTENT_TYPE, "token": signing.dumps(token, salt=SALT)}


def finish_upload(signed: str, *, by: User) -> Attachment:
    """Store what arrived as an attachment. Raises UploadRefused, and then deletes the object."""
    token = _read_token(signed, by)
    page = Page.objects.filter(pk=token["page"] or 0).first()
    try:
        if token["page"] and page is None:
            raise UploadRefused(PAGE_GONE)
        with tempfile.TemporaryFile() as file:
            _fetch(token["key"], file, token["size"])
            row = store(file, name=token["name"], page=page, by=by)
    except StorageFailed:
        # The object may still be there, so finishing it once more may work.
        raise
    except UploadRefused:
        _delete_object(token["key"])
        raise
    _delete_object(token["key"])
    return row


def cancel_upload(signed: str, *, by: User) -> None:
    """Delete what the browser has sent so far."""
    _delete_object(_read_token(signed, by)["key"])


def _read_token(signed: str, by: User) -> Token:
    try:
        token: Token = signing.loads(signed, salt=SALT, max_age=s3.FINISH_SECONDS)
    except signing.BadSignature:
        raise NotArrived(EXPIRED) from None
    if token["by"] != by.pk:
        raise NotArrived(EXPIRED)
    return token


@convert_storage_errors()
def _fetch(key: str, file: IO[bytes], size: int) -> None:
    """Copy an object into a file; only if it has exactly the announced size."""
    try:
        body = s3.client().get_object(Bucket=s3.bucket_name(), Key=key)
    except s3.client().exceptions.NoSuchKey:
        raise NotArrived(INCOMPLETE) from None
    if body["ContentLength"] != size:
        raise NotArrived(INCOMPLETE)
    shutil.copyfileobj(body["Body"], file, CHUNK_BYTES)
    if file.tell() != size:
        raise NotArrived(INCOMPLETE)


def _delete_object(key: str) -> None:
    # What cannot be deleted now is left to `attachments sweep`.
    with suppress(UploadRefused), convert_storage_errors():
        default_storage.delete(key)
