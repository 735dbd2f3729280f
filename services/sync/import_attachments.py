"""Import the files that notes refer to, from the folder of the notes.

Each is an attachment of the page, found again by its `reference`, the target as the notes write
it. Nothing here stops an import: what cannot be taken along is a warning of the plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
from services.sync.manifest import Returning, returning
from services.sync.plan import Plan, Refused
from services.sync.resolve_file import Ambiguous, Folder

MISSED = (
    "the storage for files does not answer as it should, so these were left out; import again "
    "when it does, and they come along: "
)
CHANGED_TWICE = "it was changed here and in the folder; the one here stays."
# The place on disk of each note, and the folder it was found in, by its path in the plan.
Origins = Mapping[str, tuple[Path, str]]


@dataclass(frozen=True, slots=True)
class Reference:
    """A target in the notes of a page that leads to a file of the folder.

    `page` is None for one that is only planned, `link` for a target that is not stored yet.
    """

    path: str
    page: int | None
    target: str
    file: Path
    link: int | None = None
    attachment: object = None


def import_files(
    plan: Plan, origins: Origins, folders: Iterable[str] = (), by: User | None = None
) -> None:
    """Store the files that the notes refer to, once the plan is applied; unchanged ones stay.

    `folders` are those that were imported as a whole. When the storage fails, all that it lacks
    is one warning, and the next import brings it.
    """
    finder, keeper, kept = _Finder(plan, origins, folders), _Keeper(by), set()
    found, listed = list(finder.stored()), list(returning(origins, finder.folders))
    found += _belonging(listed)
    rows = _rows(reference.page for reference in found)
    for reference in found:
        try:
            if keeper.keep(reference, rows.get((reference.page, reference.target))):
                kept.add(reference.file)
        except (UploadRefused, OSError, IntegrityError) as error:
            plan.warnings.append(_left_out(reference, str(error)))
    for each in listed:
        try:
            if each.row is None and each.listed.page and not each.page:
                raise UploadRefused(f"its page “{each.listed.page}” is not here.")
            if keeper.renew(each):
                plan.replaced.append(each.listed.path)
        except (UploadRefused, OSError) as error:
            plan.warnings.append(Refused(each.listed.path, str(error)))
    plan.files = len(kept)
    if keeper.missed:
        plan.warnings.append(Refused("Files", MISSED + ", ".join(keeper.missed)))


def foresee_files(plan: Plan, origins: Origins, folders: Iterable[str] = ()) -> None:
    """Say in a plan how many files would be stored, which replaced, and which are too large or
    were changed on both sides; writes nothing."""
    finder, keeper, wanted = _Finder(plan, origins, folders), _Keeper(None), set()
    found, listed = list(finder.planned()), list(returning(origins, finder.folders))
    found += _belonging(listed, planned=True)
    rows = _rows(reference.page for reference in found)
    for reference in found:
        row = rows.get((reference.page, reference.target))
        if row is not None and (row.trashed_at or not keeper.is_changed(row, reference.file)):
            continue
        if words := _too_large(reference.file):
            plan.warnings.append(_left_out(reference, words))
        else:
            wanted.add(reference.file)
    for each in listed:
        try:
            if keeper.is_edited(each) and (words := _too_large(each.file)):
                raise UploadRefused(words)
            if keeper.is_edited(each):
                plan.replaced.append(each.listed.path)
        except (UploadRefused, OSError) as error:
            plan.warnings.append(Refused(each.listed.path, str(error)))
    plan.files = len(wanted)


def _too_large(file: Path) -> str:
    if file.stat().st_size <= settings.UPLOAD_MAX_BYTES:
        return ""
    return f"This file is too large: it may have {filesizeformat(settings.UPLOAD_MAX_BYTES)}."


def _belonging(listed: Iterable[Returning], *, planned: bool = False) -> Iterator[Reference]:
    """Yield listed files that are not stored here, with their pages; also of planned pages."""
    for each in listed:
        if each.row is None and (each.page or planned):
            yield Reference(each.path, each.page, each.target, each.file)


def _left_out(reference: Reference, why: str) -> Refused:
    return Refused(reference.path, f"the file {reference.target} was left out: {why}")


class _Finder:
    """Finds what the notes of a plan, and those that need none, refer to."""

    def __init__(self, plan: Plan, origins: Origins, folders: Iterable[str]) -> None:
        self.plan, self.origins, whole = plan, origins, set(folders)
        roots = {folder for _, folder in origins.values()}
        self.folders = {root: Folder(Path(root), whole=root in whole) for root in roots}
        self.paths = [
            path for path, (_, root) in origins.items() if not self.folders[root].is_empty()
        ]

    def stored(self, paths: Iterable[str] | None = None) -> Iterator[Reference]:
        """Find files by the links of pages; one without an extension may lead to a page first."""
        for some in chunks(self.paths if paths is None else list(paths)):
            links = Link.objects.filter(
                Q(to=None) | Q(target__contains="."),
                page__section__document__path__in=some,
                page__section__gone=False,
            ).order_by("pk")
            columns = ("pk", "page", "target", "attachment", "page__section__document__path")
            for pk, page, target, attachment, path in list(links.values_list(*columns)):
                if file := self.find(path, target):
                    yield Reference(path, page, target, file, pk, attachment)

    def planned(self) -> Iterator[Reference]:
        """Find files by the texts of the plan, and by the links of notes that stay as they are."""
        reading = {document.file.path for document in self.plan.documents}
        for document in self.plan.documents:
            for change in document.changes:
                body = change.section.body if change.section else ""
                page = change.stored.page if change.stored else None
                for target in read_targets(body) if "[" in body else ():
                    if "." in target and (file := self.find(document.file.path, target)):
                        yield Reference(document.file.path, page, target, file)
        yield from self.stored(path for path in self.paths if path not in reading)

    def find(self, path: str, target: str) -> Path | None:
        if path not in self.origins:
            return None
        note, root = self.origins[path]
        folder = self.folders[root]
        if folder.is_empty():
            return None
        try:
            # A link may have led to the folder, and the note itself may be one.
            inside = (note.parent.resolve() / note.name).relative_to(folder.root).as_posix()
            return folder.find(target, inside)
        except Ambiguous as several:
            words = f"the file {target} was left out: there are several ({several}). Say which."
            self.plan.warnings.append(Refused(path, words))
        except (OSError, ValueError):
            pass
        return None


class _Keeper:
    """Brings attachments in line with files, and remembers what could not be stored."""

    def __init__(self, by: User | None) -> None:
        self.by = by
        self.digests: dict[Path, str] = {}
        self.missed: list[str] = []

    def keep(self, reference: Reference, row: Attachment | None) -> bool:
        """Store a file if it has to be; whether it was."""
        if row is not None and (row.trashed_at or not self.is_changed(row, reference.file)):
            # What was deleted here stays so.
            self.lead(reference, row)
            return False
        if row is not None and self.was_replaced(row):
            raise UploadRefused(CHANGED_TWICE)
        try:
            # Once the storage has failed, each further try would only wait for it again.
            kept = None if self.missed else self.put(reference, row)
        except StorageFailed:
            kept = None
        if kept is None:
            self.missed.append(f"{reference.target} ({reference.path})")
            return False
        self.lead(reference, kept)
        return True

    def renew(self, each: Returning) -> bool:
        """Replace a file that was edited where an export wrote it; returns whether it was."""
        if not self.is_edited(each) or each.row is None:
            return False
        try:
            if self.missed:
                raise StorageFailed
            with each.file.open("rb") as opened:
                row = replace(each.row, File(opened, name=each.file.name))
        except StorageFailed:
            self.missed.append(each.listed.path)
            return False
        Attachment.objects.filter(pk=row.pk).update(imported_sha256=self.digest(each.file))
        return True

    def is_edited(self, each: Returning) -> bool:
        """Was a file edited where an export wrote it? Raises UploadRefused if it was replaced here
        since then as well."""
        row = each.row
        if row is None or row.trashed_at or self.digest(each.file) == each.listed.sha256:
            return False
        if not self.is_changed(row, each.file):
            return False
        # What came from the folder since the export was not changed here either.
        if not {each.listed.sha256, row.imported_sha256} & {row.source_sha256, row.sha256}:
            raise UploadRefused(CHANGED_TWICE)
        return True

    def put(self, reference: Reference, row: Attachment | None) -> Attachment:
        with reference.file.open("rb") as opened:
            file = File(opened, name=reference.file.name)
            if row is not None:
                return replace(row, file)
            page = Page.objects.filter(pk=reference.page or 0).first()
            if page is None:
                raise UploadRefused("its page was deleted meanwhile.")
            facts = {"name": reference.file.name, "reference": reference.target}
            return store(file, page=page, by=self.by, **facts)

    def lead(self, reference: Reference, row: Attachment) -> None:
        """Link to the file, and remember the digest of the one in the folder."""
        if reference.link and reference.attachment != row.pk:
            Link.objects.filter(pk=reference.link).update(attachment=row, to=None)
        digest = self.digest(reference.file)
        if digest != row.imported_sha256:
            Attachment.objects.filter(pk=row.pk).update(imported_sha256=digest)

    def is_changed(self, row: Attachment, file: Path) -> bool:
        """Tell whether a file differs from the stored one and the one last seen in a folder."""
        return self.digest(file) not in known_digests(row)

    def was_replaced(self, row: Attachment) -> bool:
        """Tell whether a file was replaced here since it was last seen in the folder."""
        return row.imported_sha256 not in ("", row.source_sha256, row.sha256)

    def digest(self, file: Path) -> str:
        """Return a file's digest, computed once, as several notes may refer to it."""
        if file not in self.digests:
            with file.open("rb") as opened:
                self.digests[file] = hashlib.file_digest(opened, "sha256").hexdigest()
        return self.digests[file]


def known_digests(row: Attachment) -> set[str]:
    """Those of all files that are known to be a row's: the one that came, the one that is stored,
    and those that were last brought from a folder and last written to one."""
    seen = {row.imported_sha256, row.exported_sha256} - {""}
    return {row.source_sha256, row.sha256} | seen


def _rows(pages: Iterable[int | None]) -> dict[tuple[int | None, str], Attachment]:
    """Return the attachments of pages that notes refer to, by page and reference."""
    found: dict[tuple[int | None, str], Attachment] = {}
    for some in chunks(sorted({page for page in pages if page})):
        for row in Attachment.objects.filter(page__in=some).exclude(reference=""):
            found[row.page_id, row.reference] = row
    return found
