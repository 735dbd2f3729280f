"""Markdown files to try things on: real ones where they lie beside the checkout, else our own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
SEED = ROOT.parent / "shared" / "seeds" / "AWS.md"
OWN = (ROOT / "examples", ROOT / "tests" / "data")


def files() -> list[Path]:
    """All Markdown files to be had, in the same order each time."""
    folders = (CORPORA,) if CORPORA.is_dir() else OWN
    return sorted(file for folder in folders for file in folder.rglob("*.md") if file.is_file())


def texts() -> Iterator[tuple[str, str]]:
    """The name and text of each file, line ends as they are."""
    for file in files():
        yield name(file), read(file)


def read(file: Path) -> str:
    return file.read_bytes().decode("utf-8-sig")


def name(file: Path) -> str:
    for folder in (CORPORA, ROOT):
        if file.is_relative_to(folder):
            return file.relative_to(folder).as_posix()
    return file.name


def aws_notes() -> str:
    """The notes that the first user keeps, or ours of the same shape."""
    return read(SEED if SEED.is_file() else ROOT / "tests" / "data" / "AWS.md")
