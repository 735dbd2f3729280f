"""Compare the objects in the storage with the rows that name them; delete and copy objects."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from botocore.exceptions import ClientError
from django.conf import settings
from django.core.files.storage import Storage, default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from services.attachments.storage import s3
from services.attachments.storage.diagnose import error_code
from services.attachments.storage.local import FolderStorage
from services.models import Attachment

# The site's objects are below these; nothing else in the bucket or folder is looked at.
PREFIXES = ("attachments/", s3.UPLOADS)
# Uploads and replacements that are under way have objects without rows.
GRACE = timedelta(days=1)
CHUNK_BYTES = 1024 * 1024
CUT_OFF = "no row refers to it: it belongs to an upload that was cut off"
# Error codes of servers that have no list of multipart uploads, or deny it.
NOT_LISTED = ("NoSuchUpload", "NotImplemented", "MethodNotAllowed", "AccessDenied", "405", "501")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object: its key, its size in bytes, and when it was put.

    `upload` is the id of a multipart upload that was never completed.
    """

    key: str
    size: int
    put_at: datetime
    upload: str = ""


def list_objects() -> Iterator[StoredObject]:
    """List the site's objects in the storage, in no order."""
    for prefix in PREFIXES:
        yield from _list_bucket(prefix) if s3.is_remote() else _list_folder(prefix)


def _list_bucket(prefix: str) -> Iterator[StoredObject]:
    for found in s3.bucket_storage().bucket.objects.filter(Prefix=prefix):
        yield StoredObject(found.key, found.size, found.last_modified)
    pages = s3.client().get_paginator("list_multipart_uploads")
    try:
        for page in pages.paginate(Bucket=s3.bucket_name(), Prefix=prefix):
            for found in page.get("Uploads", ()):
                yield StoredObject(found["Key"], 0, found["Initiated"], found["UploadId"])
    except ClientError as error:
        if error_code(error) not in NOT_LISTED:
            raise


def _list_folder(prefix: str) -> Iterator[StoredObject]:
    root = Path(default_storage.path(""))
    for folder, _, names in os.walk(root / prefix):
        for name in names:
            file = Path(folder) / name
            try:
                stat = file.stat()
            except FileNotFoundError:
                continue
            put_at = datetime.fromtimestamp(stat.st_mtime, UTC)
            yield StoredObject(file.relative_to(root).as_posix(), stat.st_size, put_at)


def find_problems(*, contents: bool = True) -> Iterator[tuple[str, str]]:
    """Find rows without their object or with other bytes, and objects without a row.

    Yields the key of an object and a sentence. Without `contents` the bytes are not read, and only
    their number is compared.
    """
    objects: dict[str, StoredObject] = {}
    for found in list_objects():
        if found.upload:
            yield found.key, CUT_OFF
        else:
            objects[found.key] = found
    named: set[str] = set()
    rows = Attachment.objects.order_by("file", "pk").select_related("page")
    for row in rows.iterator(500):
        named.update(row.keys)
        yield from _check_row(row, objects, contents=contents)
    for key in sorted(objects.keys() - named):
        owner = "an upload that was not finished" if key.startswith(s3.UPLOADS) else "no attachment"
        yield key, f"no row refers to it: it belongs to {owner}"


def _check_row(
    row: Attachment, objects: dict[str, StoredObject], *, contents: bool
) -> Iterator[tuple[str, str]]:
    key, thumbnail = str(row.file.name), str(row.thumbnail.name)
    label = f"“{row.name}” ({row.pk})"
    if key not in objects:
        if default_storage.exists(key):
            # Put while the others were listed.
            return
        yield key, f"it is missing, and {label} needs it"
    elif objects[key].size != row.size:
        yield key, f"it has {objects[key].size:,} bytes, and {label} has {row.size:,}"
    elif contents and _digest(default_storage, key) != row.sha256:
        yield key, f"its bytes are not those of {label} any more"
    if row.thumbnail and thumbnail not in objects:
        yield thumbnail, f"the small picture of {label} is missing"


def find_unused(older_than: timedelta = GRACE) -> Iterator[StoredObject]:
    """Find objects that no row names and that were put longer ago than this."""
    before = datetime.now(UTC) - older_than
    for found in list_objects():
        if found.put_at < before and (found.upload or not _is_named(found.key)):
            yield found


def _is_named(key: str) -> bool:
    """Does a row name this object? Rows in the trash count."""
    return Attachment.objects.filter(Q(file=key) | Q(thumbnail=key)).exists()


def delete_unused(found: StoredObject) -> bool:
    """Delete an object if still no row names it; return whether it was deleted."""
    if found.upload:
        s3.client().abort_multipart_upload(
            Bucket=s3.bucket_name(), Key=found.key, UploadId=found.upload
        )
        return True
    if _is_named(found.key):
        return False
    default_storage.delete(found.key)
    return True


def _digest(storage: Storage, key: str) -> str:
    with storage.open(key) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- from one storage to the other --------------------------------------------------------------


def local_folder() -> FolderStorage:
    """Return the folder of this machine, whichever storage is in use."""
    return FolderStorage(location=settings.MEDIA_ROOT)


def named_keys() -> list[str]:
    """Return the keys of the objects of all rows, each once."""
    rows = Attachment.objects.values_list("file", "thumbnail")
    return sorted({key for row in rows.iterator(2000) for key in row if key})


class NotCopied(Exception):
    """An object that could not be copied, or was changed by the copy; says why."""


def copy_object(key: str, source: Storage, target: Storage) -> bool:
    """Copy an object into another storage and read it back; return whether it was copied.

    An object that is there with the same bytes stays, so an interrupted move can be run again.
    Raises NotCopied. The object in the source is left where it is.
    """
    if not source.exists(key):
        if target.exists(key):
            return False
        raise NotCopied("it is in neither place.")
    wanted = _digest(source, key)
    if target.exists(key):
        if target.size(key) == source.size(key) and _digest(target, key) == wanted:
            return False
        # An interrupted copy left half of it.
        target.delete(key)
    with tempfile.TemporaryFile() as local, source.open(key) as file:
        shutil.copyfileobj(file, local, CHUNK_BYTES)
        local.seek(0)
        # A bucket stores the type with the object, for a CDN that passes on nothing else.
        row = Attachment.objects.filter(file=key).only("content_type").first()
        content_type = row.content_type if row else "image/webp"
        name = target.save(key, UploadedFile(local, key, content_type))
    if name != key or _digest(target, key) != wanted:
        raise NotCopied("the copy differs from the original.")
    return True
