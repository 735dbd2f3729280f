"""Find the file of an imported folder that a reference in a note means."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from posixpath import dirname, normpath

from services.markdown.edit.attachment_paths import STORED
from services.sync.read_files import SUFFIXES

# Where Obsidian and others put files, beside a note or at the top.
ATTACHMENT_FOLDERS = ("attachments", "Attachments", "assets", "images")


class Ambiguous(Exception):
    """A name alone could mean several files; the message names them."""


def candidate_paths(target: str, note: str) -> Iterator[str]:
    """Yield the paths below the folder that a reference in a note may mean, the likeliest first.

    Paths outside the folder are left out. What follows a `?` may belong to the name.
    """
    cut = target.partition("?")[0]
    for written in dict.fromkeys((target, target.replace("\\", "/"), cut, cut.replace("\\", "/"))):
        if not written.strip("/."):
            continue
        tops = dict.fromkeys(("" if written.startswith("/") else dirname(note), ""))
        paths = [f"{top}/{written}" for top in tops]
        if "/" not in written:
            paths += [f"{top}/{sub}/{written}" for top in tops for sub in ATTACHMENT_FOLDERS]
        for path in paths:
            clean = normpath(path.lstrip("/"))
            if not clean.startswith("..") and clean != ".":
                yield clean


def choose_path(target: str, note: str) -> str:
    """Return where below the folder to put a file so that a note's reference leads to it.

    Blank if that is outside the folder, hidden or the path of a note.
    """
    written = target.replace("\\", "/")
    cut = written.partition("?")[0]
    # What follows the `?` belongs to the name, or is a query for a server.
    path = cut if "." in cut.rpartition("/")[2] else written
    chosen = next(candidate_paths(path, note), "")
    beside = normpath(f"{dirname(note)}/{path}".lstrip("/"))
    is_expected = path.startswith("/") or chosen == beside
    return chosen if is_expected and is_importable(chosen) else ""


def is_importable(path: str) -> bool:
    """Tell whether a path is neither Markdown nor hidden, nor below a hidden folder."""
    hidden = any(part.startswith(".") for part in path.split("/"))
    return not hidden and not path.lower().endswith(SUFFIXES)


class Folder:
    """A folder that is imported as a `whole`, or the one that single notes are in.

    In a whole one, files are also found by name alone, as in Obsidian; the other may have any
    size, and is not walked.
    """

    def __init__(self, root: Path, *, whole: bool) -> None:
        self.root, self.whole = root.resolve(), whole

    def find_file(self, target: str, note: str) -> Path | None:
        """Return the file that a note's reference means. Raises Ambiguous."""
        for path in candidate_paths(target, note):
            if found := self._find_by_path(path):
                return found
        return self._find_by_name(target.partition("?")[0]) if self.whole else None

    def resolve_file(self, file: Path) -> Path | None:
        """Return the regular file at a path, if it is inside the folder with links followed."""
        try:
            found = file.resolve()
            path = found.relative_to(self.root).as_posix()
            return found if is_importable(path) and found.is_file() else None
        except (OSError, ValueError):
            # It cannot be read, or is outside.
            return None

    def _find_by_path(self, path: str) -> Path | None:
        if self.whole:
            found = self._files.get(_normalise(path))
            return self.resolve_file(found) if found else None
        return self.resolve_file(self.root / path) if is_importable(path) else None

    def _find_by_name(self, target: str) -> Path | None:
        """Find a file by its name or the end of its path, if only one file has that."""
        wanted = _normalise(target).casefold()
        name = wanted.rpartition("/")[2]
        if "." not in name:
            # A name without an extension is a page's.
            return None
        paths = self._names.get(name, ())
        found = [path for path in paths if f"/{path}".casefold().endswith(f"/{wanted}")]
        if len(found) > 1:
            raise Ambiguous(", ".join(sorted(found)))
        return self.resolve_file(self._files[found[0]]) if found else None

    @cached_property
    def _files(self) -> dict[str, Path]:
        """All files by path below the folder. Folders that are links are not entered."""
        found: dict[str, Path] = {}
        for place, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                file = Path(place, name)
                path = file.relative_to(self.root).as_posix()
                if is_importable(path):
                    found[_normalise(path)] = file
        return found

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """The paths of all files by their name in lower case, except those that an export put
        where their addresses lead to."""
        found: dict[str, list[str]] = {}
        for path in self._files:
            if not STORED.fullmatch(path):
                found.setdefault(path.rpartition("/")[2].casefold(), []).append(path)
        return found

    def is_empty(self) -> bool:
        return self.whole and not self._files


def _normalise(path: str) -> str:
    """Normalise a name: macOS separates letters and accents, notes combine them."""
    return unicodedata.normalize("NFC", path)
