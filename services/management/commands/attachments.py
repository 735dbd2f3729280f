"""Check the files of attachments, delete unused ones, or move all to another storage."""

from __future__ import annotations

import sys
from datetime import timedelta

from django.core.files.storage import Storage, default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from services.attachments import audit
from services.attachments.errors import STORAGE_ERRORS, StorageFailed, convert_storage_errors
from services.attachments.storage.s3 import is_remote

NO_BUCKET = (
    "No bucket is set. Set AWS_STORAGE_BUCKET_NAME and the other settings of the bucket "
    "(docs/deploy.md) for this command, in both directions."
)
TOO_YOUNG = (
    "An object that is less than two hours old may belong to an unfinished upload. Stop the site "
    "and add --site-is-stopped, or sweep older objects."
)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        ways = parser.add_subparsers(dest="way", required=True)
        check = ways.add_parser("check", help="compare rows and objects; changes nothing")
        check.add_argument("--fast", action="store_true", help="sizes only, without reading bytes")
        sweep = ways.add_parser("sweep", help="list objects that no row refers to")
        sweep.add_argument("--delete", action="store_true", help="and delete them")
        sweep.add_argument(
            "--older-than", type=float, default=24, metavar="HOURS", help="minimum age (24)"
        )
        sweep.add_argument(
            "--site-is-stopped", action="store_true", help="required for less than two hours"
        )
        move = ways.add_parser("move", help="copy all files to the other storage, and verify them")
        move.add_argument("--to", choices=("s3", "local"), required=True)

    def handle(self, *args: object, way: str, **options: object) -> None:
        try:
            with convert_storage_errors():
                getattr(self, f"do_{way}")(**options)
        except StorageFailed as failed:
            raise CommandError(f"The storage does not answer: {failed.__cause__}") from None

    def do_check(self, *, fast: bool, **options: object) -> None:
        problems = 0
        for key, sentence in audit.find_problems(contents=not fast):
            problems += 1
            self.stdout.write(f"{key}: {sentence}")
        if problems:
            self.stderr.write(f"{problems} {'problem' if problems == 1 else 'problems'} found.")
            sys.exit(1)
        self.stdout.write(f"All {len(audit.named_keys())} objects are there and unchanged.")

    def do_sweep(
        self, *, delete: bool, older_than: float, site_is_stopped: bool, **options: object
    ) -> None:
        if delete and older_than < 2 and not site_is_stopped:
            raise CommandError(TOO_YOUNG)
        number = size = 0
        for found in list(audit.find_unused(timedelta(hours=older_than))):
            if delete and not audit.delete_unused(found):
                continue
            number, size = number + 1, size + found.size
            self.stdout.write(f"{found.key}  {filesizeformat(found.size)}  {found.put_at:%Y-%m-%d}")
        done = "deleted" if delete else "could be deleted; call this with --delete to do so"
        sums = f"{number} objects ({filesizeformat(size)})" if number else "Nothing"
        self.stdout.write(f"{sums} {done if number else 'to sweep'}.")

    def do_move(self, *, to: str, **options: object) -> None:
        if not is_remote():
            raise CommandError(NO_BUCKET)
        local, bucket = audit.local_folder(), default_storage
        ways: dict[str, tuple[Storage, Storage]] = {"s3": (local, bucket), "local": (bucket, local)}
        source, target = ways[to]
        moved, failed, keys = 0, 0, audit.named_keys()
        for number, key in enumerate(keys, start=1):
            if sys.stderr.isatty():
                self.stderr.write(f"\r{number} of {len(keys)}", ending="\n" * (number == len(keys)))
            try:
                moved += audit.copy_object(key, source, target)
            except (audit.NotCopied, *STORAGE_ERRORS) as error:
                failed += 1
                self.stderr.write(f"{key}: {error}")
        self.stdout.write(f"{moved} copied, {len(keys) - moved - failed} were there already.")
        if failed:
            raise CommandError(f"{failed} could not be moved. Call this again to go on.")
        if to == "local":
            self.stdout.write("Now start the site without AWS_STORAGE_BUCKET_NAME.")
        self.stdout.write("Every object was read back and compared; the old ones are still there.")
