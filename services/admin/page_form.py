"""The form of a page: who else changed it meanwhile, which names are taken, what a file says."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html

from services.admin.drafts import Draft
from services.catalog import key
from services.forms import NamesField, NotesField, NotesWidget, Seen, TagsField, as_posted, digest
from services.history import revision
from services.markdown.edits import dominant_line_end, keep_line_ends
from services.models import Page, PageName, Section, Service
from services.names import KEY_LENGTH
from services.saving import Clash, merged_into
from services.sync.merge import has_marks

if TYPE_CHECKING:
    PageModelForm = forms.ModelForm[Page]
else:
    PageModelForm = forms.ModelForm

# What a page says beside its notes; stored only where this person changed it.
FACTS = ("title", "abbreviation", "category", "about", "slug", "aliases", "aws_id", "position")
LATER, OURS, THEIRS, COMBINED = "later", "ours", "theirs", "combined"
DECISIONS = (
    (LATER, "Leave it for later"),
    (OURS, "Keep the page's text"),
    (THEIRS, "Take the file's text"),
    (COMBINED, "I have combined them in the notes"),
)
GONE = (
    'This page was moved to the <a href="{}">trash</a> meanwhile. Your text is still here: restore '
    "the page in another window, then save again."
)
UNDECIDED = (
    "There is still a place that nobody has decided. Keep what you want of it and remove the lines "
    "that begin with <<<<<<<, ======= and >>>>>>>."
)
# Comparing texts that differ everywhere takes long; a person would not read that anyway.
MOST_LINES = 5_000


class PageForm(PageModelForm):
    """A service or topic. After `clean`, `instance.draft` holds the notes to be saved."""

    aliases = NamesField(
        label="Other names",
        required=False,
        help_text="What else links and checklists may call it, one name a line.",
    )
    tags = TagsField(required=False, help_text="With commas between them.")
    notes = NotesField(widget=NotesWidget({"aria-label": "Notes"}))
    version = Seen(required=False)
    seen = Seen(required=False)
    theirs_seen = Seen(required=False)
    # The version whose text was shown in a clash, and whether this one is to take its place.
    clashed = Seen(required=False)
    replace = forms.BooleanField(
        label="Store what is under Notes in the place of the other text", required=False
    )
    decision = forms.ChoiceField(
        label="Decide", choices=DECISIONS, initial=LATER, widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            # What changed meanwhile is written into it, to be shown with the form.
            self.data = self.data.copy()  # type: ignore[attr-defined]
        self.section = None
        # What came of saving over a version that is not the newest.
        self.clash: Clash | None = None
        self.merged_from: int | None = None
        if self.instance.pk:
            sections = Section.objects.filter(page=self.instance.pk).select_related("document")
            self.section = sections.first()
            self.fields["version"].initial = str(self.instance.version)
            self.fields["seen"].initial = digest(self.instance.notes)
            self.fields["notes"].widget.page_id = self.instance.pk
        if self.section is None or self.section.theirs is None:
            del self.fields["decision"], self.fields["theirs_seen"]
        else:
            self.fields["theirs_seen"].initial = digest(self.section.theirs)
        for name in (*FACTS, "tags"):
            if name in self.fields:
                self.fields[name].show_hidden_initial = bool(self.instance.pk)
        # Who leaves it blank gets one made from the title.
        self.fields["slug"].required = False
        if "about" in self.fields and self.instance.about_id:
            # Also one that is in the trash: saving the topic is not to tear them apart.
            about: Any = self.fields["about"]
            known = Q(pk__in=about.queryset.values("pk")) | Q(pk=self.instance.about_id)
            about.queryset = Service.everything.filter(known).order_by("title")
        whole = [str(alias) for alias in self.instance.aliases]
        self.fields["aliases"].whole = whole  # type: ignore[attr-defined]

    # -- names ---------------------------------------------------------------------------------

    def clean_title(self) -> str:
        title: str = self.cleaned_data["title"]
        others = PageName.objects.filter(key=key(title)[:KEY_LENGTH], rank=PageName.Rank.TITLE)
        self._refuse_taken(
            others.exclude(page=self.instance.pk).values_list("page", flat=True), "title"
        )
        return title

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"] or self.instance.slug
        others = Page.everything.filter(Q(slug=slug) | Q(old_addresses__slug=slug))
        others = others.exclude(pk=self.instance.pk) if slug else others.none()
        self._refuse_taken(others.values_list("pk", flat=True), "address")
        return slug

    def clean_aws_id(self) -> str:
        aws_id: str = self.cleaned_data["aws_id"].strip()
        others = Page.objects.filter(kind=Page.Kind.SERVICE, aws_id=aws_id)
        others = others.exclude(pk=self.instance.pk) if aws_id else others.none()
        self._refuse_taken(others.values_list("pk", flat=True), "AWS id")
        return aws_id

    def _refuse_taken(self, pks: Any, what: str) -> None:
        page = Page.everything.filter(pk__in=list(pks)[:1]).first()
        if page is not None and page.trashed_at:
            words = '“{}” in the <a href="{}">trash</a> has this {}.'
            said = format_html(words, page, reverse("trash"), what)
            raise forms.ValidationError(said, code="taken")
        if page is not None:
            link = reverse(f"admin:services_{page.kind}_change", args=[page.pk])
            words = '<a href="{}">{}</a> already has this {}.'
            raise forms.ValidationError(format_html(words, link, page, what), code="taken")

    # -- notes ---------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        if not self.instance.pk:
            title, notes = cleaned.get("title", ""), cleaned.get("notes", "")
            # In a new page nothing says that CRLF was meant, and browsers know nothing else.
            notes = keep_line_ends(notes, "", "\n")
            self._keep(Draft(notes, 1, title, self._meta.model.__name__ == "Service"))
            return cleaned
        # Locked until this is saved: what is compared here cannot change before it is stored.
        current = Page.objects.locked().filter(pk=self.instance.pk).first()
        if current is None:
            raise forms.ValidationError(format_html(GONE, reverse("trash")))
        self._keep_what_others_changed(current)
        notes = self._notes_over(current)
        if not self.errors:
            title = cleaned.get("title", current.title)
            self._keep(Draft(notes, current.version, title, current.is_service))
        return cleaned

    def _keep(self, draft: Draft) -> None:
        self.cleaned_data["notes"] = draft.notes
        self.instance.draft = draft  # type: ignore[attr-defined]

    def _keep_what_others_changed(self, current: Page) -> None:
        for name in FACTS:
            if name in self.cleaned_data and name not in self.changed_data:
                self.cleaned_data[name] = getattr(current, name)
        if "tags" not in self.changed_data:
            self.cleaned_data.pop("tags", None)

    def _notes_over(self, current: Page) -> str:
        """The notes to be saved: what was typed with the stored line ends, or what is stored."""
        typed = self.cleaned_data.get("notes", "")
        touched = digest(typed) != self.data.get(self.add_prefix("seen"))
        if self._takes_theirs(touched) and self.section and self.section.theirs is not None:
            return self.section.theirs
        if not touched or digest(typed) == digest(current.notes):
            return current.notes
        if has_marks(typed) and not has_marks(current.notes):
            self.add_error("notes", UNDECIDED)
        version = self._version(current)
        known = revision(current.pk, version) if version != current.version else current
        stored = known.notes if known else current.notes
        default = self.section.document.line_end if self.section else ""
        notes = keep_line_ends(typed, stored, default or dominant_line_end(stored))
        if version == current.version:
            return notes
        try:
            merged = merged_into(current, notes, version)
        except Clash as clash:
            self._show_stored(clash, typed)
            return notes
        self.merged_from = version if merged != notes else None
        return merged

    def _version(self, current: Page) -> int:
        """The version that these notes are laid over; 0 where the form does not say.

        The one that it was opened on, or the stored one where somebody saw that and decided.
        """
        seen = self.cleaned_data.get("clashed") == str(current.version)
        if seen and self.cleaned_data.get("replace"):
            return current.version
        said = self.cleaned_data.get("version") or ""
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0

    def _show_stored(self, clash: Clash, typed: str) -> None:
        """Somebody saved other words in the same lines: show both texts, and what they would
        be together, until one of them is decided for."""
        self.clash, current = clash, clash.current
        who = current.updated_by.get_username() if current.updated_by else "somebody else"
        self.add_error(
            "notes",
            f"These notes were changed by {who} after you opened them, in the same lines as "
            "yours. Your text is still here, and theirs is shown below it. Decide at the top of "
            "this page.",
        )
        widget: Any = self.fields["notes"].widget
        widget.stored = current.notes
        widget.diff = list(line_diff(current.notes, typed))
        self.data[self.add_prefix("clashed")] = str(current.version)  # type: ignore[index]
        self.data.pop(self.add_prefix("replace"), None)  # type: ignore[attr-defined]

    def _takes_theirs(self, touched: bool) -> bool:
        decision = self.cleaned_data.get("decision") or LATER
        if decision == LATER or self.section is None or self.section.theirs is None:
            return False
        if self.cleaned_data.get("theirs_seen") != digest(self.section.theirs):
            self.add_error("decision", "The file was imported again meanwhile: look at it anew.")
            seen = self.add_prefix("theirs_seen")
            self.data[seen] = digest(self.section.theirs)  # type: ignore[index]
        elif decision == THEIRS and touched:
            words = "You also changed the notes: choose “I have combined them”, or undo that."
            self.add_error("decision", words)
        return decision == THEIRS

    @property
    def settles_conflict(self) -> bool:
        """Was it decided how the page's text and the file's go together?"""
        return self.cleaned_data.get("decision", LATER) not in ("", LATER)


def line_diff(before: str, after: str) -> Iterator[tuple[str, str]]:
    """The lines that two texts differ in, with some around them, each marked +, - or blank."""
    old, new = as_posted(before).split("\r\n"), as_posted(after).split("\r\n")
    if len(old) + len(new) > MOST_LINES:
        return
    for line in list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]:
        yield (line[:1], line[1:]) if line[:2] != "@@" else ("@", "…")
