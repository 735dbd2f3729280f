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


def places(target: str, note: str) -> Iterator[str]:
    """Return paths below the folder where a reference in a note may lead, the likeliest first.

    Never outside: such places are left out. What follows a `?` may belong to the name.
    """
    for asked in dict.fromkeys((target, target.partition("?")[0])):
        for written in dict.fromkeys((asked, asked.replace("\\", "/"))):
            if not written.strip("/."):
                continue
            beside = "" if written.startswith("/") else dirname(note)
            tops = list(dict.fromkeys((beside, "")))
            yield from _inside(f"{top}/{written}" for top in tops)
            if "/" not in written:
                yield from _inside(
                    f"{top}/{sub}/{written}" for top in tops for sub in ATTACHMENT_FOLDERS
                )


def place_for(target: str, note: str) -> str:
    """Where below the folder a file is put so that a note's reference leads to it; blank where
    that is outside, hidden or a note's place."""
    written = target.replace("\\", "/")
    cut = written.partition("?")[0]
    # Either the name goes on behind a `?`, or what does is for a server.
    path = cut if "." in cut.rpartition("/")[2] else written
    place = next(places(path, note), "")
    beside = normpath(f"{dirname(note)}/{path}".lstrip("/")) if not path.startswith("/") else place
    return place if place == beside and may_be_taken(place) else ""


def _inside(paths: Iterator[str]) -> Iterator[str]:
    for path in paths:
        clean = normpath(path.lstrip("/"))
        if not clean.startswith("..") and clean != ".":
            yield clean


def may_be_taken(path: str) -> bool:
    """Tell whether a path is neither Markdown nor hidden, nor below a hidden folder."""
    hidden = any(part.startswith(".") for part in path.split("/"))
    return not hidden and not path.lower().endswith(SUFFIXES)


class Folder:
    """A folder that is imported as a `whole`, or the one that single notes lie in.

    Of a whole one, files are also found by name alone, as Obsidian does; the other may be
    anything, and is not gone through.
    """

    def __init__(self, root: Path, *, whole: bool) -> None:
        self.root, self.whole = root.resolve(), whole

    def find(self, target: str, note: str) -> Path | None:
        """Return the file that a note's reference means. Raises Ambiguous."""
        for place in places(target, note):
            if found := self._at(place):
                return found
        return self._named(target.partition("?")[0]) if self.whole else None

    def real(self, file: Path) -> Path | None:
        """Return the regular file at a path, if it is inside the folder with links followed."""
        try:
            found = file.resolve()
            path = found.relative_to(self.root).as_posix()
            return found if may_be_taken(path) and found.is_file() else None
        except (OSError, ValueError):
            # It cannot be looked at, or is outside.
            return None

    def _at(self, place: str) -> Path | None:
        if self.whole:
            found = self._files.get(_form(place))
            return self.real(found) if found else None
        return self.real(self.root / place) if may_be_taken(place) else None

    def _named(self, target: str) -> Path | None:
        """Find a file by its name or the end of its path, if only one file has that."""
        wanted = _form(target).casefold()
        ends = f"/{wanted}"
        name = wanted.rpartition("/")[2]
        if "." not in name:
            # A name like that asks for a page.
            return None
        found = [p for p in self._names.get(name, ()) if f"/{p}".casefold().endswith(ends)]
        if len(found) > 1:
            raise Ambiguous(", ".join(sorted(found)))
        return self.real(self._files[found[0]]) if found else None

    @cached_property
    def _files(self) -> dict[str, Path]:
        """All files by path below the folder. Folders that are links are not entered."""
        found: dict[str, Path] = {}
        for place, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                file = Path(place, name)
                path = file.relative_to(self.root).as_posix()
                if may_be_taken(path):
                    found[_form(path)] = file
        return found

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """The paths of all files by their name alone, without case; not of those that an export
        put where their addresses lead to."""
        found: dict[str, list[str]] = {}
        for path in self._files:
            if STORED.fullmatch(path):
                continue
            found.setdefault(path.rpartition("/")[2].casefold(), []).append(path)
        return found

    def is_empty(self) -> bool:
        return self.whole and not self._files


def _form(path: str) -> str:
    """Normalise a name: macOS separates letters and accents, notes combine them."""
    return unicodedata.normalize("NFC", path)
