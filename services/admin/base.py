"""Who may do what in the admin: `services.permissions` decides, not model permissions."""

from __future__ import annotations

from django.http import HttpRequest

from services.permissions import may_administer, may_edit


class ForEditors:
    """Everything is open to editors and admins."""

    def may(self, request: HttpRequest) -> bool:
        return may_edit(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.may(request)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.may(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.may(request)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.may(request)


class ForAdmins(ForEditors):
    """Everything is open to admins, nothing to editors."""

    def may(self, request: HttpRequest) -> bool:
        return may_administer(request.user)
