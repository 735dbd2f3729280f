"""Find what to import: notes, folders of notes, and zips of folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from services.sync.manifest import Origins
from services.sync.plan import Refused
from services.sync.read_files import SourceFile, find_files, load
from services.sync.zips import SUFFIX, ZipRefused, unpack_zip


class Sources:
    """The notes found, with zips unpacked until `stack` is closed.

    `roots` are the folders that are imported as a whole, where they are now. `folders` are the same
    as documents store them: a zip is its path, and an uploaded zip is left out.
    """

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.found: list[tuple[str, Path, str]] = []
        self.refused: list[Refused] = []
        self.roots: list[str] = []
        # The folder that documents store, by that of an unpacked zip.
        self.stored_as: dict[str, str] = {}

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
        self.find_notes(places)

    def add_uploaded(self, file: Path, name: str) -> None:
        """Find the notes in an uploaded zip. Raises ZipRefused."""
        self.find_notes([self.unpack(file, name, "")])

    def unpack(self, file: Path, name: str, stored_as: str) -> Path:
        folder, refused = self.stack.enter_context(unpack_zip(file, name))
        self.refused += refused
        self.stored_as[str(folder.resolve())] = stored_as
        return folder.resolve()

    def find_notes(self, places: Sequence[Path]) -> None:
        self.found, refused = find_files(places)
        for each in refused:
            name = self.stored_as.get(each.path, each.path) or Path(each.path).name
            self.refused.append(Refused(name, each.reason))
        self.roots = [str(place.resolve()) for place in places if place.is_dir()]

    @property
    def origins(self) -> Origins:
        return {name: (file, folder) for name, file, folder in self.found}

    @property
    def folders(self) -> list[str]:
        return [folder for root in self.roots if (folder := self.stored_as.get(root, root))]

    def load(self, problems: list[Refused]) -> Iterator[SourceFile]:
        """Read the notes one after the other; what cannot be read is added to `problems`."""
        for file in load(self.found, problems, settings.NOTE_MAX_BYTES):
            yield replace(file, folder=self.stored_as.get(file.folder, file.folder))
