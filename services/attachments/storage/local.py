"""A folder of this machine as Django's storage; what is stored outlasts a loss of power."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class FolderStorage(FileSystemStorage):
    """A file and its name are on the disk itself before anything is told of it."""

    def _save(self, name: str, content: File[bytes]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]
        file, root = Path(self.path(saved)), Path(self.location)
        # Folders that are new are names in the ones above them.
        above = [folder for folder in file.parents if folder.is_relative_to(root)]
        for each in (file, *above):
            number = os.open(each, os.O_RDONLY)
            try:
                os.fsync(number)
            finally:
                os.close(number)
        return saved
