"""The app of cloud services and topics."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = "Knowledge base"

    def ready(self) -> None:
        from services.search.index import install_after_migrations

        install_after_migrations(self)
