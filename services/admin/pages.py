"""Services and topics in the admin: everything about a page in one form and one save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django_stubs_ext import WithAnnotations

from services.admin.base import EditorsOnlyMixin, format_day
from services.admin.draft_mixin import DraftMixin
from services.admin.page_form import FACTS, PageForm
from services.admin.page_list import (
    CategoryFilter,
    ConflictFilter,
    LearningFilter,
    ListedPage,
    PageChangeList,
    QuestionsFilter,
    TagFilter,
    search_pages,
)
from services.admin.trash import TrashMixin
from services.attachments.manage import adopt
from services.db.locks import retry_deadlocks
from services.forms.conflict import read_choices
from services.models import (
    Attachment,
    Page,
    Reason,
    Revision,
    Section,
    StaleVersion,
)
from services.pages import drafts
from services.pages.edit import Edit, Outcome, base_of, overridden
from services.pages.resolve_conflict import Clash
from services.pages.revise import Trashed, create
from services.pages.save import save
from services.pages.trash import throw_away
from services.views import conflicts
from services.views.editor import new_place
from services.views.flash import flash_facts, flash_merged, resolved_message
from services.views.request import get_user

MAX_FILES_SHOWN = 50
PAGE_FILTERS = (LearningFilter, QuestionsFilter, ConflictFilter, TagFilter)
Fieldsets = tuple[tuple[str | None, Any], ...]


def page_fieldsets(relation: str, *address_fields: str) -> Fieldsets:
    address = ("aliases", "slug", *address_fields, "position")
    return (
        (None, {"fields": ("title", "abbreviation", relation, "tags")}),
        ("Notes", {"classes": ("wide-notes",), "fields": ("notes",)}),
        ("Names and address", {"classes": ("collapse",), "fields": address}),
    )


class PageAdmin(EditorsOnlyMixin, DraftMixin, TrashMixin[Page]):
    form = PageForm
    change_form_template = "admin/services/page/change_form.html"
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("title", "abbreviation", "aliases", "notes")
    search_help_text = "Title, abbreviation, other names or notes"
    save_on_top = True
    ordering = ("title",)

    # -- list ----------------------------------------------------------------------------------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        title = {"title": str(self.opts.verbose_name_plural).capitalize()}
        return super().changelist_view(request, title | (extra_context or {}))

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[PageChangeList]:
        return PageChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        pages = super().get_queryset(request)
        if request.resolver_match and str(request.resolver_match.url_name).endswith("_changelist"):
            pages = pages.select_related("category", "section__document").defer(
                "notes",
                "outline",
                "section__base",
                "section__theirs",
                "section__text",
                "section__document__front_matter",
            )
            pages = pages.annotate(conflict=Q(section__theirs__isnull=False))
        return pages

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Page], search_term: str
    ) -> tuple[QuerySet[Page], bool]:
        return search_pages(queryset, search_term), False

    @admin.display(description="Title", ordering="title")
    def name(self, page: WithAnnotations[Page, ListedPage]) -> str:
        if not page.conflict:
            return str(page)
        return format_html('{} <strong class="flag">Conflict</strong>', page)

    @admin.display(description="Learned")
    def progress(self, page: WithAnnotations[Page, ListedPage]) -> str:
        return f"{page.learned.closed} of {page.learned.total}" if page.learned else "–"

    @admin.display(description="Open questions")
    def questions(self, page: WithAnnotations[Page, ListedPage]) -> int | str:
        return page.open_questions or "–"

    @admin.display(description="File", ordering="section__document__path")
    def document(self, page: Page) -> str:
        section: Section | None = getattr(page, "section", None)
        if section is None:
            return "–"
        link = reverse("admin:services_document_change", args=[section.document_id])
        return format_html('<a href="{}">{}</a>', link, section.document.path)

    @admin.display(description="Updated", ordering="updated_at")
    def updated(self, page: Page) -> str:
        return format_day(page.updated_at)

    # -- form ----------------------------------------------------------------------------------

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        page = form.instance if form.instance.pk else None
        # Each new page has a place of its own among its author's drafts.
        place = "" if page else new_place(request.POST.get("place"))
        context |= {
            "page": page,
            "place": place,
            "draft": drafts.find_other_draft(get_user(request), page, request.POST, place),
            "draft_url": reverse(f"admin:services_{self.opts.model_name}_draft"),
        }
        if page:
            sections = Section.objects.filter(page=page).select_related("document")
            context["section"] = sections.first()
            files = Attachment.objects.live().filter(page=page)
            context["files"] = files.only("name", "content_type", "size")[:MAX_FILES_SHOWN]
        return super().render_change_form(request, context, *args, **kwargs)

    @retry_deadlocks
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        try:
            try:
                return super().changeform_view(request, object_id, form_url, extra_context)
            except (StaleVersion, Trashed, Page.DoesNotExist, IntegrityError):
                # Another user saved first. The form now reads that version and reports it.
                return super().changeform_view(request, object_id, form_url, extra_context)
        except Clash as clash:
            return conflicts.show_page(request, clash)

    def save_model(self, request: HttpRequest, obj: Page, form: PageForm, change: bool) -> None:
        """Save notes, rows, facts and tags in one revision, merged with what others saved."""
        draft = form.draft
        by = get_user(request)
        if not change:
            obj.notes, obj.updated_by, obj.last_reason = draft.notes, by, Reason.ADMIN
            obj.kind = str(self.opts.model_name)
            create(obj)
            adopt(obj, by=by)
            place = request.POST.get("place", "")
            drafts.end_saved(by, None, request.POST, place, notes=draft.notes)
            return
        wanted = {name: getattr(obj, name) for name in FACTS if name in form.changed_data}
        tags = form.cleaned_data.get("tags")
        # The facts that another user changed as well.
        typed = base_of(obj).facts | {"tags": sorted(tags or ())}
        facts = {name: typed[name] for name in typed if name in form.changed_data}
        current = Page.everything.get(pk=obj.pk)
        theirs = {}
        if facts:
            base = base_of(current, draft.version)
            theirs = overridden(current, Edit(draft.notes, base, facts))
        saved = save(
            obj,
            draft.notes,
            version=draft.version,
            by=by,
            reason=Reason.ADMIN,
            tags=tags,
            choices=read_choices(request.POST),
            **wanted,
        )
        if saved.resolved:
            messages.success(request, resolved_message(saved.page))
        elif saved.merged:
            flash_merged(request, saved.page, draft.version)
        drafts.end_saved(by, saved.page, request.POST, notes=draft.notes)
        flash_facts(request, Outcome(saved, theirs))
        obj.refresh_from_db()

    def response_post_save_change(self, request: HttpRequest, obj: Page) -> HttpResponseRedirect:
        """Redirect to the page on the site if the user came from there."""
        if request.GET.get("from") == "site":
            return HttpResponseRedirect(obj.get_absolute_url())
        return super().response_post_save_change(request, obj)

    def save_related(
        self, request: HttpRequest, form: PageForm, formsets: object, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        form.save_dismissed()
        if not change:
            # The first revision of a new page is made before its tags.
            page = form.instance
            first = Revision.objects.filter(page=page.pk, version=page.version)
            first.update(tags=sorted(page.tags.names()))

    def delete_model(self, request: HttpRequest, obj: Page) -> None:
        throw_away(obj, by=get_user(request))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Redirect to the site's history, which shows more than the admin's log."""
        page = self.get_object(request, unquote(object_id))
        if page is None:
            raise Http404("There is no such page.")
        return HttpResponseRedirect(reverse("history", args=[page.slug]))


class ServiceAdmin(PageAdmin):
    list_display = ("name", "category", "progress", "questions", "updated", "document")
    list_filter = (("category", CategoryFilter), *PAGE_FILTERS)
    fieldsets = page_fieldsets("category", "aws_id")

    def get_form(
        self, request: HttpRequest, obj: Page | None = None, change: bool = False, **kwargs: object
    ) -> type[forms.ModelForm[Page]]:
        form = super().get_form(request, obj, change, **kwargs)
        field = form.base_fields["category"]
        field.required = True
        for what in ("add", "change", "delete", "view"):
            setattr(field.widget, f"can_{what}_related", False)
        return form


class TopicAdmin(PageAdmin):
    list_display = ("name", "progress", "questions", "updated", "document")
    list_filter = PAGE_FILTERS
    fieldsets = page_fieldsets("about")
