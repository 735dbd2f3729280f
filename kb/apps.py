"""Django's admin under our own rule of who may enter."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class KnowledgeBaseAdminConfig(AdminConfig):
    default_site = "services.admin.site.KnowledgeBaseAdminSite"

    def ready(self) -> None:
        """Ours are registered after those of libraries, of which some are replaced."""
        super().ready()
        import_module("services.admin.register")
