"""What people do with files: rename, replace, delete, restore, share; and where they are used."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from services.attachments.errors import UploadRefused
from services.attachments.filenames import clean_name
from services.attachments.sniff import Kind
from services.attachments.store import check_total, copy_bytes, put_anew, taken_back
from services.db.locks import lock_files, retry_deadlocks
from services.markdown.read.targets import ATTACHMENT
from services.models import Attachment, Link, Page

GONE = "The file was deleted for good meanwhile. Add it to the page anew."


def rename(row: Attachment, name: str) -> None:
    """Give a file another name; its address stays, and its extension says what it is."""
    extensions = (f".{row.name.rpartition('.')[2]}".lower(),) if "." in row.name else ()
    row.name = clean_name(name, Kind(row.content_type, extensions))
    Attachment.objects.filter(pk=row.pk).update(name=row.name)


def replace(row: Attachment, file: File[bytes]) -> Attachment:
    """Put other bytes in the place of a file's, under the address that it has.

    Raises UploadRefused, and then the old ones stay.
    """
    fresh = put_anew(row, file)
    with taken_back(fresh):
        return _with_bytes_of(row, fresh)


@retry_deadlocks
def _with_bytes_of(row: Attachment, fresh: Attachment) -> Attachment:
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


def throw_away(row: Attachment, *, by: AbstractBaseUser | None) -> None:
    """Move a file to the trash; its bytes stay until that is emptied."""
    rows = Attachment.objects.live().filter(pk=row.pk)
    rows.update(trashed_at=timezone.now(), trashed_by=by)


def take_out(row: Attachment) -> bool:
    """Restore a file from the trash; False where it has gone for good meanwhile."""
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
    """Delete the files in the trash for good; returns how many.

    One at a time: what somebody restores meanwhile stays.
    """
    number = 0
    for pk in list(Attachment.objects.trashed().values_list("pk", flat=True)):
        with transaction.atomic():
            rows = Attachment.objects.trashed().select_for_update(of=("self",))
            if row := rows.filter(pk=pk).first():
                delete(row)
                number += 1
    return number


def adopt(page: Page, *, by: AbstractBaseUser | None) -> None:
    """Give a new page the files that its author sent while it was none yet."""
    found = addresses_in(page.notes)
    if found:
        rows = Attachment.objects.filter(
            pk__in=found, page=None, created_by=getattr(by, "pk", None)
        )
        rows.update(page=page)


def addresses_in(text: str) -> set[UUID]:
    """The files whose addresses stand in a text."""
    return {UUID(found) for found in ATTACHMENT.findall(text)}


def used_on(rows: Iterable[Attachment]) -> dict[UUID, list[Page]]:
    """The pages whose notes show or lead to each file; reads the notes of pages with files once.

    A file with a reference is used where the page's notes say that.
    """
    wanted = {row.pk: row for row in rows}
    found: dict[UUID, list[Page]] = {pk: [] for pk in wanted}
    pages = Page.objects.filter(notes__contains="/attachments/").only(
        "kind", "slug", "title", "abbreviation", "notes"
    )
    for page in pages.iterator():
        for pk in addresses_in(page.notes) & wanted.keys():
            found[pk].append(page)
    linked = Attachment.objects.filter(pk__in=wanted, links__isnull=False).select_related("page")
    for row in linked.distinct():
        if row.page and row.page not in found[row.pk]:
            found[row.pk].append(row.page)
    return found


def lend(page: Page, other: Page) -> None:
    """Let another page show those of a page's files that its notes write in the same way.

    Each page has a row, and both have one object, which stays until the last of them goes.
    """
    targets = Link.objects.filter(page=other).values("target")
    shown = Attachment.objects.filter(page=page, reference__in=targets).exclude(reference="")
    # Nobody deletes them, and the object with them, before both rows are there.
    for lent in list(shown.select_for_update(no_key=True)):
        reference = lent.reference
        lent.pk, lent.page, lent._state.adding = uuid4(), other, True
        lent.save(force_insert=True)
        Link.objects.filter(page=other, target=reference).update(attachment=lent, to=None)
