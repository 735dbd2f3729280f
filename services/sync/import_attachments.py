"""Import the files that notes refer to, from the folder of the notes.

Each is an attachment of the page, found again by its `reference`, the target as the notes write
it. Nothing here stops an import: a file that cannot be imported is a warning of the plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files import File
from django.db import IntegrityError
from django.db.models import Q
from django.template.defaultfilters import filesizeformat

from services.attachments.errors import StorageFailed, UploadRefused
from services.attachments.manage import replace
from services.attachments.store import store
from services.db.bulk import chunks
from services.markdown.read.targets import read_targets
from services.models import Attachment, Link, Page
from services.sync.atomic_write import digest_file
from services.sync.manifest import Listed, Origins, Reference, find_exported
from services.sync.plan import Plan, Refused
from services.sync.resolve_file import Ambiguous, Folder

MISSED = (
    "the storage for files does not answer as it should, so these were left out; import again "
    "when it does: "
)
CHANGED_TWICE = "it was changed here and in the folder; the one here stays."


def import_files(
    plan: Plan,
    origins: Origins,
    folders: Iterable[str],
    by: User | None = None,
    *,
    dry_run: bool = False,
) -> None:
    """Store the files that the notes refer to, once the plan is applied; unchanged ones stay.

    `folders` are those that were imported as a whole. When the storage fails, one warning lists
    all files that were not stored, and the next import stores them. A `dry_run`, before the plan
    is applied, only counts and warns.
    """
    finder, importer, stored = _Finder(plan, origins, folders), _Importer(by, dry_run), set()
    exported = list(find_exported(origins, finder.folders))
    found = list(finder.find_planned() if dry_run else finder.find_linked(finder.paths))
    found += [ref for _, ref, row in exported if row is None and (ref.page or dry_run)]
    rows = _read_rows({reference.page for reference in found if reference.page})
    for reference in found:
        try:
            if importer.import_file(reference, rows.get((reference.page, reference.target))):
                stored.add(reference.file)
        except (UploadRefused, OSError, IntegrityError) as error:
            why = f"the file {reference.target} was left out: {error}"
            plan.warnings.append(Refused(reference.path, why))
    for listed, reference, row in exported:
        try:
            if row is None and listed.page and not reference.page and not dry_run:
                raise UploadRefused(f"its page “{listed.page}” is not here.")
            if row is not None and importer.import_edited(listed, reference, row):
                plan.replaced.append(listed.path)
        except (UploadRefused, OSError) as error:
            plan.warnings.append(Refused(listed.path, str(error)))
    plan.files = len(stored)
    if importer.missed:
        plan.warnings.append(Refused("Files", MISSED + ", ".join(importer.missed)))


class _Finder:
    """Finds the files that the notes of a plan, and unchanged notes, refer to."""

    def __init__(self, plan: Plan, origins: Origins, folders: Iterable[str]) -> None:
        self.plan, self.origins, whole = plan, origins, set(folders)
        roots = {folder for _, folder in origins.values()}
        self.folders = {root: Folder(Path(root), whole=root in whole) for root in roots}
        self.paths = [
            path for path, (_, root) in origins.items() if not self.folders[root].is_empty()
        ]

    def find_linked(self, paths: Sequence[str]) -> Iterator[Reference]:
        """Find files by the links of pages; one without an extension may lead to a page first."""
        for some in chunks(paths):
            links = Link.objects.filter(
                Q(to=None) | Q(target__contains="."),
                page__section__document__path__in=some,
                page__section__gone=False,
            ).order_by("pk")
            columns = ("pk", "page", "target", "attachment", "page__section__document__path")
            for pk, page, target, attachment, path in list(links.values_list(*columns)):
                if file := self.find_file(path, target):
                    yield Reference(path, page, target, file, pk, attachment)

    def find_planned(self) -> Iterator[Reference]:
        """Find files by the texts of the plan, and by the links of unchanged notes."""
        for document in self.plan.documents:
            path = document.file.path
            for change in document.changes:
                body = change.section.body if change.section else ""
                page = change.stored.page if change.stored else None
                for target in read_targets(body) if "[" in body else ():
                    if "." in target and (file := self.find_file(path, target)):
                        yield Reference(path, page, target, file)
        planned = {document.file.path for document in self.plan.documents}
        yield from self.find_linked([path for path in self.paths if path not in planned])

    def find_file(self, path: str, target: str) -> Path | None:
        note, root = self.origins[path]
        folder = self.folders[root]
        try:
            # A link may have led to the folder, and the note itself may be one.
            inside = (note.parent.resolve() / note.name).relative_to(folder.root).as_posix()
            return folder.find_file(target, inside)
        except Ambiguous as several:
            words = f"the file {target} was left out: there are several ({several}). Say which."
            self.plan.warnings.append(Refused(path, words))
        except (OSError, ValueError):
            pass
        return None


class _Importer:
    """Updates attachments from files, and collects what the storage did not take."""

    def __init__(self, by: User | None, dry_run: bool) -> None:
        self.by, self.dry_run = by, dry_run
        self.digests: dict[Path, str] = {}
        self.missed: list[str] = []

    def import_file(self, reference: Reference, row: Attachment | None) -> bool:
        """Store a file unless it is stored already; return whether it was."""
        if row is not None and (row.trashed_at or not self.is_changed(row, reference.file)):
            # A file that was deleted here stays in the trash.
            self.link(reference, row)
            return False
        if row is not None and row.imported_sha256 not in ("", row.source_sha256, row.sha256):
            raise UploadRefused(CHANGED_TWICE)
        return self.store_file(reference, row, f"{reference.target} ({reference.path})")

    def import_edited(self, listed: Listed, reference: Reference, row: Attachment) -> bool:
        """Replace a file that was edited where an export wrote it; return whether it was.

        Raises UploadRefused if it was replaced here since then as well.
        """
        if row.trashed_at or self.digest(reference.file) == listed.sha256:
            return False
        if not self.is_changed(row, reference.file):
            return False
        # What came from the folder since the export was not changed here either.
        if not {listed.sha256, row.imported_sha256} & {row.source_sha256, row.sha256}:
            raise UploadRefused(CHANGED_TWICE)
        return self.store_file(reference, row, listed.path)

    def store_file(self, reference: Reference, row: Attachment | None, label: str) -> bool:
        """Store a file, in place of a row's if there is one; return whether it was stored."""
        if self.dry_run:
            if reference.file.stat().st_size > settings.UPLOAD_MAX_BYTES:
                limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
                raise UploadRefused(f"This file is too large: it may have {limit}.")
            return True
        try:
            # Once the storage has failed, each further try would only time out again.
            if self.missed:
                raise StorageFailed
            stored = self.put(reference, row)
        except StorageFailed:
            self.missed.append(label)
            return False
        self.link(reference, stored)
        return True

    def put(self, reference: Reference, row: Attachment | None) -> Attachment:
        name = reference.file.name
        with reference.file.open("rb") as opened:
            file = File(opened, name=name)
            if row is not None:
                return replace(row, file)
            page = Page.objects.filter(pk=reference.page or 0).first()
            if page is None:
                raise UploadRefused("its page was deleted in the meantime.")
            return store(file, page=page, by=self.by, name=name, reference=reference.target)

    def link(self, reference: Reference, row: Attachment) -> None:
        """Point the link to the attachment, and store the digest of the file in the folder."""
        if self.dry_run:
            return
        if reference.link and reference.attachment != row.pk:
            Link.objects.filter(pk=reference.link).update(attachment=row, to=None)
        digest = self.digest(reference.file)
        if digest != row.imported_sha256:
            Attachment.objects.filter(pk=row.pk).update(imported_sha256=digest)

    def is_changed(self, row: Attachment, file: Path) -> bool:
        """Tell whether a file differs from the stored one and the one last seen in a folder."""
        return self.digest(file) not in known_digests(row)

    def digest(self, file: Path) -> str:
        """Return a file's digest, computed once, as several notes may refer to it."""
        if file not in self.digests:
            self.digests[file] = digest_file(file)
        return self.digests[file]


def known_digests(row: Attachment) -> set[str]:
    """Return the digests of a row's files: as uploaded, as stored, and as last imported from a
    folder and exported to one."""
    digests = {row.source_sha256, row.sha256, row.imported_sha256, row.exported_sha256}
    return digests - {""}


def _read_rows(pages: Collection[int]) -> dict[tuple[int | None, str], Attachment]:
    """Return the attachments of pages that notes refer to, by page and reference."""
    rows = [
        row
        for some in chunks(sorted(pages))
        for row in Attachment.objects.filter(page__in=some).exclude(reference="")
    ]
    return {(row.page_id, row.reference): row for row in rows}
