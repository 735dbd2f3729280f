"""The app of cloud services and topics."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = "Knowledge base"

    def ready(self) -> None:
        post_migrate.connect(install_search, sender=self)


def install_search(**facts: Any) -> None:
    """Put the index of search in place: migrations know nothing of it, and SQLite's way to change
    a table drops its triggers."""
    from services.search.keeping import install

    install()
