"""A folder of this machine as Django's storage; what is stored survives a loss of power."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


class FolderStorage(FileSystemStorage):
    """Write a file and its name to the disk itself before returning."""

    def _save(self, name: str, content: File[bytes]) -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]
        file, root = Path(self.path(saved)), Path(self.location)
        # New folders are entries in the ones above them.
        above = [folder for folder in file.parents if folder.is_relative_to(root)]
        for path in (file, *above):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return saved
