"""The objects in the storage against the rows that name them: compared, swept, moved."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from botocore.exceptions import ClientError
from django.conf import settings
from django.core.files.storage import Storage, default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from services.attachments.storage.local import FolderStorage
from services.attachments.storage.s3 import ARRIVING, bucket_name, bucket_storage, client, is_remote
from services.models import Attachment

# Everything of ours is below these; nothing else in the bucket or folder is looked at.
PREFIXES = ("attachments/", ARRIVING)
# Uploads and replacements that are under way have objects without rows.
GRACE = timedelta(days=1)
PIECE = 1024 * 1024
CUT_OFF = "nobody refers to it: it belongs to an upload that was cut off"
# What servers answer that have none, know of no such list, or do not let us see it.
UNTOLD = ("NoSuchUpload", "NotImplemented", "MethodNotAllowed", "AccessDenied", "405", "501")


@dataclass(frozen=True, slots=True)
class Stored:
    """An object: its key, its size in bytes, and when it was put.

    `upload` is the id of one that was sent in pieces and never put together: it is none yet.
    """

    key: str
    size: int
    put_at: datetime
    upload: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an object or with the row that names it, as a sentence."""

    key: str
    words: str


def all_objects() -> Iterator[Stored]:
    """All objects of ours in the storage, in no order."""
    for prefix in PREFIXES:
        yield from _in_bucket(prefix) if is_remote() else _in_folder(prefix)


def _in_bucket(prefix: str) -> Iterator[Stored]:
    for found in bucket_storage().bucket.objects.filter(Prefix=prefix):
        yield Stored(found.key, found.size, found.last_modified)
    yield from _in_pieces(prefix)


def _in_pieces(prefix: str) -> Iterator[Stored]:
    """What was left of large uploads that were cut off; a server may not tell of them."""
    pages = client().get_paginator("list_multipart_uploads")
    try:
        for page in pages.paginate(Bucket=bucket_name(), Prefix=prefix):
            for found in page.get("Uploads", ()):
                yield Stored(found["Key"], 0, found["Initiated"], found["UploadId"])
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") not in UNTOLD:
            raise


def _in_folder(prefix: str) -> Iterator[Stored]:
    root = Path(default_storage.path(""))
    for place, _, names in os.walk(root / prefix):
        for name in names:
            file = Path(place) / name
            try:
                facts = file.stat()
            except FileNotFoundError:
                continue
            put_at = datetime.fromtimestamp(facts.st_mtime, UTC)
            yield Stored(file.relative_to(root).as_posix(), facts.st_size, put_at)


def check(*, contents: bool = True) -> Iterator[Problem]:
    """What does not agree: rows without their object or with other bytes, objects without a row.

    Without `contents` the bytes are not read, and only their number is compared.
    """
    there: dict[str, Stored] = {}
    for found in all_objects():
        if found.upload:
            yield Problem(
                found.key, "nobody refers to it: it belongs to an upload that was cut off"
            )
        else:
            there[found.key] = found
    named: set[str] = set()
    rows = Attachment.objects.order_by("file", "pk").select_related("page")
    for row in rows.iterator(500):
        named.update(row.keys)
        yield from _of_row(row, there, contents=contents)
    for key in sorted(there.keys() - named):
        left = "an upload that was not finished" if key.startswith(ARRIVING) else "no attachment"
        yield Problem(key, f"nobody refers to it: it belongs to {left}")


def _of_row(row: Attachment, there: dict[str, Stored], *, contents: bool) -> Iterator[Problem]:
    key = str(row.file.name)
    whose = f"“{row.name}” ({row.pk})"
    if key not in there and default_storage.exists(key):
        # Put while the others were listed.
        return
    if key not in there:
        yield Problem(key, f"it is missing, and {whose} needs it")
    elif there[key].size != row.size:
        yield Problem(key, f"it has {there[key].size:,} bytes, and {whose} has {row.size:,}")
    elif contents and digest(default_storage, key) != row.sha256:
        yield Problem(key, f"its bytes are not those of {whose} any more")
    if row.thumbnail and str(row.thumbnail.name) not in there:
        yield Problem(str(row.thumbnail.name), f"the small picture of {whose} is missing")


def unused(older_than: timedelta = GRACE) -> Iterator[Stored]:
    """Objects that no row names and that were put longer ago than this."""
    before = datetime.now(UTC) - older_than
    for found in all_objects():
        if found.put_at < before and (found.upload or not is_named(found.key)):
            yield found


def is_named(key: str) -> bool:
    """Does a row, also one in the trash, have this object?"""
    return Attachment.objects.filter(Q(file=key) | Q(thumbnail=key)).exists()


def sweep(found: Stored) -> bool:
    """Delete an object, if still no row names it."""
    if found.upload:
        wanted = {"Bucket": bucket_name(), "Key": found.key, "UploadId": found.upload}
        client().abort_multipart_upload(**wanted)
        return True
    if is_named(found.key):
        return False
    default_storage.delete(found.key)
    return True


def digest(storage: Storage, key: str) -> str:
    """The SHA-256 of an object's bytes, read in pieces."""
    found = hashlib.sha256()
    with storage.open(key) as file:
        while piece := file.read(PIECE):
            found.update(piece)
    return found.hexdigest()


# -- from one storage to the other --------------------------------------------------------------


def folder() -> FolderStorage:
    """The folder of this machine, whichever storage is in use."""
    return FolderStorage(location=settings.MEDIA_ROOT)


def named_keys() -> list[str]:
    """The objects of all rows, each once."""
    rows = Attachment.objects.values_list("file", "thumbnail")
    return sorted({key for row in rows.iterator(2000) for key in row if key})


class NotMoved(Exception):
    """An object that could not be copied, or did not come out the same; says why."""


def move(key: str, source: Storage, target: Storage) -> bool:
    """Copy an object into another storage and read it back; whether anything had to be copied.

    What is there already with the same bytes stays, so that a move can be taken up again. Raises
    NotMoved. The object in the source is left where it is.
    """
    if not source.exists(key):
        if target.exists(key):
            return False
        raise NotMoved("it is in neither place.")
    wanted = digest(source, key)
    if target.exists(key):
        if target.size(key) == source.size(key) and digest(target, key) == wanted:
            return False
        # Left half by a move that was interrupted.
        target.delete(key)
    with tempfile.TemporaryFile() as passing, source.open(key) as file:
        while piece := file.read(PIECE):
            passing.write(piece)
        passing.seek(0)
        name = target.save(key, _typed(key, passing))
    if name != key or digest(target, key) != wanted:
        raise NotMoved("it did not come out as it went in.")
    return True


def _typed(key: str, file: IO[bytes]) -> UploadedFile[bytes]:
    """A bucket is told what an object is, for a CDN that passes on nothing else."""
    row = Attachment.objects.filter(file=key).only("content_type").first()
    return UploadedFile(file, key, row.content_type if row else "image/webp")
