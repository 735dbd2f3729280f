"""Drafts in the admin's form of a page, also of a page that was deleted in the meantime."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, path

from services.admin.page_form import PageForm
from services.models import Page
from services.views.drafts import draft as save_draft
from services.views.editor import show_without_page
from services.views.request import parse_number

NOT_IN_NOTES = "The text in a row below cannot be put into the notes yet."


class DraftMixin(admin.ModelAdmin[Page]):
    """Save typed text as a draft, as on the site; changed rows are put into the notes."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.draft_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_draft"
        return [path("draft/", view, name=name), *super().get_urls()]

    def draft_view(self, request: HttpRequest) -> HttpResponseBase:
        """Save a draft of the form, which the site's editor can open too.

        Its fields and responses are those of `views.drafts.draft`.
        """
        posted_page = request.POST.get("page", "")
        page = self.get_object(request, posted_page)
        typed = "notes" in request.POST and (page is not None or not posted_page)
        if typed and not self._put_rows_in(request, page):
            return JsonResponse({"error": NOT_IN_NOTES, "reason": "notsaved"}, status=400)
        return save_draft(request)

    def _put_rows_in(self, request: HttpRequest, page: Page | None) -> bool:
        """Put the posted rows into the posted notes; return False if one is refused."""
        change, fields = page is not None, flatten_fieldsets(self.get_fieldsets(request, page))
        form_class = self.get_form(request, page, change=change, fields=fields)
        form = form_class(request.POST, instance=page)
        form.is_valid()
        if not isinstance(form, PageForm) or form.rows_refused:
            return False
        if "notes" in form.cleaned_data:
            posted = request.POST.copy()
            posted["notes"] = form.draft.notes
            request.POST = posted  # type: ignore[assignment]
        return True

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Page | None:
        """Return a page; for a posted form, also one that is in the trash."""
        page = super().get_object(request, object_id, from_field)
        pk = parse_number(object_id)
        if page is None and pk and request.method == "POST":
            page = self.model.everything.filter(pk=pk).first()
        return page

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Change a page; text posted for a deleted one can become a new page."""
        pk = parse_number(unquote(object_id))
        posted = request.method == "POST" and "notes" in request.POST
        if posted and pk and self.get_object(request, str(pk)) is None:
            self._put_rows_in(request, self.model(pk=pk))
            return show_without_page(request)
        return super().change_view(request, object_id, form_url, extra_context)
