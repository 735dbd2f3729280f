"""Find what to import: notes, folders of notes, and zips of folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from services.sync.import_attachments import Origins
from services.sync.plan import Refused
from services.sync.read_files import SourceFile, find_files, load
from services.sync.zips import SUFFIX, ZipRefused, unpacked


class Sources:
    """The notes found, with zips unpacked until `stack` is left.

    `roots` are the folders that are imported as a whole, where they are now. `folders` are the same
    as documents remember them: a zip is the folder it was, and an uploaded one is none.
    """

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.found: list[tuple[str, Path, str]] = []
        self.refused: list[Refused] = []
        self.roots: list[str] = []
        self.called: dict[str, str] = {}

    def add(self, paths: Sequence[Path]) -> None:
        """Find the notes among and below paths; a zip that cannot be unpacked is refused."""
        places = []
        for path in paths:
            if path.suffix.lower() != SUFFIX or not path.is_file():
                places.append(path)
                continue
            try:
                places.append(self.unpack(path, path.name, str(path.resolve())))
            except ZipRefused as error:
                self.refused.append(Refused(str(path), str(error)))
        self.find(places)

    def add_uploaded(self, file: Path, name: str) -> None:
        """Find the notes in a zip that somebody sent. Raises ZipRefused."""
        place = self.unpack(file, name, "")
        self.find([place])

    def unpack(self, file: Path, name: str, called: str) -> Path:
        done = self.stack.enter_context(unpacked(file, name))
        place = done.folder.resolve()
        self.refused += done.refused
        self.called[str(place)] = called
        return place

    def find(self, places: Sequence[Path]) -> None:
        self.found, refused = find_files(places, settings.NOTE_MAX_BYTES)
        for each in refused:
            name = self.called.get(each.path, each.path) or Path(each.path).name
            self.refused.append(Refused(name, each.reason))
        self.roots = [str(place.resolve()) for place in places if place.is_dir()]

    @property
    def origins(self) -> Origins:
        return {name: (file, folder) for name, file, folder in self.found}

    @property
    def folders(self) -> list[str]:
        called = (self.called.get(root, root) for root in self.roots)
        return [folder for folder in called if folder]

    def load(self, problems: list[Refused]) -> Iterator[SourceFile]:
        """Read the notes one after the other; what cannot be read is added to `problems`."""
        for file in load(self.found, problems):
            yield replace(file, folder=self.called.get(file.folder, file.folder))
