"""Find Markdown files, and read their bytes as text."""

from __future__ import annotations

import codecs
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.sync.plan import IncomingFile, Refused
from services.text.line_ends import dominant_line_end

SUFFIXES = (".md", ".markdown")
BYTE_ORDER_MARKS = {
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}


class FileRefused(Exception):
    """The file is not imported; the message says why, without the file's name."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to import: its path in the notes, its bytes and its folder, blank for an upload."""

    path: str
    data: bytes
    folder: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def decode(data: bytes) -> tuple[str, str]:
    """Return a file's text and encoding. Raises FileRefused if it is not text.

    UTF-8 with or without a byte order mark, or UTF-16 with one. `encode` gives the same bytes.
    """
    marks = BYTE_ORDER_MARKS.items()
    encoding = next((name for name, mark in marks if data.startswith(mark)), "utf-8")
    is_utf16 = encoding.startswith("utf-16")
    if b"\0" in data and not is_utf16:
        raise FileRefused("it is a binary file, not text")
    try:
        mark = BYTE_ORDER_MARKS.get(encoding, b"")
        text = data.removeprefix(mark).decode(encoding.removesuffix("-sig"))
    except UnicodeDecodeError as error:
        if is_utf16:
            raise FileRefused("it begins like UTF-16 but is not: save it as UTF-8") from None
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRefused(f"it is not UTF-8 text (line {line}): save it as UTF-8") from None
    if "\0" in text:
        raise FileRefused("it is a binary file, not text")
    return text, encoding


def encode(text: str, encoding: str) -> bytes:
    """Return a text as the bytes of a file, with the byte order mark of its encoding."""
    return BYTE_ORDER_MARKS.get(encoding, b"") + text.encode(encoding.removesuffix("-sig"))


def read_incoming(file: SourceFile) -> IncomingFile:
    """Return a file as planning reads it. Raises FileRefused."""
    text, encoding = decode(file.data)
    line_end = dominant_line_end(text)
    return IncomingFile(file.path, file.folder, text, encoding, line_end, file.digest)


def find_files(paths: Sequence[Path]) -> tuple[list[tuple[str, Path, str]], list[Refused]]:
    """Return the Markdown files at and below some paths, as (path in the notes, file, folder).

    Hidden folders (.obsidian, .git, .trash) are skipped. Where two given folders hold the same
    path, the later one's is put below the folder's name.
    """
    found: dict[str, tuple[str, Path, str]] = {}
    refused: list[Refused] = []
    for path in paths:
        if not path.exists():
            refused.append(Refused(str(path), "there is no such file or folder"))
            continue
        entries = list(_walk(path, refused)) if path.is_dir() else [(path.name, path)]
        if not entries:
            refused.append(Refused(str(path), "it holds no Markdown (.md) file"))
        folder = (path if path.is_dir() else path.parent).resolve()
        for name, file in entries:
            if name in found and found[name][1].resolve() != file.resolve():
                name = f"{folder.name}/{name}"
            found[name] = (name, file, str(folder))
    return list(found.values()), refused


def _walk(folder: Path, refused: list[Refused]) -> Iterator[tuple[str, Path]]:
    def refuse_folder(error: OSError) -> None:
        refused.append(Refused(str(error.filename), "the folder cannot be read"))

    for place, folders, names in os.walk(folder, onerror=refuse_folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or not name.lower().endswith(SUFFIXES):
                continue
            file = Path(place) / name
            path = file.relative_to(folder).as_posix()
            if file.is_symlink() and not file.resolve().is_relative_to(folder.resolve()):
                refused.append(Refused(path, "it is a link to a file outside the folder"))
            else:
                yield path, file


def load(
    found: Iterable[tuple[str, Path, str]], refused: list[Refused], max_bytes: int
) -> Iterator[SourceFile]:
    """Read files one after the other; what cannot be read is added to `refused`."""
    for path, file, folder in found:
        try:
            if not file.is_file():
                refused.append(Refused(path, "it is no ordinary file"))
            elif file.stat().st_size > max_bytes:
                limit = f"{max_bytes / 1024 / 1024:.0f} MiB"
                refused.append(Refused(path, f"it is larger than {limit}"))
            else:
                yield SourceFile(path, file.read_bytes(), folder)
        except OSError as error:
            refused.append(Refused(path, f"it cannot be read ({error.strerror})"))
