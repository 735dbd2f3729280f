"""The admin site: groups decide who may enter, not a staff flag."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from services.permissions import may_edit
from services.views.request import wants_json
from services.views.resubmit import has_written, send_again

ORDER = ("Service", "Topic", "Category", "Tag", "Document", "Attachment", "User", "Group")


class KnowledgeBaseAdminSite(AdminSite):
    site_header = "Knowledge base"
    site_title = "Knowledge base"
    index_title = "Manage"

    def has_permission(self, request: HttpRequest) -> bool:
        return may_edit(request.user)

    def login(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Redirect to the site's own log-in page."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Show a form again with what was typed if the session has ended in the meantime."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def respond(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if self.has_permission(request) or wants_json(request) or not has_written(request):
                answer: HttpResponseBase = guarded(request, *args, **kwargs)
                return answer
            return send_again(request, 403 if request.user.is_authenticated else 401)

        return respond

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """List the site's models first, in the order in which they are used most."""
        apps = super().get_app_list(request, app_label)
        ours = next((app for app in apps if app["app_label"] == "services"), None)
        tags = next((app for app in apps if app["app_label"] == "taggit"), None)
        if ours and tags:
            ours["models"] += tags["models"]
            apps.remove(tags)
        for app in apps:
            app["models"].sort(key=lambda model: ORDER.index(model["object_name"]))
        return sorted(apps, key=lambda app: app["app_label"] != "services")
