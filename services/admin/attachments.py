"""Files in the admin: added, renamed, replaced and moved by the same rules as on the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.db.models import ForeignKey, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join

from services.admin.base import ForEditors
from services.admin.trash import TrashMixin
from services.attachments import manage
from services.attachments.errors import UploadRefused
from services.attachments.labels import describe_kind
from services.attachments.store import store
from services.models import Attachment, Page
from services.permissions import shown_name

BESIDE_A_PAGE = 50
REFERENCE = "Imported notes of this page show it as “%s”, so it stays there."


def files_of(page: Page) -> list[Attachment]:
    """The newest files of a page, for its form."""
    rows = Attachment.objects.live().filter(page=page)
    return list(rows.only("name", "content_type", "size")[:BESIDE_A_PAGE])


class AttachmentForm(forms.ModelForm[Attachment]):
    """A file that is added, or one that is there, with what may take its place."""

    upload = forms.FileField(label="File")

    class Meta:
        model = Attachment
        fields = ("name", "page")
        labels = {"name": "Name"}

    by: User | None = None
    stored: Attachment | None = None

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        *,
        instance: Attachment | None = None,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, files, instance=instance, initial=initial)
        if not self.instance._state.adding:
            upload = self.fields["upload"]
            upload.required, upload.label = False, "Another file in its place"
            upload.help_text = "Its address stays, so it changes wherever it is used."
        if self.instance.page_id and "page" in self.fields:
            # Also one that is in the trash: its file is not to be torn from it.
            known = Q(trashed_at=None) | Q(pk=self.instance.page_id)
            pages = self.fields["page"]
            if isinstance(pages, forms.ModelChoiceField):
                pages.queryset = Page.everything.filter(known).order_by("title")
        if self.instance.reference and "page" in self.fields:
            self.fields["page"].disabled = True
            self.fields["page"].help_text = REFERENCE % self.instance.reference

    def clean(self) -> dict[str, Any]:
        """The bytes are stored here already: whether that goes is known only by doing it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        upload, row = cleaned.get("upload"), self.instance
        if upload is None or self.errors:
            return cleaned
        try:
            if row._state.adding:
                self.stored = store(upload, name=upload.name, page=cleaned["page"], by=self.by)
            else:
                self.stored = manage.replace(row, upload)
        except UploadRefused as refusal:
            self.add_error("upload", str(refusal))
        return cleaned

    def _post_clean(self) -> None:
        """Nothing to check on the row: the rules of `services.files` name and fill it."""


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [
            ("pictures", "Pictures"),
            ("pdf", "PDFs"),
            ("media", "Audio and video"),
            ("others", "Others"),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Attachment]
    ) -> QuerySet[Attachment]:
        pictures, pdf = Q(width__isnull=False), Q(content_type="application/pdf")
        media = Q(content_type__startswith="audio/") | Q(content_type__startswith="video/")
        found = {"pictures": pictures, "pdf": pdf, "media": media}
        found["others"] = ~(pictures | pdf | media)
        chosen = self.value() or ""
        return queryset.filter(found[chosen]) if chosen in found else queryset


class TrashFilter(admin.SimpleListFilter):
    title = "trash"
    parameter_name = "trash"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("in", "In the trash"), ("all", "All")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        return iter([first | {"display": "Not in the trash"}, *others])

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Attachment]
    ) -> QuerySet[Attachment]:
        if self.value() == "all":
            return queryset
        return queryset.filter(trashed_at__isnull=self.value() != "in")


class AttachmentAdmin(ForEditors, TrashMixin[Attachment]):
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
    readonly_fields = ("shown", "kind", "bytes", "who", "added", "used", "trashed")

    def get_fields(self, request: HttpRequest, obj: Attachment | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("upload", "page")
        trashed = ("trashed",) if obj.trashed_at else ()
        return ("shown", "name", "upload", "page", *self.readonly_fields[1:-1], *trashed)

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
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[object, object], request: HttpRequest, **kwargs: object
    ) -> forms.ModelChoiceField[Page] | None:
        if db_field.name == "page":
            pages = Page.objects.order_by("title").only("kind", "title", "abbreviation")
            kwargs |= {"queryset": pages, "required": False}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # -- saving --------------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, object] | None = None,
    ) -> HttpResponse:
        """Without the transaction that the admin holds: nobody waits while a file is stored."""
        answer: HttpResponse = self._changeform_view(  # type: ignore[attr-defined]
            request, object_id, form_url, extra_context
        )
        return answer

    def save_form(self, request: HttpRequest, form: AttachmentForm, change: bool) -> Attachment:
        return form.stored or form.instance

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

    def save_related(
        self, request: HttpRequest, form: object, formsets: object, change: bool
    ) -> None:
        """Nothing hangs on a file."""

    def throw_away(self, row: Attachment, *, by: User) -> None:
        manage.move_to_trash(row, by=by)

    @admin.action(description="Restore selected %(verbose_name_plural)s from the trash")
    def restore(self, request: HttpRequest, queryset: QuerySet[Attachment]) -> None:
        rows = list(queryset.exclude(trashed_at=None))
        for row in rows:
            manage.restore(row)
        what = "1 file is" if len(rows) == 1 else f"{len(rows)} files are"
        messages.success(request, f"{what} restored.")

    # -- columns -------------------------------------------------------------------------------

    @admin.display(description="File")
    def shown(self, row: Attachment) -> str:
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
        return date_format(timezone.localtime(row.created_at), "j M Y")

    @admin.display(description="In the trash since")
    def trashed(self, row: Attachment) -> str:
        return date_format(timezone.localtime(row.trashed_at), "j M Y") if row.trashed_at else "–"

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
