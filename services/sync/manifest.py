"""Write and read the list of the files that an export wrote.

It has the page of each file, which notes need not show, and its digest, by which an import can
tell whether the file was changed in the folder, on the site, or in both.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from posixpath import dirname, relpath

from services.db.bulk import chunks
from services.markdown.edit.attachment_paths import FOLDER, UUID
from services.models import Attachment, Page
from services.sync.atomic_write import is_inside, write_whole
from services.sync.resolve_file import Folder

LIST = f"{FOLDER}/files.json"
ABOUT = "What an export of the knowledge base wrote here, for an import to read."
# A file takes about three hundred bytes.
MAX_BYTES = 100 * 1024 * 1024
# Where each note is on disk, and the folder it was found in, by its path in the plan.
Origins = Mapping[str, tuple[Path, str]]


@dataclass(frozen=True, slots=True, order=True)
class Listed:
    """A file as it was exported to a path below the folder.

    `document` is the path of its page's document, `page` the page's title, blank if the page
    belongs to another document.
    """

    path: str
    uuid: str
    sha256: str
    document: str
    page: str


def read_list(folder: Path) -> list[Listed] | None:
    """Return the list in a folder: empty if there is none, None if the file is something else."""
    file = folder / LIST
    try:
        if not is_inside(folder, file) or file.stat().st_size > MAX_BYTES:
            return None
        content = json.loads(file.read_bytes())
        if content["about"] != ABOUT:
            return None
        rows = [Listed(**row) for row in content["files"]]
        return rows if all(isinstance(v, str) for r in rows for v in asdict(r).values()) else None
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return None


def write_list(folder: Path, listed: Iterable[Listed], left: Collection[str]) -> str:
    """Write the list again, with the previous rows of documents that were `left` alone.

    Return why it could not be written, or a blank text.
    """
    before = read_list(folder)
    if before is None:
        return "another file is there; move it away"
    now = {row.path: row for row in before if row.document in left}
    now |= {row.path: row for row in listed}
    if not now and not before:
        return ""
    content = {"about": ABOUT, "files": [asdict(row) for row in sorted(now.values())]}
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    try:
        write_whole(folder / LIST, [text.encode()])
    except OSError as error:
        return f"it cannot be written ({error.strerror})"
    return ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A file of the folder that is an attachment of a page, as its notes would refer to it.

    `path` is the document's. `page` is None for one that is not here (yet), `link` for a target
    that is not stored; `attachment` is the key of the attachment that the link leads to.
    """

    path: str
    page: int | None
    target: str
    file: Path
    link: int | None = None
    attachment: object = None


def find_exported(
    origins: Origins, folders: Mapping[str, Folder]
) -> Iterator[tuple[Listed, Reference, Attachment | None]]:
    """Yield the listed files that are in folders imported as a whole, with the attachments that
    they were exported from, None for those that are not here."""
    names = {note.resolve(): name for name, (note, _) in origins.items()}
    for folder in folders.values():
        listed = (read_list(folder.root) or []) if folder.whole else []
        for some in chunks(listed):
            uuids = [each.uuid for each in some if re.fullmatch(UUID, each.uuid)]
            rows = {str(pk): row for pk, row in Attachment.objects.in_bulk(uuids).items()}
            paths = {each: names.get(folder.root / each.document, "") for each in some}
            pages = _read_pages(set(paths.values()))
            for each, path in paths.items():
                file = folder.resolve_file(folder.root / each.path)
                if path and file:
                    target = relpath(each.path, dirname(each.document) or ".")
                    by_title = pages[path]
                    only = next(iter(by_title.values())) if len(by_title) == 1 else None
                    page = by_title.get(each.page) or only
                    yield each, Reference(path, page, target, file), rows.get(each.uuid)


def _read_pages(paths: Collection[str]) -> Mapping[str, dict[str, int]]:
    """Return the pages of documents, by path and by title."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Page.objects.filter(section__document__path__in=paths, section__gone=False)
    for page in rows.select_related("section__document").defer("notes", "kept", "outline"):
        found[page.section.document.path][str(page)] = page.pk
    return found
