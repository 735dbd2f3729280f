"""Imported files in the admin: the pages made from them, and the import of more files."""

from __future__ import annotations

from typing import TypedDict

from django.contrib import admin
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django_stubs_ext import WithAnnotations

from services.admin.base import EditorsOnlyMixin, deny
from services.admin.importing import import_view
from services.models import Document, Page
from services.pages.names import refresh_names, resolve_again


class CountedDocument(TypedDict):
    pages: int
    conflicts: int


class DocumentAdmin(EditorsOnlyMixin, admin.ModelAdmin[Document]):
    list_display = ("path", "pages", "conflicts", "imported_at")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("path",)
    fields = ("path", "folder", "encoding", "line_ends", "imported_at", "became")
    change_list_template = "admin/services/document/change_list.html"
    delete_confirmation_template = "admin/services/document/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/services/document/delete_confirmation.html"

    has_add_permission = has_change_permission = deny

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(import_view)
        return [path("import/", view, name="services_document_import"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        documents: QuerySet[Document] = super().get_queryset(request).defer("front_matter")
        live = Q(sections__page__trashed_at=None)
        clash = Q(sections__theirs__isnull=False) & live
        return documents.annotate(
            pages=Count("sections__page", filter=live), conflicts=Count("sections", filter=clash)
        )

    @admin.display(ordering="pages")
    def pages(self, document: WithAnnotations[Document, CountedDocument]) -> int:
        return document.pages

    @admin.display(ordering="conflicts")
    def conflicts(self, document: WithAnnotations[Document, CountedDocument]) -> int | str:
        return document.conflicts or "–"

    @admin.display(description="Line ends")
    def line_ends(self, document: Document) -> str:
        return document.get_line_end_display()

    @admin.display(description="Sections")
    def became(self, document: Document) -> SafeString:
        rows = []
        for section in document.sections.select_related("page", "category").defer(
            "page__notes", "page__outline"
        ):
            page = section.page
            if page and page.trashed_at:
                words = '{} (in the <a href="{}">trash</a>)'
                rows.append((format_html(words, page, reverse("trash")),))
            elif page:
                link = reverse(f"admin:services_{page.kind}_change", args=[page.pk])
                gone = " (no longer in the file)" if section.gone else ""
                rows.append((format_html('<a href="{}">{}</a>{}', link, page, gone),))
            else:
                rows.append((format_html("{} (category)", section.category),))
        return format_html(
            '<ol class="sections">{}</ol>', format_html_join("", "<li>{}</li>", rows)
        )

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        self.delete_queryset(request, Document.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        """Delete files. Their pages stay, but links can no longer name them by the file."""
        with transaction.atomic():
            found = Page.objects.filter(section__document__in=queryset, section__position=0)
            pages = list(found.locked())
            Document.objects.filter(pk__in=list(queryset.values_list("pk", flat=True))).delete()
            resolve_again(refresh_names(pages))
