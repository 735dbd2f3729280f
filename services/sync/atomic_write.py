"""Write files completely or not at all, and collect what an export did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path

OUTSIDE = "its path leads out of the folder"


@dataclass(slots=True)
class Export:
    """The paths that an export wrote, that were the same already, and that it left alone, with the
    reason."""

    written: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def is_inside(folder: Path, target: Path) -> bool:
    """Tell whether a path stays below a folder, even through symbolic links."""
    return target.resolve().is_relative_to(folder.resolve())


def digest_file(file: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def write_whole(target: Path, pieces: Iterable[bytes]) -> str:
    """Write a file and move it into place once it is complete; return its SHA-256."""
    digest = sha256()
    target.parent.mkdir(parents=True, exist_ok=True)
    partly = target.with_name(f".{target.name[:40]}.part")
    partly.unlink(missing_ok=True)
    try:
        with partly.open("xb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        partly.replace(target)
    except BaseException:
        partly.unlink(missing_ok=True)
        raise
    return digest.hexdigest()
