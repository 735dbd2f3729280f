"""The admin's door: group membership decides, not a staff flag."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from services.access import may_edit


class KnowledgeBaseAdminSite(AdminSite):
    site_header = "Knowledge base"
    site_title = "Knowledge base"
    index_title = "Manage"

    def has_permission(self, request: HttpRequest) -> bool:
        return may_edit(request.user)
