"""Find Markdown files, and read their bytes as text."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.sync.plan import IncomingFile, Refused
from services.text.line_ends import dominant_line_end

SUFFIXES = (".md", ".markdown")
UTF8_BOM = b"\xef\xbb\xbf"
BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
BYTE_ORDER_MARKS = {"utf-8-sig": UTF8_BOM} | {name: bom for bom, name in BOMS.items()}


class FileRefused(Exception):
    """The file is no note; the message says why, without the file's name."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to import: its path inside the notes, its bytes, and where it was found.

    `folder` is the imported folder, blank for an upload; `origin` the file on disk, if it is.
    """

    path: str
    data: bytes
    folder: str = ""
    origin: Path | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def decode(data: bytes) -> tuple[str, str]:
    """Return a file's text and encoding. Raises FileRefused if it is no text.

    UTF-8 with or without a byte order mark, or UTF-16 with one. `encode` gives the same bytes.
    """
    if encoding := BOMS.get(data[:2]):
        try:
            text = data[2:].decode(encoding)
        except UnicodeDecodeError:
            raise FileRefused("it begins like UTF-16 but is not: save it as UTF-8") from None
        if "\0" in text:
            raise FileRefused("it is a binary file, not text")
        return text, encoding
    if b"\0" in data:
        raise FileRefused("it is a binary file, not text")
    encoding = "utf-8-sig" if data.startswith(UTF8_BOM) else "utf-8"
    try:
        return data.removeprefix(UTF8_BOM).decode(), encoding
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FileRefused(f"it is not UTF-8 text (line {line}): save it as UTF-8") from None


def encode(text: str, encoding: str) -> bytes:
    """Return a text as the bytes of a file, with the byte order mark of its encoding."""
    plain = "utf-8" if encoding == "utf-8-sig" else encoding
    return BYTE_ORDER_MARKS.get(encoding, b"") + text.encode(plain)


def incoming(file: SourceFile) -> IncomingFile:
    """Return a file as planning reads it. Raises FileRefused."""
    text, encoding = decode(file.data)
    return IncomingFile(
        path=file.path,
        folder=file.folder,
        text=text,
        encoding=encoding,
        line_end=dominant_line_end(text),
        digest=file.digest,
    )


def find_files(
    paths: Sequence[Path], max_bytes: int
) -> tuple[list[tuple[str, Path, str]], list[Refused]]:
    """Yield the Markdown files at and below some paths, as (path in the notes, file, folder).

    Hidden folders (.obsidian, .git, .trash) are passed over. Where two given folders hold the
    same path, the later one's is put below the folder's name.
    """
    found: dict[str, tuple[str, Path, str]] = {}
    refused: list[Refused] = []
    for path in paths:
        entries = list(_below(path, refused)) if path.is_dir() else [(path.name, path)]
        if not path.exists():
            refused.append(Refused(str(path), "there is no such file or folder"))
            continue
        if path.is_dir() and not entries:
            refused.append(Refused(str(path), "it holds no Markdown (.md) file"))
        folder = str((path if path.is_dir() else path.parent).resolve())
        for name, file in entries:
            if _too_large(file, max_bytes):
                limit = f"{max_bytes / 1024 / 1024:.0f} MiB"
                refused.append(Refused(name, f"it is larger than {limit}"))
                continue
            if name in found and found[name][1].resolve() != file.resolve():
                name = f"{Path(folder).name}/{name}"
            found[name] = (name, file, folder)
    return list(found.values()), refused


def _below(folder: Path, refused: list[Refused]) -> Iterator[tuple[str, Path]]:
    root = folder.resolve()

    def unreadable(error: OSError) -> None:
        refused.append(Refused(str(error.filename), "the folder cannot be read"))

    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or not name.lower().endswith(SUFFIXES):
                continue
            file = Path(place) / name
            inside = file.relative_to(folder).as_posix()
            if file.is_symlink() and not file.resolve().is_relative_to(root):
                refused.append(Refused(inside, "it is a link to a file outside the folder"))
            else:
                yield inside, file


def _too_large(file: Path, max_bytes: int) -> bool:
    try:
        return file.stat().st_size > max_bytes
    except OSError:
        return False


def load(found: Iterable[tuple[str, Path, str]], refused: list[Refused]) -> Iterator[SourceFile]:
    """Read files one after the other; what cannot be read is added to `refused`."""
    for name, file, folder in found:
        try:
            if not file.is_file():
                raise FileRefused("it is no ordinary file")
            yield SourceFile(name, file.read_bytes(), folder, file)
        except FileRefused as error:
            refused.append(Refused(name, str(error)))
        except OSError as error:
            refused.append(Refused(name, f"it cannot be read ({error.strerror})"))
