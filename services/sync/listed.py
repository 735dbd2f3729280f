"""The list that an export leaves beside files: what an import cannot learn from notes.

It says of which page a file is that no notes show, and which bytes were written: only so can be
told whether a file was changed in the folder, on the site, or in both.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from services.markdown.edit.attachment_paths import FOLDER
from services.sync.atomic_write import is_inside, write_whole

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
    """What the list in a folder says; empty where there is none, None where it is no such list."""
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
