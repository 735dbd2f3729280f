"""Django's admin under our own rule of who may enter."""

from django.contrib.admin.apps import AdminConfig


class KnowledgeBaseAdminConfig(AdminConfig):
    default_site = "services.admin.site.KnowledgeBaseAdminSite"
