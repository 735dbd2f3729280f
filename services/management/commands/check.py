"""Django's `check` with a tag `storage` (see `services.attachments.storage.checks`)."""

from __future__ import annotations

from typing import Any

from django.core.checks.registry import registry
from django.core.management.commands.check import Command as Check

from services.attachments.storage.checks import TAG, check_storage


class Command(Check):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        if TAG in (options["tags"] or ()) or options["list_tags"]:
            registry.register(check_storage, TAG)
        try:
            super().handle(*app_labels, **options)
        finally:
            # Other commands run the registered checks too, and must not query the storage.
            registry.registered_checks.discard(check_storage)
