"""Write and read the list of files of an export: what notes cannot say about them.

It holds to which page a file belongs that no notes show, and which bytes were written: only so an
import can tell whether a file was changed in the folder, on the site, or in both.
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
# A line has some three hundred bytes.
MAX_BYTES = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True, order=True)
class Listed:
    """A file at a path below the folder, as it was exported; its page by the path of its document
    and by its title there, blank where it is another document's."""

    path: str
    uuid: str
    sha256: str
    document: str
    page: str


def read_list(folder: Path) -> list[Listed] | None:
    """Read the list of a folder: empty if there is none, None if the file is another."""
    file = folder / LIST
    try:
        if not is_inside(folder, file) or file.stat().st_size > MAX_BYTES:
            return None
        told = json.loads(file.read_bytes())
        if told["about"] != ABOUT:
            return None
        rows = [Listed(**row) for row in told["files"]]
        return rows if all(isinstance(v, str) for r in rows for v in asdict(r).values()) else None
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return None


def write_list(folder: Path, listed: Iterable[Listed], left: Collection[str]) -> str:
    """Write the list anew, with what it said of documents that were left alone; blank, or why it
    could not be written."""
    before = read_list(folder)
    if before is None:
        return "another file is there; move it away"
    now = {row.path: row for row in before if row.document in left}
    now |= {row.path: row for row in listed}
    if not now and not before:
        return ""
    rows = [asdict(row) for row in sorted(now.values())]
    told = json.dumps({"about": ABOUT, "files": rows}, ensure_ascii=False, indent=1) + "\n"
    try:
        write_whole(folder / LIST, [told.encode()])
    except OSError as error:
        return f"it cannot be written ({error.strerror})"
    return ""


@dataclass(frozen=True, slots=True)
class Returning:
    """A listed file that is there: of the document at `path` in the plan, and `target` as its
    notes would refer to it. `row` is the attachment that it was exported from, None where that is
    not here; `page` the one that it belonged to, None where that is not here (yet)."""

    listed: Listed
    path: str
    target: str
    file: Path
    row: Attachment | None
    page: int | None


def returning(
    origins: Mapping[str, tuple[Path, str]], folders: Mapping[str, Folder]
) -> Iterator[Returning]:
    """Yield the listed files of folders that are imported whole, with their notes."""
    names = {note.resolve(): name for name, (note, _) in origins.items()}
    for folder in folders.values():
        listed = (read_list(folder.root) or []) if folder.whole else []
        for some in chunks(listed):
            rows = {str(row.pk): row for row in _known(each.uuid for each in some)}
            paths = {each: names.get(folder.root / each.document, "") for each in some}
            pages = _pages(set(paths.values()))
            for each, path in paths.items():
                file = folder.real(folder.root / each.path)
                if path and file:
                    target = relpath(each.path, dirname(each.document) or ".")
                    page = _page_of(pages[path], each.page)
                    yield Returning(each, path, target, file, rows.get(each.uuid), page)


def _known(uuids: Iterable[str]) -> Iterable[Attachment]:
    return Attachment.objects.filter(pk__in=[each for each in uuids if re.fullmatch(UUID, each)])


def _pages(paths: set[str]) -> Mapping[str, dict[str, int]]:
    """Return the pages of documents, by path and by title."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Page.objects.filter(section__document__path__in=paths, section__gone=False)
    for page in rows.select_related("section__document").defer("notes", "kept", "outline"):
        found[page.section.document.path][str(page)] = page.pk
    return found


def _page_of(pages: Mapping[str, int], title: str) -> int | None:
    """Return the page of that title, else the only one."""
    return pages.get(title) or (next(iter(pages.values())) if len(pages) == 1 else None)
