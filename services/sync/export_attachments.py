"""Write attachments to an exported folder, where its notes link to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from uuid import UUID

from botocore.exceptions import BotoCoreError
from django.core.files.storage import default_storage

from services.attachments.errors import StorageFailed, convert_storage_errors
from services.db.bulk import chunks
from services.markdown.edit.attachment_paths import FOLDER
from services.models import Attachment, Document, Link
from services.sync.atomic_write import OUTSIDE, Export, digest_file, is_inside, write_whole
from services.sync.import_attachments import known_digests
from services.sync.manifest import Listed
from services.sync.resolve_file import Ambiguous, Folder, choose_path

CHUNK_BYTES = 1024 * 1024
# File systems count bytes: 255 for a name.
MAX_NAME_BYTES = 200
ANOTHER = "another file is there; move it away, or --force"
NO_NAME = "no file can have this name"
MISSING = "it is missing from the storage"
DOWN = "the storage for files does not answer as it should"


class FileExport:
    """Writes the attachments of one document after the other, each file once."""

    def __init__(self, folder: Path, done: Export, *, force: bool) -> None:
        self.root, self.done, self.force = folder, done, force
        # Read what is in the folder before anything is written: some links have only a file's name.
        self.folder = Folder(folder, whole=True)
        self.folder.is_empty()
        self.written: dict[str, str] = {}
        self.exported: set[UUID] = set()
        self.listed: dict[str, Listed] = {}
        self.down = False

    def export_linked(
        self, document: Document, links: Iterable[Link], stored: Collection[tuple[str, str]]
    ) -> None:
        """Write the files that a document's links lead to as they are written, and those (uuid,
        name) whose addresses are paths in it."""
        for link in links:
            if link.attachment:
                self.export_reference(document, link.target, link.attachment)
        rows = Attachment.objects.live().select_related("page__section")
        found = {str(pk): row for pk, row in rows.in_bulk([uuid for uuid, _ in stored]).items()}
        for uuid, name in stored:
            path = f"{FOLDER}/{uuid}/{name}"
            if "/" in name or name in (".", ".."):
                self.refuse(path, NO_NAME)
            elif uuid in found:
                self.export_file(path, found[uuid], document)

    def export_rest(self, documents: Mapping[int, Document]) -> None:
        """Write the other files of pages, given the documents by page.

        They go where imported notes had them, or where their addresses would lead to.
        """
        for some in chunks(sorted(documents)):
            rows = Attachment.objects.live().filter(page__in=some).select_related("page__section")
            for row in rows.order_by("pk"):
                if row.pk in self.exported:
                    continue
                document = documents[row.page_id or 0]
                path = choose_path(row.reference, document.path) if row.reference else ""
                if not path or self.written.get(path, row.sha256) != row.sha256:
                    path = f"{FOLDER}/{row.pk}/{_shorten_name(row.name)}"
                self.export_file(path, row, document)

    def export_reference(self, document: Document, reference: str, row: Attachment) -> None:
        """Write a file where the reference leads to in the folder, if that is a version of this
        file; else beside the document, where every reader looks first."""
        path = choose_path(reference, document.path)
        try:
            there = self.folder.find_file(reference, document.path)
        except (Ambiguous, OSError, ValueError):
            there = None
        if there is not None:
            found = there.relative_to(self.folder.root).as_posix()
            if not path or (found != path and digest_file(there) in known_digests(row)):
                path = found
        if path:
            self.export_file(path, row)
        else:
            self.refuse(f"{document.path}: {reference}", OUTSIDE)

    def export_file(self, path: str, row: Attachment, document: Document | None = None) -> None:
        """Write one file unless it, or one that is not ours, is there; list it with a document."""
        self.exported.add(row.pk)
        target = self.root / path
        try:
            if not is_inside(self.root, target):
                self.refuse(path, OUTSIDE)
            elif path not in self.written:
                self.write(path, target, row)
            elif self.written[path] != row.sha256:
                self.refuse(path, "another page has another file in this place")
        except ValueError:
            self.refuse(path, NO_NAME)
        except OSError as error:
            self.refuse(path, f"it cannot be written ({error.strerror})")
        if document and self.written.get(path) == row.sha256:
            section = getattr(row.page, "section", None)
            page = str(row.page) if section and section.document_id == document.pk else ""
            self.listed[path] = Listed(path, str(row.pk), row.exported_sha256, document.path, page)

    def write(self, path: str, target: Path, row: Attachment) -> None:
        there = digest_file(target) if target.is_file() else ""
        is_same = there != "" and there in (row.sha256, row.source_sha256)
        if there and there not in known_digests(row) and not self.force:
            self.refuse(path, ANOTHER)
            return
        if self.down and not is_same:
            self.refuse(path, DOWN)
            return
        try:
            digest = there if is_same else write_whole(target, _read_object(str(row.file.name)))
        except StorageFailed as failed:
            missing = isinstance(failed.__cause__, FileNotFoundError)
            # Each further try would only time out again.
            self.down = isinstance(failed.__cause__, BotoCoreError)
            self.refuse(path, MISSING if missing else DOWN)
            return
        (self.done.same if is_same else self.done.written).append(path)
        self.written[path] = row.sha256
        if row.exported_sha256 != digest:
            # A later export may overwrite what this one wrote.
            row.exported_sha256 = digest
            Attachment.objects.filter(pk=row.pk).update(exported_sha256=digest)

    def refuse(self, path: str, why: str) -> None:
        if (path, why) not in self.done.refused:
            self.done.refused.append((path, why))


def _shorten_name(name: str) -> str:
    suffix = PurePath(name).suffix
    stem = name.removesuffix(suffix).encode()[: MAX_NAME_BYTES - len(suffix.encode())]
    return stem.decode(errors="ignore") + suffix


def find_stored(uuids: Collection[str]) -> set[str]:
    """Return which of some uuids are of attachments, also of those in the trash."""
    return {str(pk) for pk in Attachment.objects.filter(pk__in=uuids).values_list("pk", flat=True)}


def _read_object(key: str) -> Iterator[bytes]:
    """Yield an object's bytes. Raises StorageFailed."""
    with convert_storage_errors(), default_storage.open(key) as file:
        yield from file.chunks(CHUNK_BYTES)
