"""Export the notes as files."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from services.sync.export import export_to


class Command(BaseCommand):
    help = (
        "Write every imported file back to its path below DIR, all other pages next to them, and "
        "the attachments of all of them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--force",
            action="store_true",
            help="overwrite files that changed since the import, or that were never exported",
        )

    def handle(self, *args: object, folder: Path, force: bool, **options: object) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            done = export_to(folder, force=force)
        except OSError as error:
            raise CommandError(f"{error.filename or folder}: {error.strerror}") from None
        for path, reason in done.refused:
            self.stderr.write(f"left alone  {path}: {reason}")
        written, same = len(done.written), len(done.same)
        left = f"; {len(done.refused)} left alone" if done.refused else ""
        self.stdout.write(f"Wrote {written} to {folder}; {same} were the same already{left}.")
        if done.refused:
            sys.exit(1)
