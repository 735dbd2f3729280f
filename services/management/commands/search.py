"""`manage.py search check|rebuild`: the index of search against the notes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from services.models import Page
from services.search import index

SHOWN = 20


class Command(BaseCommand):
    help = "Check the index of search against the notes, or make it anew from them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("check", "rebuild"))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "rebuild":
            index.install()
            count = index.rebuild()
            self.stdout.write(f"The index was made anew, of {count:,} pages.")
            return
        found = index.check()
        if not found:
            self.stdout.write("The index says what the notes say.")
            return
        wrong = sorted({*found.outlines, *found.rows})
        for page in Page.everything.filter(pk__in=wrong[:SHOWN]).order_by("pk"):
            self.stdout.write(f"{page} ({page.get_absolute_url()})")
        raise CommandError(
            f"The index is not what the notes say for {len(wrong):,} pages. "
            "`manage.py search rebuild` makes it anew."
        )
