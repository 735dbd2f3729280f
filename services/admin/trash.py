"""Deleting pages and files in the admin: they go to the trash, as they do on the site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, cast

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.db.models.options import Options
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

Row = TypeVar("Row", bound=Model)
CONFIRMATION = "admin/services/page/delete_confirmation.html"


class TrashMixin(admin.ModelAdmin[Row]):
    """Pages are moved to the trash; nothing is removed with them."""

    several = "pages"
    actions: tuple[str, ...] = ("delete_selected",)
    delete_confirmation_template = CONFIRMATION
    delete_selected_confirmation_template = CONFIRMATION

    def get_deleted_objects(
        self, objs: Iterable[Row], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """The pages alone: their rows are derived and come back with them."""
        titles = [str(page) for page in objs]
        return titles, {str(self.opts.verbose_name_plural): len(titles)}, set(), []

    @admin.action(description="Move selected %(verbose_name_plural)s to the trash")
    def delete_selected(
        self, request: HttpRequest, queryset: QuerySet[Row]
    ) -> HttpResponseBase | None:
        if not request.POST.get("post"):
            return delete_selected(self, request, queryset)
        pages = list(queryset)
        self.log_deletions(request, queryset)
        self.delete_queryset(request, queryset)
        what = f"“{pages[0]}” is" if len(pages) == 1 else f"{len(pages)} {self.several} are"
        if pages:
            self._say(request, what)
        return None

    def throw_away(self, row: Row, *, by: User) -> None:
        raise NotImplementedError

    def delete_model(self, request: HttpRequest, obj: Row) -> None:
        self.throw_away(obj, by=cast(User, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Row]) -> None:
        for page in queryset:
            self.throw_away(page, by=cast(User, request.user))

    def response_delete(
        self, request: HttpRequest, obj_display: str, obj_id: int
    ) -> HttpResponseRedirect:
        self._say(request, f"“{obj_display}” is")
        filters: dict[str, Options[Row] | str] = {
            "preserved_filters": self.get_preserved_filters(request),
            "opts": self.opts,
        }
        there = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(add_preserved_filters(filters, there))

    def _say(self, request: HttpRequest, what: str) -> None:
        words = '{} in the <a href="{}">trash</a>, where you can restore it.'
        if what.endswith(" are"):
            words = '{} in the <a href="{}">trash</a>, where you can restore them.'
        messages.success(request, format_html(words, what, reverse("trash")))
