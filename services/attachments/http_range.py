"""Parts of a file, as players and interrupted downloads request them (RFC 9110, section 14)."""

from __future__ import annotations

import re
from typing import IO

ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\s*", re.ASCII)


class NotSatisfiable(ValueError):
    """A range that starts behind the end of the file (RFC 9110, 15.5.17)."""


def parse_range(header: str, size: int) -> range | None:
    """Return the bytes that a Range header requests of a file of `size` bytes.

    None where the whole file is to be sent: there is no such header, it cannot be read, or it
    requests several parts, which a server may ignore. Raises NotSatisfiable.
    """
    found = ONE_RANGE.fullmatch(header)
    if not found or found[0].strip() == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        # The last so many bytes.
        if not int(last):
            raise NotSatisfiable
        return range(max(0, size - int(last)), size)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise NotSatisfiable
    return range(start, min(int(last) + 1, size) if last else size)


class FilePart:
    """A part of an open file, to be read like a file of its own; closing it closes that."""

    def __init__(self, file: IO[bytes], part: range) -> None:
        file.seek(part.start)
        self.file, self.left = file, len(part)

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(chunk)
        return chunk

    def close(self) -> None:
        self.file.close()
