"""Rebuild what is derived from the notes: names, items, questions and links."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from services.db.bulk import chunks
from services.db.locks import lock_names, retry_deadlocks
from services.models import Page
from services.pages.derive import derive
from services.pages.names import refresh_names

BATCH_SIZE = 500


class Command(BaseCommand):
    help = "Rebuild names, items, questions and links from the notes, and report what changed."

    @retry_deadlocks
    def handle(self, *args: Any, **options: Any) -> None:
        changes, names = Counter[str](), set[str]()
        with transaction.atomic():
            keys = list(Page.objects.order_by("pk").values_list("pk", flat=True))
            for some in chunks(keys, BATCH_SIZE):
                list(Page.everything.filter(pk__in=some).locked().only("pk"))
            lock_names()
            for some in chunks(keys, BATCH_SIZE):
                names |= refresh_names(list(Page.objects.filter(pk__in=some)))
            for some in chunks(keys, BATCH_SIZE):
                changes += derive(list(Page.objects.filter(pk__in=some)), renamed=True)
        if not changes and not names:
            self.stdout.write(f"{len(keys)} pages: every index was right.")
            return
        self.stdout.write(
            f"{len(keys)} pages: {changes['added']} rows added, {changes['changed']} changed, "
            f"{changes['removed']} removed, {len(names)} names."
        )
