"""Check the search index against the notes, or rebuild it from them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from services.models import Page
from services.search import index

MAX_SHOWN = 20


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("check", "rebuild"))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "rebuild":
            index.install()
            count = index.rebuild()
            self.stdout.write(f"Rebuilt the index of {count:,} pages.")
            return
        wrong = index.check()
        if not wrong:
            self.stdout.write("The index agrees with the notes.")
            return
        for page in Page.everything.filter(pk__in=wrong[:MAX_SHOWN]).order_by("pk"):
            self.stdout.write(f"{page} ({page.get_absolute_url()})")
        raise CommandError(
            f"The index does not agree with the notes of {len(wrong):,} pages. "
            "Run `manage.py search rebuild`."
        )
