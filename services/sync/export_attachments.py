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
from services.sync.atomic_write import OUTSIDE, Export, digest_of, is_inside, write_whole
from services.sync.import_attachments import known_digests
from services.sync.manifest import Listed
from services.sync.resolve_file import Ambiguous, Folder, place_for

PIECE = 1024 * 1024
# File systems count bytes: 255 for a name.
LONGEST_NAME = 200
ANOTHER = "another file is there; move it away, or --force"
NO_NAME = "no file can have this name"
MISSING = "it is missing from the storage"
DOWN = "the storage for files does not answer as it should"


class FileExport:
    """Writes the attachments of one document after the other, each file once."""

    def __init__(self, folder: Path, done: Export, *, force: bool) -> None:
        self.root, self.done, self.force = folder, done, force
        # What is in the folder before anything is written: links may ask for a name alone.
        self.folder = Folder(folder, whole=True)
        self.folder.is_empty()
        self.written: dict[str, str] = {}
        self.taken: set[UUID] = set()
        self.listed: dict[str, Listed] = {}
        self.down = False

    def take(
        self, document: Document, links: Iterable[Link], stored: Collection[tuple[str, str]]
    ) -> None:
        """Write the files that a document's links lead to by their own words, and those (uuid,
        name) whose addresses stand in it as paths."""
        for link in links:
            if link.attachment:
                self.by_reference(document, link.target, link.attachment)
        rows = Attachment.objects.live().select_related("page__section")
        found = {str(pk): row for pk, row in rows.in_bulk([uuid for uuid, _ in stored]).items()}
        for uuid, name in stored:
            path = f"{FOLDER}/{uuid}/{name}"
            if "/" in name or name in (".", ".."):
                self.refuse(path, NO_NAME)
            elif uuid in found:
                self.put(path, found[uuid], document)

    def take_rest(self, documents: Mapping[int, Document]) -> None:
        """Write the other files of pages, given the documents by page: those that no notes show,
        or none that can be written where they do. They go where imported notes had them, or where
        the addresses that they have would lead to."""
        for some in chunks(sorted(documents)):
            rows = Attachment.objects.live().filter(page__in=some).select_related("page__section")
            for row in rows.order_by("pk"):
                if row.pk in self.taken:
                    continue
                document = documents[row.page_id or 0]
                path = place_for(row.reference, document.path) if row.reference else ""
                if not path or self.written.get(path, row.sha256) != row.sha256:
                    path = f"{FOLDER}/{row.pk}/{_short(row.name)}"
                self.put(path, row, document)

    def by_reference(self, document: Document, reference: str, row: Attachment) -> None:
        """Where the reference leads to in the folder as it is, if that is ours; else beside the
        document, which every reader looks at first."""
        try:
            there = self.folder.find(reference, document.path)
        except (Ambiguous, OSError, ValueError):
            there = None
        place = place_for(reference, document.path)
        if there is not None:
            path = there.relative_to(self.folder.root).as_posix()
            if not place or (path != place and digest_of(there) in known_digests(row)):
                place = path
        if not place:
            self.refuse(f"{document.path}: {reference}", OUTSIDE)
            return
        self.put(place, row)

    def put(self, path: str, row: Attachment, listed_of: Document | None = None) -> None:
        """Write one file, unless it is there, or another that is not ours."""
        self.taken.add(row.pk)
        target = self.root / path
        try:
            if not is_inside(self.root, target):
                self.refuse(path, OUTSIDE)
            elif path in self.written:
                if self.written[path] != row.sha256:
                    self.refuse(path, "another page has another file in this place")
            else:
                self.write(path, target, row)
        except ValueError:
            self.refuse(path, NO_NAME)
        except OSError as error:
            self.refuse(path, f"it cannot be written ({error.strerror})")
        if listed_of and self.written.get(path) == row.sha256:
            section = getattr(row.page, "section", None)
            page = str(row.page) if section and section.document_id == listed_of.pk else ""
            digest = row.exported_sha256
            self.listed[path] = Listed(path, str(row.pk), digest, listed_of.path, page)

    def write(self, path: str, target: Path, row: Attachment) -> None:
        there = digest_of(target)
        if there and there in (row.sha256, row.source_sha256):
            self.written[path] = row.sha256
            self.done.same.append(path)
            self.remember(row, there)
            return
        if there and there not in known_digests(row) and not self.force:
            self.refuse(path, ANOTHER)
            return
        if self.down:
            self.refuse(path, DOWN)
            return
        try:
            digest = write_whole(target, _pieces(str(row.file.name)))
        except StorageFailed as failed:
            missing = isinstance(failed.__cause__, FileNotFoundError)
            # Each further try would only wait for it again.
            self.down = isinstance(failed.__cause__, BotoCoreError)
            self.refuse(path, MISSING if missing else DOWN)
            return
        self.written[path] = row.sha256
        self.done.written.append(path)
        self.remember(row, digest)

    def remember(self, row: Attachment, digest: str) -> None:
        """Store digests, so that a later export may overwrite what this one wrote."""
        if row.exported_sha256 != digest:
            row.exported_sha256 = digest
            Attachment.objects.filter(pk=row.pk).update(exported_sha256=digest)

    def refuse(self, path: str, why: str) -> None:
        if (path, why) not in self.done.refused:
            self.done.refused.append((path, why))


def _short(name: str) -> str:
    suffix = PurePath(name).suffix
    stem = name.removesuffix(suffix).encode()[: LONGEST_NAME - len(suffix.encode())]
    return stem.decode(errors="ignore") + suffix


def find_stored(uuids: Collection[str]) -> set[str]:
    """Return the attachments among some uuids, also from the trash."""
    if not uuids:
        return set()
    return {
        str(row) for row in Attachment.objects.filter(pk__in=uuids).values_list("pk", flat=True)
    }


def _pieces(key: str) -> Iterator[bytes]:
    """Yield an object's bytes. Raises StorageFailed."""
    with convert_storage_errors():
        file = default_storage.open(key)
    with file:
        while True:
            with convert_storage_errors():
                piece = file.read(PIECE)
            if not piece:
                return
            yield piece
