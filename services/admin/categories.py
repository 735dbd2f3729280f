"""Categories and tags in the admin."""

from __future__ import annotations

from typing import TypedDict

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, ProtectedError, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django_stubs_ext import WithAnnotations
from taggit.models import Tag

from services.admin.base import AdminsOnlyMixin
from services.forms.fields import UNREACHABLE
from services.forms.tag_text import is_reachable
from services.models import Category, Page


class CountedCategory(TypedDict):
    services: int


class CategoryAdmin(AdminsOnlyMixin, admin.ModelAdmin[Category]):
    list_display = ("name", "services", "position")
    list_editable = ("position",)
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "position")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        categories: QuerySet[Category] = super().get_queryset(request)
        return categories.annotate(services=Count("pages", filter=Q(pages__trashed_at=None)))

    def services(self, category: WithAnnotations[Category, CountedCategory]) -> int:
        return category.services

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        category = self.get_object(request, unquote(object_id))
        if not self.has_delete_permission(request, category):
            raise PermissionDenied
        refusal = _refuse_deletion(category) if category else ""
        if not refusal:
            try:
                return super().delete_view(request, object_id, extra_context)
            except ProtectedError:
                refusal = "A service was added to this category a moment ago."
        messages.error(request, refusal)
        return HttpResponseRedirect(reverse("admin:services_category_change", args=[object_id]))


def _refuse_deletion(category: Category) -> str:
    """Return why a category cannot be deleted; blank if it can."""
    if pages := category.pages.count():
        link = f"{reverse('admin:services_service_changelist')}?category__id__exact={category.pk}"
        services = f"{pages} service{'s' if pages > 1 else ''}"
        words = '“{}” still has <a href="{}">{}</a>. Move them to another category first.'
        return format_html(words, category, link, services)
    if trashed := Page.everything.filter(category=category).count():
        services = f"{trashed} service{'s' if trashed > 1 else ''}"
        words = '“{}” still has {} in the <a href="{}">trash</a>: restore and move, or empty it.'
        return format_html(words, category, services, reverse("trash"))
    if section := category.sections.select_related("document").first():
        words = "“{}” is a heading in {}, and the text under it belongs to the category."
        return format_html(words, category, section.document)
    return ""


class TagForm(forms.ModelForm[Tag]):
    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_reachable(name):
            raise forms.ValidationError(UNREACHABLE % name)
        return name


class TagAdmin(AdminsOnlyMixin, admin.ModelAdmin[Tag]):
    form = TagForm
    list_display = ("name", "slug")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
