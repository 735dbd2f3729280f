"""Files in the admin: add, rename, replace and move them by the same rules as on the site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from services.admin.base import EditorsOnlyMixin, OptionFilter, format_day
from services.admin.trash import TrashMixin
from services.attachments import manage
from services.attachments.errors import UploadRefused
from services.attachments.labels import describe_kind
from services.attachments.store import store
from services.models import Attachment, Page
from services.permissions import shown_name
from services.views.request import get_user

REFERENCE = "Imported notes of this page show it as “%s”, so it stays there."
PICTURES, PDFS = Q(width__isnull=False), Q(content_type="application/pdf")
MEDIA = Q(content_type__startswith="audio/") | Q(content_type__startswith="video/")


class AttachmentForm(forms.ModelForm[Attachment]):
    """Add a file, or change one and upload another in its place."""

    upload = forms.FileField(label="File")

    class Meta:
        model = Attachment
        fields = ("name", "page")
        labels = {"name": "Name"}

    by: User

    def clean(self) -> dict[str, Any]:
        """Store the bytes: only doing so shows whether the storage takes them."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        upload = cleaned.get("upload")
        if upload is None or self.errors:
            return cleaned
        try:
            if self.instance._state.adding:
                self.instance = store(upload, name=upload.name, page=cleaned["page"], by=self.by)
            else:
                self.instance = manage.replace(self.instance, upload)
        except UploadRefused as refusal:
            self.add_error("upload", str(refusal))
        return cleaned

    def _post_clean(self) -> None:
        """Skip the checks of the row: `services.attachments` names and fills it."""


class KindFilter(OptionFilter):
    title = parameter_name = "kind"
    options = (
        ("pictures", "Pictures", PICTURES),
        ("pdf", "PDFs", PDFS),
        ("media", "Audio and video", MEDIA),
        ("others", "Others", ~(PICTURES | PDFS | MEDIA)),
    )


class TrashFilter(OptionFilter):
    title = parameter_name = "trash"
    options = (("in", "In the trash", Q(trashed_at__isnull=False)), ("all", "All", Q()))
    default = Q(trashed_at=None)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        return iter([first | {"display": "Not in the trash"}, *others])


class AttachmentAdmin(EditorsOnlyMixin, TrashMixin[Attachment]):
    form = AttachmentForm
    several = "files"
    list_display = ("called", "kind", "bytes", "on", "who", "added")
    list_filter = (KindFilter, TrashFilter)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("name", "reference", "page__title")
    search_help_text = "Name, or the title of its page"
    actions = ("delete_selected", "restore")
    delete_confirmation_template = "admin/services/attachment/delete_confirmation.html"
    delete_selected_confirmation_template = delete_confirmation_template
    readonly_fields = ("preview", "kind", "bytes", "who", "added", "used", "trashed")

    def get_fields(self, request: HttpRequest, obj: Attachment | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("upload", "page")
        fields = ("preview", "name", "upload", "page", "kind", "bytes", "who", "added", "used")
        return (*fields, "trashed") if obj.trashed_at else fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        rows = super().get_queryset(request).select_related("page", "created_by")
        return rows.defer("page__notes", "page__outline", "page__kept")

    def get_form(
        self,
        request: HttpRequest,
        obj: Attachment | None = None,
        change: bool = False,
        **kwargs: object,
    ) -> type[forms.ModelForm[Attachment]]:
        form = cast("type[AttachmentForm]", super().get_form(request, obj, change, **kwargs))
        form.by = get_user(request)
        if obj:
            form.base_fields["upload"] = forms.FileField(
                label="Another file in its place",
                required=False,
                help_text="Its address stays, so it changes wherever it is used.",
            )
        # Also the file's own page in the trash: saving the form must not separate them.
        page = cast("forms.ModelChoiceField[Page]", form.base_fields["page"])
        pages = Page.everything.filter(Q(trashed_at=None) | Q(pk=obj.page_id if obj else None))
        page.queryset = pages.order_by("title").only("kind", "title", "abbreviation")
        if obj and obj.reference:
            page.disabled, page.help_text = True, REFERENCE % obj.reference
        return form

    # -- saving --------------------------------------------------------------------------------

    # Without a transaction, which would lock others out during an upload.
    changeform_view = admin.ModelAdmin._changeform_view  # type: ignore[attr-defined]

    def save_model(
        self, request: HttpRequest, obj: Attachment, form: AttachmentForm, change: bool
    ) -> None:
        if not change:
            return
        if "name" in form.changed_data:
            manage.rename(obj, form.cleaned_data["name"])
        if "page" in form.changed_data:
            obj.page = form.cleaned_data["page"]
            Attachment.objects.filter(pk=obj.pk).update(page=obj.page)

    def delete_model(self, request: HttpRequest, obj: Attachment) -> None:
        manage.move_to_trash(obj, by=get_user(request))

    @admin.action(description="Restore selected %(verbose_name_plural)s from the trash")
    def restore(self, request: HttpRequest, queryset: QuerySet[Attachment]) -> None:
        number = sum(map(manage.restore, queryset.exclude(trashed_at=None)))
        subject = "1 file is" if number == 1 else f"{number} files are"
        messages.success(request, f"{subject} restored.")

    # -- columns -------------------------------------------------------------------------------

    @admin.display(description="File")
    def preview(self, row: Attachment) -> str:
        words = row.name
        if row.is_picture:
            picture = '<img class="file-small" src="{}" alt="" width="160" loading="lazy">'
            words = format_html(picture, reverse("thumbnail", args=[row.pk]))
        return format_html(
            '<a href="{}" aria-label="Open {}">{}</a>', row.get_absolute_url(), row.name, words
        )

    @admin.display(description="Name", ordering="name")
    def called(self, row: Attachment) -> str:
        return format_html("<bdi>{}</bdi>", row.name)

    @admin.display(description="Added", ordering="created_at")
    def added(self, row: Attachment) -> str:
        return format_day(row.created_at)

    @admin.display(description="In the trash since")
    def trashed(self, row: Attachment) -> str:
        return format_day(row.trashed_at) if row.trashed_at else "–"

    @admin.display(description="Kind", ordering="content_type")
    def kind(self, row: Attachment) -> str:
        return describe_kind(row.content_type, row.name)

    @admin.display(description="Size", ordering="size")
    def bytes(self, row: Attachment) -> str:
        return str(filesizeformat(row.size))

    @admin.display(description="Page", ordering="page__title")
    def on(self, row: Attachment) -> str:
        if row.page is None:
            return "–"
        if row.page.trashed_at:
            return f"{row.page} (in the trash)"
        return format_html('<a href="{}">{}</a>', row.page.get_absolute_url(), row.page)

    @admin.display(description="Added by", ordering="created_by")
    def who(self, row: Attachment) -> str:
        return shown_name(row.created_by) or "–"

    @admin.display(description="Used on")
    def used(self, row: Attachment) -> str:
        pages = manage.pages_using([row])[row.pk]
        links = ((page.get_absolute_url(), page) for page in pages)
        return format_html_join(", ", '<a href="{}">{}</a>', links) or "Nowhere in notes"
