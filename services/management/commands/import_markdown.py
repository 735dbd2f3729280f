"""Import Markdown files."""

from __future__ import annotations

import gc
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from services.db.locks import retry_deadlocks
from services.models import StaleVersion
from services.sync.apply import Overtaken, apply_plan
from services.sync.import_attachments import import_files
from services.sync.plan import Action, Plan
from services.sync.read_files import SourceFile
from services.sync.sources import Sources
from services.sync.stored import plan_import

# With fewer files a progress bar would be gone before it could be read.
MIN_FILES_FOR_BAR = 200


class Command(BaseCommand):
    help = (
        "Import Markdown files, and folders or zips of them with the files that they refer to. "
        "Importing them again updates only what has changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--dry-run", action="store_true", help="show the plan, write nothing")
        parser.add_argument("--json", action="store_true", help="print the plan as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        with ExitStack() as stack:
            sources = Sources(stack)
            sources.add(options["paths"])
            plan = self.import_sources(sources, **options)
        if options["json"]:
            self.stdout.write(json.dumps(plan.as_dict(), ensure_ascii=False, indent=2))
        else:
            self.print_plan(plan, dry_run=options["dry_run"], verbosity=options["verbosity"])
        if plan.refused:
            sys.exit(1)

    def import_sources(self, sources: Sources, *, dry_run: bool, **options: Any) -> Plan:
        bar = _Bar(len(sources.found), shown=not options["json"] and sys.stderr.isatty())
        # A large import makes millions of objects and no cycles: collecting costs a sixth of it.
        gc.disable()
        try:
            plan = _import_notes(sources, bar, dry_run=dry_run)
            # The notes are stored before the attachments, so no storage can hold them up.
            import_files(plan, sources.origins, sources.roots, dry_run=dry_run)
        finally:
            gc.enable()
        bar.clear()
        return plan

    def print_plan(self, plan: Plan, *, dry_run: bool, verbosity: int) -> None:
        """Print the plan: a line for each section that changes, then the sums.

        Verbosity 0 leaves out those lines, 2 adds a line for each unchanged section.
        """
        for change in plan.changes:
            if verbosity == 0 or (change.action == Action.UNCHANGED and verbosity == 1):
                continue
            place = f"{change.path}:{change.line}" if change.line else change.path
            detail = f" ({change.detail})" if change.detail else ""
            self.stdout.write(f"{change.action.value:<10}{place}  {change.title}{detail}")
        for path in plan.replaced:
            self.stdout.write(f"{'replaced':<10}{path}")
        for word, problems in (("note", plan.warnings), ("refused", plan.refused)):
            for problem in problems:
                self.stderr.write(f"{word:<10}{problem.path}: {problem.reason}")
        counts = ", ".join(f"{number} {name}" for name, number in plan.counts().items())
        sums = "; ".join((counts or "nothing to import", *plan.files_in_words()))
        self.stdout.write(f"{'Would be' if dry_run else 'Done'}: {sums}.")


@retry_deadlocks
def _import_notes(sources: Sources, bar: _Bar, *, dry_run: bool) -> Plan:
    """Read the files, plan the import and apply it; a retry after a deadlock reads them again."""
    problems = list(sources.refused)
    with transaction.atomic():
        files = bar.count_files(sources.load(problems))
        plan = plan_import(files, folders=sources.folders, refused=problems)
        if dry_run:
            return plan
        try:
            apply_plan(plan, progress=bar.show)
        except (StaleVersion, Overtaken) as error:
            raise CommandError(f"{error} Nothing was imported; try again.") from None
        return plan


class _Bar:
    """A progress bar on a terminal."""

    WIDTH = 30

    def __init__(self, files: int, *, shown: bool) -> None:
        # Not the command's stderr, which writes in the red of errors.
        self.stream, self.files = sys.stderr, files
        self.shown = shown and files >= MIN_FILES_FOR_BAR

    def count_files(self, files: Iterable[SourceFile]) -> Iterator[SourceFile]:
        for number, file in enumerate(files, start=1):
            if number % 50 == 0 or number == self.files:
                self.show("reading", number, self.files)
            yield file

    def show(self, stage: str, done: int, total: int) -> None:
        if self.shown and total:
            full = self.WIDTH * done // total
            bar = "█" * full + "░" * (self.WIDTH - full)
            self.stream.write(f"\r{stage:<8} {bar} {done} of {total}")
            self.stream.flush()

    def clear(self) -> None:
        if self.shown:
            self.stream.write("\r" + " " * 70 + "\r")
