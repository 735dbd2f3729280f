"""Who may do what in the admin: services.access decides, not model permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.http import HttpRequest

from services.permissions import may_administer, may_edit

if TYPE_CHECKING:
    from django.contrib.admin.options import InlineModelAdmin as _Inline
    from django.db.models import Model

    from services.models import Page

    Base = BaseModelAdmin[Any]
    AnyModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Page]
    StackedInline = admin.StackedInline[Any, Page]
    InlineModelAdmin = _Inline[Model, Model]
else:
    Base = object
    AnyModelAdmin = admin.ModelAdmin
    TabularInline, StackedInline = admin.TabularInline, admin.StackedInline


class ForEditors(Base):
    """Everything is open to editors and admins."""

    def may(self, request: HttpRequest) -> bool:
        return may_edit(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request)


class ForAdmins(ForEditors):
    """Everything is open to admins, nothing to editors."""

    def may(self, request: HttpRequest) -> bool:
        return may_administer(request.user)
