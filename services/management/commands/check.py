"""Django's own check, which also knows the tag `storage` (see `services.files.checks`)."""

from __future__ import annotations

from typing import Any

from django.core.checks.registry import registry
from django.core.management.commands.check import Command as Check

from services.attachments.storage.checks import TAG, check_storage


class Command(Check):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        asked = TAG in (options["tags"] or ()) or options["list_tags"]
        if asked:
            registry.register(check_storage, TAG)
        try:
            super().handle(*app_labels, **options)
        finally:
            # Every other command runs the checks as well, and is to ask no storage.
            registry.registered_checks.discard(check_storage)
