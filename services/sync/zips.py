"""Unpack a zipped folder of notes into a folder of its own, while it is imported.

A zip may be hostile: where an entry goes, what it is and how large it may get is decided here.
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
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.template.defaultfilters import filesizeformat

from services.sync.plan import Refused

SUFFIX = ".zip"
MAX_ENTRIES = 100_000
MAX_BYTES = 2 * 1024 * 1024 * 1024
# Deflate makes zeros a thousand times smaller and notes ten times; small zips may be of zeros.
MAX_RATIO, ANY_RATIO_BELOW = 200, 64 * 1024 * 1024
# The list of entries is read in one piece, before anything is known about it.
MAX_READ_BYTES = 20 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
MAX_AGE_SECONDS = 24 * 3600
DRIVE = re.compile(r"[A-Za-z]:")
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
# The folder that macOS adds.
EXTRAS = "__MACOSX"
ENCRYPTED = 0x1 | 0x40
UTF8_NAME = 0x800
BROKEN = (BadZipFile, EOFError, ValueError, RuntimeError, zlib.error)


class ZipRefused(Exception):
    """The zip is not imported; the message says why, to be shown after its name and a colon."""


@contextmanager
def unpack_zip(file: Path, name: str) -> Iterator[tuple[Path, list[Refused]]]:
    """Unpack a zip; yield the folder, deleted afterwards, and the entries that were left out.

    Hidden folders are skipped, and a single folder around all the rest is removed. `name` is the
    file name of the zip. Raises ZipRefused.
    """
    delete_old_zips()
    with tempfile.TemporaryDirectory(dir=_zips_folder()) as temporary:
        # This name is put before the path of a note that another folder has as well.
        folder = Path(temporary, _folder_name(name))
        folder.mkdir()
        refused: list[Refused] = []
        try:
            with _LimitedReader(io.FileIO(file)) as raw, ZipFile(raw) as opened:
                entries = _select_entries(opened.infolist(), refused)
                _check_size(entries, file.stat().st_size)
                _unpack(opened, entries, folder)
        except NotImplementedError:
            raise ZipRefused("it is packed in a way that cannot be read here") from None
        except BROKEN:
            raise ZipRefused("it is no zip file, or a broken one") from None
        except OSError as error:
            raise ZipRefused(f"it cannot be unpacked ({error.strerror})") from None
        yield folder, refused


class _LimitedReader(io.BufferedReader):
    """Limit how many bytes a zip can make us read at once, whatever its headers claim."""

    def read(self, size: int | None = -1) -> bytes:
        if size and size > MAX_READ_BYTES:
            raise BadZipFile
        return super().read(MAX_READ_BYTES if size is None or size < 0 else size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET and offset < 0:
            raise BadZipFile
        return super().seek(offset, whence)


def _select_entries(found: Sequence[ZipInfo], refused: list[Refused]) -> list[tuple[Path, ZipInfo]]:
    """Return which entries of a zip are unpacked, and to which paths in the folder."""
    if len(found) > MAX_ENTRIES:
        raise ZipRefused(f"it holds more than {MAX_ENTRIES:,} files")
    entries: dict[tuple[str, ...], ZipInfo] = {}
    for info in found:
        parts = _split_path(info)
        if info.is_dir() or _is_skipped(parts):
            continue
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            refused.append(Refused("/".join(parts), "it is a link or a special file"))
            continue
        if info.flag_bits & ENCRYPTED:
            raise ZipRefused("it is encrypted; unpack it and import the folder")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise NotImplementedError
        if parts in entries:
            raise ZipRefused(f"it holds “{'/'.join(parts)}” twice")
        entries[parts] = info
    wrapped = len({parts[0] for parts in entries}) == 1 and all(len(p) > 1 for p in entries)
    return [(Path(*parts[wrapped:]), info) for parts, info in entries.items()]


def _split_path(info: ZipInfo) -> tuple[str, ...]:
    """Return an entry's path. Raises ZipRefused if it leads out of the folder."""
    name = _decode_name(info).replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if name.startswith("/") or DRIVE.match(name) or ".." in parts:
        raise ZipRefused(f"“{_printable(name)}” in it leads out of its folder")
    # The name including what zipfile cuts off after a NUL.
    if CONTROLS.search(info.orig_filename) or not (parts or info.is_dir()):
        raise ZipRefused(f"“{_printable(name)}” in it is not a valid file name")
    if any(len(part.encode()) > 255 for part in parts) or len(name.encode()) > 1000:
        raise ZipRefused(f"the name “{_printable(name)}” in it is too long")
    return parts


def _decode_name(info: ZipInfo) -> str:
    """Return an entry's name: UTF-8 if it is declared or valid, else code page 437."""
    if info.flag_bits & UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def _printable(name: str) -> str:
    clean = CONTROLS.sub("�", name)
    return clean if len(clean) <= 80 else f"{clean[:80]}…"


def _is_skipped(parts: tuple[str, ...]) -> bool:
    return not parts or parts[0] == EXTRAS or any(part.startswith(".") for part in parts)


def _check_size(entries: Sequence[tuple[Path, ZipInfo]], packed: int) -> None:
    """Raise ZipRefused if the files would get too large; none gets larger than it declares."""
    size = sum(info.file_size for _, info in entries)
    if size > MAX_BYTES:
        raise ZipRefused(f"unpacked it has more than {filesizeformat(MAX_BYTES)}")
    if size > max(ANY_RATIO_BELOW, packed * MAX_RATIO):
        raise ZipRefused("unpacked it gets much larger than notes and files ever do")


def _unpack(opened: ZipFile, entries: Sequence[tuple[Path, ZipInfo]], folder: Path) -> None:
    left = MAX_BYTES
    for path, info in entries:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(info) as packed, target.open("xb") as file:
            while piece := packed.read(CHUNK_BYTES):
                left -= len(piece)
                if left < 0:
                    raise BadZipFile
                file.write(piece)


# -- uploaded zips, between the plan of an import and its application ---------------------------


def store_zip(chunks: Iterator[bytes]) -> str:
    """Store an uploaded zip, for a day at most; return its key for `find_zip`."""
    delete_old_zips()
    key = uuid4().hex
    with (_zips_folder() / f"{key}{SUFFIX}").open("xb") as file:
        file.writelines(chunks)
    return key


def find_zip(key: str) -> Path | None:
    """Return an uploaded zip, or None if it is no longer stored."""
    file = _zips_folder() / f"{key}{SUFFIX}"
    return file if re.fullmatch(r"[0-9a-f]{32}", key) and file.is_file() else None


def delete_zip(key: str) -> None:
    if file := find_zip(key):
        file.unlink(missing_ok=True)


def delete_old_zips() -> None:
    """Delete zips older than a day: never applied, or interrupted while unpacking."""
    for path in _zips_folder().iterdir():
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - MAX_AGE_SECONDS:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _folder_name(name: str) -> str:
    """Return a zip's name as a folder's, cut to 100 bytes, as file systems count bytes."""
    stem = Path(name).stem.lstrip(".").encode()[:100]
    return stem.decode(errors="ignore").strip() or "notes"


def _zips_folder() -> Path:
    folder: Path = settings.VAR_DIR / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
