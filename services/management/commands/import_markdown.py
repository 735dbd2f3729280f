"""Bring Markdown files in."""

from __future__ import annotations

import gc
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from services.db.locks import retry_deadlocks
from services.models import StaleVersion
from services.sync.apply import Overtaken, apply_plan
from services.sync.import_attachments import foresee_files, import_files
from services.sync.plan import Action, Plan, Refused
from services.sync.read_files import SourceFile
from services.sync.sources import Sources
from services.sync.stored import plan_import

# Below this many files a progress bar would be gone before anyone has read it.
WORTH_A_BAR = 200
QUIET = (Action.UNCHANGED,)


class Command(BaseCommand):
    help = (
        "Import Markdown files, and folders or zips of them with the files that they refer to; "
        "doing it again changes only what has changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--dry-run", action="store_true", help="show the plan, write nothing")
        parser.add_argument("--json", action="store_true", help="print the plan as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        with ExitStack() as stack:
            sources = Sources(stack)
            sources.add(options["paths"])
            plan = self.bring_in(sources, **options)
        if options["json"]:
            self.stdout.write(json.dumps(plan.as_dict(), ensure_ascii=False, indent=2))
        else:
            self.tell(plan, dry_run=options["dry_run"], verbosity=options["verbosity"])
        if plan.refused:
            sys.exit(1)

    def bring_in(self, sources: Sources, **options: Any) -> Plan:
        bar = _Bar(len(sources.found), shown=not options["json"] and sys.stderr.isatty())
        with _no_garbage_collection():
            plan = _bring_in(sources, bar, dry_run=options["dry_run"])
            # The notes are stored by now: no file and no storage can stop them any more.
            take = foresee_files if options["dry_run"] else import_files
            take(
                plan, {name: (file, folder) for name, file, folder in sources.found}, sources.roots
            )
        bar.done()
        return plan

    def tell(self, plan: Plan, *, dry_run: bool, verbosity: int) -> None:
        """Print the plan: a line for each section that something happens to, then the sums.

        Verbosity 0 leaves out those lines, 2 adds a line for each section that stays as it is.
        """
        for change in plan.changes:
            if verbosity == 0 or (change.action in QUIET and verbosity == 1):
                continue
            place = f"{change.path}:{change.line}" if change.line else change.path
            detail = f" ({change.detail})" if change.detail else ""
            self.stdout.write(f"{change.action.value:<10}{place}  {change.title}{detail}")
        for path in plan.replaced:
            self.stdout.write(f"{'replaced':<10}{path}")
        self.tell_problems("note", plan.warnings)
        self.tell_problems("refused", plan.refused)
        sums = ", ".join(f"{number} {name}" for name, number in plan.counts().items())
        sums = sums or "nothing to import"
        sums = "; ".join((sums, *plan.files_in_words()))
        self.stdout.write(f"{'Would be' if dry_run else 'Done'}: {sums}.")

    def tell_problems(self, word: str, problems: Iterable[Refused]) -> None:
        for problem in problems:
            self.stderr.write(f"{word:<10}{problem.path}: {problem.reason}")


@retry_deadlocks
def _bring_in(sources: Sources, bar: _Bar, *, dry_run: bool) -> Plan:
    """Read the files, plan, and write the plan; what the database ends begins with the files."""
    problems = list(sources.refused)
    with transaction.atomic():
        files = bar.reading(sources.load(problems))
        plan = plan_import(files, folders=sources.folders, refused=problems)
        if dry_run:
            return plan
        try:
            apply_plan(plan, progress=bar.show)
        except (StaleVersion, Overtaken) as error:
            raise CommandError(f"{error} Nothing was imported; try again.") from None
        return plan


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """A large import makes millions of objects and no cycles: looking for some costs a sixth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _Bar:
    """A progress bar for a person who is watching."""

    WIDTH = 30

    def __init__(self, files: int, *, shown: bool) -> None:
        # Not the command's own stderr: that writes in the red of errors.
        self.stream, self.files = sys.stderr, files
        self.shown = shown and files >= WORTH_A_BAR

    def reading(self, files: Iterable[SourceFile]) -> Iterator[SourceFile]:
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

    def done(self) -> None:
        if self.shown:
            self.stream.write("\r" + " " * 70 + "\r")
