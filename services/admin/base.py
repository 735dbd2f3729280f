"""Permissions, filters and dates that the admin's classes share.

`services.permissions` decides who may do what, not Django's permissions of models.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, TypeVar

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from services.permissions import may_administer, may_edit

Row = TypeVar("Row", bound=Model)


class EditorsOnlyMixin:
    """Editors and admins may do everything."""

    def is_allowed(self, request: HttpRequest) -> bool:
        return may_edit(request.user)

    def has_module_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.is_allowed(request)

    has_view_permission = has_add_permission = has_module_permission
    has_change_permission = has_delete_permission = has_module_permission


class AdminsOnlyMixin(EditorsOnlyMixin):
    """Admins may do everything, editors nothing."""

    def is_allowed(self, request: HttpRequest) -> bool:
        return may_administer(request.user)


def deny(model_admin: object, request: HttpRequest, obj: object = None) -> bool:
    """Return False for every user, as a class's `has_…_permission`."""
    return False


class OptionFilter(admin.SimpleListFilter):
    """A filter of a list with fixed options: value, label, and condition of the rows."""

    options: ClassVar[tuple[tuple[str, str, Q], ...]]
    default: ClassVar[Q] = Q()

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(value, label) for value, label, _ in self.options]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Row]) -> QuerySet[Row]:
        conditions = {value: condition for value, _, condition in self.options}
        return queryset.filter(conditions.get(self.value() or "", self.default))


def format_day(moment: datetime) -> str:
    """Return a date as in "5 Mar 2026"."""
    return date_format(timezone.localtime(moment), "j M Y")
