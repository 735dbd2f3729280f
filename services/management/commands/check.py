"""Django's own check, which also knows the tag `storage` (see `services.files.checks`)."""

from __future__ import annotations

from typing import Any

from django.core.checks import register
from django.core.management.commands.check import Command as Check

from services.files.checks import TAG, check_storage


class Command(Check):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        if TAG in (options["tags"] or ()) or options["list_tags"]:
            register(check_storage, TAG)
        super().handle(*app_labels, **options)
