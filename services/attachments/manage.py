"""Rename, replace, delete, restore and share files; find the pages that use them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from services.attachments.errors import UploadRefused
from services.attachments.filenames import clean_name
from services.attachments.sniff import Kind
from services.attachments.store import (
    check_total,
    copy_bytes,
    remove_objects_on_error,
    store_replacement,
)
from services.db.locks import lock_files, retry_deadlocks
from services.markdown.read.targets import ATTACHMENT
from services.models import Attachment, Link, Page

GONE = "The file was deleted for good in the meantime. Add it to the page again."


def rename(row: Attachment, name: str) -> None:
    """Give a file another name; its address stays, and its extension says what it is."""
    extensions = (f".{row.name.rpartition('.')[2]}".lower(),) if "." in row.name else ()
    row.name = clean_name(name, Kind(row.content_type, extensions))
    Attachment.objects.filter(pk=row.pk).update(name=row.name)


def replace(row: Attachment, file: File[bytes]) -> Attachment:
    """Replace the bytes of a file; its address stays. Raises UploadRefused, and changes nothing."""
    fresh = store_replacement(row, file)
    with remove_objects_on_error(fresh):
        return _replace_bytes(row, fresh)


@retry_deadlocks
def _replace_bytes(row: Attachment, fresh: Attachment) -> Attachment:
    with transaction.atomic():
        lock_files()
        check_total(fresh.size)
        rows = Attachment.objects.select_for_update(no_key=True, of=("self",))
        current = rows.filter(pk=row.pk).first()
        if current is None:
            raise UploadRefused(GONE)
        before = Attachment(file=current.file.name, thumbnail=current.thumbnail.name)
        copy_bytes(fresh, current)
        current.name = fresh.name
        current.save(force_update=True)
        release_objects(before)
        return current


def move_to_trash(row: Attachment, *, by: AbstractBaseUser | None) -> None:
    """Move a file to the trash; its bytes stay until that is emptied."""
    rows = Attachment.objects.live().filter(pk=row.pk)
    rows.update(trashed_at=timezone.now(), trashed_by=by)


def restore(row: Attachment) -> bool:
    """Restore a file from the trash; return False where it was deleted for good in the meantime."""
    return bool(Attachment.objects.filter(pk=row.pk).update(trashed_at=None, trashed_by=None))


def delete(row: Attachment) -> None:
    """Delete a file for good: its row now, and its objects when the transaction is committed."""
    with transaction.atomic():
        # It may have been replaced since this object was read.
        current = Attachment.objects.select_for_update(of=("self",)).filter(pk=row.pk).first()
        row.delete()
        release_objects(current or row)


def release_objects(row: Attachment) -> None:
    """On commit, delete the objects that a row no longer has, unless another row has them."""
    storage, key, keys = row.file.storage, str(row.file.name), row.keys

    def delete_objects() -> None:
        if not Attachment.objects.filter(file=key).exists():
            for each in keys:
                storage.delete(each)

    # `attachments sweep` deletes what the storage could not delete now.
    transaction.on_commit(delete_objects, robust=True)


def empty_trash() -> int:
    """Delete the files in the trash for good; return how many.

    One at a time, so that a file that is restored in the meantime stays.
    """
    number = 0
    for pk in list(Attachment.objects.trashed().values_list("pk", flat=True)):
        with transaction.atomic():
            rows = Attachment.objects.trashed().select_for_update(of=("self",))
            if row := rows.filter(pk=pk).first():
                delete(row)
                number += 1
    return number


def adopt(page: Page, *, by: User | None) -> None:
    """Give a new page the files that its author added before the page existed."""
    if found := attachment_ids_in(page.notes):
        Attachment.objects.filter(pk__in=found, page=None, created_by=by).update(page=page)


def attachment_ids_in(text: str) -> set[UUID]:
    """Return the ids of the files whose addresses are in a text."""
    return {UUID(found) for found in ATTACHMENT.findall(text)}


def pages_using(rows: Iterable[Attachment]) -> dict[UUID, list[Page]]:
    """Find the pages whose notes show or link each file; reads the notes of pages with files once.

    A file with a reference is used where its page's notes contain the reference.
    """
    wanted = {row.pk: row for row in rows}
    found: dict[UUID, list[Page]] = {pk: [] for pk in wanted}
    pages = Page.objects.filter(notes__contains="/attachments/")
    for page in pages.only("kind", "slug", "title", "abbreviation", "notes").iterator():
        for pk in attachment_ids_in(page.notes) & wanted.keys():
            found[pk].append(page)
    linked = Attachment.objects.filter(pk__in=wanted, links__isnull=False).select_related("page")
    for row in linked.distinct():
        if row.page and row.page not in found[row.pk]:
            found[row.pk].append(row.page)
    return found


def share_files(page: Page, other: Page) -> None:
    """Give another page rows for those of a page's files whose references its notes contain.

    Both rows share one object, which stays until the last of them is deleted.
    """
    targets = Link.objects.filter(page=other).values("target")
    shown = Attachment.objects.filter(page=page, reference__in=targets).exclude(reference="")
    # Locked, so that the shared object is not deleted before both rows are there.
    for row in list(shown.select_for_update(no_key=True)):
        row.pk, row.page, row._state.adding = uuid4(), other, True
        row.save(force_insert=True)
        Link.objects.filter(page=other, target=row.reference).update(attachment=row, to=None)
