"""Deleting pages and files in the admin: they go to the trash, as they do on the site."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.db.models import QuerySet
from django.db.models.options import Options
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from services.admin.base import Row

CONFIRMATION = "admin/services/page/delete_confirmation.html"


class TrashMixin(admin.ModelAdmin[Row]):
    """Move rows to the trash instead of deleting them; subclasses do so in `delete_model`."""

    several = "pages"
    actions: tuple[str, ...] = ("delete_selected",)
    delete_confirmation_template = CONFIRMATION
    delete_selected_confirmation_template = CONFIRMATION

    def get_deleted_objects(
        self, objs: Iterable[Row], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Return the rows alone: rows derived from a page are restored with it."""
        titles = [str(row) for row in objs]
        return titles, {str(self.opts.verbose_name_plural): len(titles)}, set(), []

    @admin.action(description="Move selected %(verbose_name_plural)s to the trash")
    def delete_selected(
        self, request: HttpRequest, queryset: QuerySet[Row]
    ) -> HttpResponseBase | None:
        if not request.POST.get("post"):
            return delete_selected(self, request, queryset)
        rows = list(queryset)
        self.log_deletions(request, queryset)
        self.delete_queryset(request, queryset)
        if len(rows) == 1:
            self._flash_trashed(request, f"“{rows[0]}” is")
        elif rows:
            self._flash_trashed(request, f"{len(rows)} {self.several} are", "them")
        return None

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Row]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def response_delete(
        self, request: HttpRequest, obj_display: str, obj_id: int
    ) -> HttpResponseRedirect:
        self._flash_trashed(request, f"“{obj_display}” is")
        filters: dict[str, Options[Row] | str] = {
            "preserved_filters": self.get_preserved_filters(request),
            "opts": self.opts,
        }
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(add_preserved_filters(filters, address))

    def _flash_trashed(self, request: HttpRequest, subject: str, pronoun: str = "it") -> None:
        words = '{} in the <a href="{}">trash</a>, where you can restore {}.'
        messages.success(request, format_html(words, subject, reverse("trash"), pronoun))
