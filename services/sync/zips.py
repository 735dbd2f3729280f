"""Unpack a zipped folder of notes into a folder of its own, while it is imported.

Zips come from anybody: where an entry goes, what it is and how large it gets is decided here.
"""

from __future__ import annotations

import io
import re
import shutil
import stat
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.template.defaultfilters import filesizeformat

from services.sync.plan import Refused

SUFFIX = ".zip"
MOST_ENTRIES = 100_000
MAX_BYTES = 2 * 1024 * 1024 * 1024
# Deflate makes zeros a thousand times smaller and notes ten times; small zips may be of zeros.
MOST_RATIO, ANY_RATIO_BELOW = 200, 64 * 1024 * 1024
# The list of entries is read in one piece, before anything is known about it.
MOST_AT_ONCE = 20 * 1024 * 1024
PIECE = 1024 * 1024
A_DAY = 24 * 3600
DRIVE = re.compile(r"[A-Za-z]:")
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
# What macOS adds.
EXTRAS = "__MACOSX"
ENCRYPTED = 0x1 | 0x40
UTF8_NAME = 0x800
BROKEN = (BadZipFile, EOFError, ValueError, RuntimeError, zlib.error)


class ZipRefused(Exception):
    """The zip is not imported; the message says why, to be shown after its name and a colon."""


@dataclass(slots=True)
class Unpacked:
    """The folder of an unpacked zip, and the entries that were left out."""

    folder: Path
    refused: list[Refused] = field(default_factory=list)


@contextmanager
def unpacked(file: Path, name: str) -> Iterator[Unpacked]:
    """Unpack a zip into a folder that is deleted afterwards. Raises ZipRefused.

    Hidden folders are passed over, and a folder that holds all the rest is left out. `name` is
    what the zip is called.
    """
    sweep()
    with tempfile.TemporaryDirectory(dir=_room()) as room:
        # Notes of the same path in two folders are told apart by the folders' names.
        done = Unpacked(Path(room, _folder_name(name)))
        done.folder.mkdir()
        try:
            with file.open("rb") as raw, ZipFile(_Careful(raw)) as opened:
                entries = _entries(opened.infolist(), done.refused)
                _check_size(entries, file.stat().st_size)
                _unpack(opened, entries, done.folder)
        except NotImplementedError:
            raise ZipRefused("it is packed in a way that cannot be read here") from None
        except BROKEN:
            raise ZipRefused("it is no zip file, or a broken one") from None
        except OSError as error:
            raise ZipRefused(f"it cannot be unpacked ({error.strerror})") from None
        yield done


class _Careful(io.RawIOBase):
    """A file that limits how much a zip may read at once, whatever its headers claim."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def read(self, size: int = -1) -> bytes:
        if size > MOST_AT_ONCE:
            raise BadZipFile
        return self.file.read(size if size >= 0 else MOST_AT_ONCE)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET and offset < 0:
            raise BadZipFile
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _entries(found: Sequence[ZipInfo], refused: list[Refused]) -> list[tuple[Path, ZipInfo]]:
    """Return which entries of a zip are unpacked, and to which paths in the folder."""
    if len(found) > MOST_ENTRIES:
        raise ZipRefused(f"it holds more than {MOST_ENTRIES:,} files")
    entries: dict[tuple[str, ...], ZipInfo] = {}
    for info in found:
        parts = _parts(info)
        if info.is_dir() or _is_passed_over(parts):
            continue
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            refused.append(Refused("/".join(parts), "it is a link or something else than a file"))
            continue
        if info.flag_bits & ENCRYPTED:
            raise ZipRefused("it is encrypted; unpack it and import the folder")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise NotImplementedError
        if parts in entries:
            raise ZipRefused(f"it holds “{'/'.join(parts)}” twice")
        entries[parts] = info
    tops = {parts[0] for parts in entries}
    wrapped = len(tops) == 1 and all(len(parts) > 1 for parts in entries)
    return [(Path(*parts[wrapped:]), info) for parts, info in entries.items()]


def _parts(info: ZipInfo) -> tuple[str, ...]:
    """Return an entry's path. Raises ZipRefused if it leads out of the folder."""
    name = _name(info).replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or DRIVE.match(name) or ".." in parts:
        raise ZipRefused(f"“{_shown(name)}” in it leads out of its folder")
    # The name with what zipfile cuts off behind a zero.
    if CONTROLS.search(info.orig_filename) or not (parts or info.is_dir()):
        raise ZipRefused(f"“{_shown(name)}” in it is no name for a file")
    if any(len(part.encode()) > 255 for part in parts) or len(name.encode()) > 1000:
        raise ZipRefused(f"the name “{_shown(name)}” in it is too long")
    return parts


def _name(info: ZipInfo) -> str:
    """Return an entry's name: UTF-8 if it is declared or valid, else code page 437."""
    if info.flag_bits & UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def _shown(name: str) -> str:
    clean = CONTROLS.sub("�", name)
    return clean if len(clean) <= 80 else f"{clean[:80]}…"


def _is_passed_over(parts: tuple[str, ...]) -> bool:
    return not parts or parts[0] == EXTRAS or any(part.startswith(".") for part in parts)


def _check_size(entries: Sequence[tuple[Path, ZipInfo]], packed: int) -> None:
    """Raise ZipRefused for what would get too large; no entry gets larger than it says."""
    size = sum(info.file_size for _, info in entries)
    if size > MAX_BYTES:
        raise ZipRefused(f"unpacked it has more than {filesizeformat(MAX_BYTES)}")
    if size > max(ANY_RATIO_BELOW, packed * MOST_RATIO):
        raise ZipRefused("unpacked it gets larger than notes and files ever do")


def _unpack(opened: ZipFile, entries: Sequence[tuple[Path, ZipInfo]], folder: Path) -> None:
    left = MAX_BYTES
    for path, info in entries:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(info) as packed, target.open("xb") as file:
            while piece := packed.read(PIECE):
                left -= len(piece)
                if left < 0:
                    raise BadZipFile
                file.write(piece)


# -- zips that wait for a person -----------------------------------------------------------------


def keep(chunks: Iterator[bytes]) -> str:
    """Keep an uploaded zip for a day at most; returns the name to `kept` it by."""
    sweep()
    name = uuid4().hex
    with (_room() / f"{name}{SUFFIX}").open("xb") as file:
        for chunk in chunks:
            file.write(chunk)
    return name


def kept(name: str) -> Path | None:
    """Return an uploaded zip, if it is still stored."""
    file = _room() / f"{name}{SUFFIX}"
    return file if re.fullmatch(r"[0-9a-f]{32}", name) and file.is_file() else None


def forget(name: str) -> None:
    if file := kept(name):
        file.unlink(missing_ok=True)


def sweep() -> None:
    """Remove zips older than a day: never applied, or interrupted while unpacking."""
    for path in _room().iterdir():
        try:
            if path.stat().st_mtime < time.time() - A_DAY:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        except OSError:
            continue


def _folder_name(name: str) -> str:
    """Return a zip's name as a folder; file systems count bytes."""
    stem = Path(name).stem.lstrip(".").encode()[:100]
    return stem.decode(errors="ignore").strip() or "notes"


def _room() -> Path:
    folder: Path = settings.VAR_DIR / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
