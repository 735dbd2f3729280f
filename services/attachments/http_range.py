"""Parts of a file, as players and interrupted downloads ask for them (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\s*", re.ASCII)


class NotSatisfiable(ValueError):
    """A range that begins behind the end of the file (RFC 9110, 15.5.17)."""


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes from `start` up to and without `stop`."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


def asked_range(header: str, size: int) -> Range | None:
    """The part of a file of `size` bytes that a Range header asks for.

    None where the whole file is to be sent: there is no such header, it cannot be read, or it asks
    for several parts, which a server may ignore. Raises NotSatisfiable.
    """
    found = ONE_RANGE.fullmatch(header)
    if not found or found[0].strip() == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        # The last so many bytes.
        if not int(last):
            raise NotSatisfiable
        return Range(max(0, size - int(last)), size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise NotSatisfiable
    return Range(start, min(int(last) + 1, size) if last else size)


class Part:
    """A part of an open file, to be read like a file of its own; closing it closes that."""

    def __init__(self, file: IO[bytes], part: Range) -> None:
        file.seek(part.start)
        self.file, self.left = file, len(part)

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        self.file.close()
