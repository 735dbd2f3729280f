"""Django's admin with our own admin site."""

from importlib import import_module

from django.contrib.admin.apps import AdminConfig


class KnowledgeBaseAdminConfig(AdminConfig):
    default_site = "services.admin.site.KnowledgeBaseAdminSite"

    def ready(self) -> None:
        """Register our classes after those of libraries, some of which they replace."""
        super().ready()
        import_module("services.admin.register")
