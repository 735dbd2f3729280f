"""A page whose file was changed in the same lines: both texts, and three ways out."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from services.forms.fields import as_posted
from services.forms.page import COMBINED, MINE, THEIRS, EditForm, FileConflictForm
from services.models import Page, Section, StaleVersion
from services.pages import drafts
from services.pages.edit import Base, base_of, typed_over
from services.pages.resolve_conflict import Settled, settle, waiting
from services.pages.save import Trashed, mark
from services.text.merge import merge
from services.text.side_by_side import side_by_side
from services.views.editor import show_editor, show_without_page
from services.views.finding import is_another, page_to_edit, person, version_of
from services.views.flash import history_link
from services.views.resubmit import writing

DECIDED = "Somebody has decided this meanwhile."
TRASHED = "The page was moved to the trash meanwhile, so nothing is decided."
CHOOSE = "Choose one of the three below. Nothing is saved yet."
MOVED = (
    "The page or its file was changed once more meanwhile, so nothing is decided yet. This is what "
    "they say now; what you had put together is in the text below."
)
SAID = {
    COMBINED: "The combined text is saved. What both texts said before is in the {}.",
    MINE: "The page stays as it is. The file’s text is in the {}.",
    THEIRS: "The page says what its file says. Its own text is in the {}.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@writing
def file_conflict(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a page's text beside that of its file, or store what was decided.

    `decision` is "combined", "mine" (the page's) or "theirs" (the file's).
    """
    page, moved = page_to_edit(slug)
    if request.method == "POST":
        if page is None or is_another(page, request):
            return show_without_page(request)
        return _decide(request, page)
    if page is None or page.trashed_at:
        raise Http404("There is no page at this address.")
    if moved:
        return redirect("file_conflict", page.slug)
    section = waiting(page)
    if section is None:
        messages.info(request, "There is nothing to decide: the page and its file agree.")
        return redirect(page)
    return _screen(request, page, section, _form(page, section, _prepared(page, section)))


def _prepared(page: Page, section: Section) -> str:
    return merge(section.base, page.notes, section.theirs or "").prepared


def _form(
    page: Page, section: Section, notes: str, *, worked_on: bool = False, kept: str = ""
) -> FileConflictForm:
    start = {
        "notes": notes,
        "version": page.version,
        "file": mark(section.theirs or ""),
        "shown": "" if worked_on else mark(as_posted(notes)),
        "kept": kept,
    }
    return FileConflictForm(page=page, base=base_of(page), initial=start)


def _screen(
    request: HttpRequest,
    page: Page,
    section: Section,
    form: FileConflictForm,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "page": page,
        "section": section,
        "rows": side_by_side(section.base, page.notes, section.theirs or ""),
        "version": form["version"].value(),
        "draft": drafts.another(person(request), page, {"kept": form["kept"].value() or ""}),
        "error": error,
    }
    return render(request, "file_conflict.html", context, status=status)


def _decide(request: HttpRequest, page: Page) -> HttpResponse:
    decision, version = request.POST.get("decision", ""), version_of(request)
    base, section = base_of(page, version), waiting(page)
    form = FileConflictForm(request.POST, page=page, base=base)
    form.full_clean()
    typed = typed_over(page, base, form.data.get("notes", ""))
    # A combination that somebody worked on is kept, whatever is decided.
    worked_on = mark(as_posted(typed)) != form.data.get("shown")
    mine = typed if worked_on or decision == COMBINED else None
    if section is None or page.trashed_at:
        return _no_more(request, page, mine)
    seen = {"version": version, "file": form.data.get("file", "")}
    if mark(section.theirs or "") != seen["file"] or (page.version != version and decision != MINE):
        return _again(request, page, base, mine if worked_on else None)
    if decision not in SAID:
        return _screen(request, page, section, form, error=CHOOSE, status=400)
    if form.errors and decision == COMBINED:
        return _screen(request, page, section, form, status=409)
    texts = {COMBINED: typed, MINE: None, THEIRS: section.theirs}
    written = (typed,) if worked_on else ()
    try:
        saved = settle(page, texts[decision], *written, **seen, by=person(request))
    except StaleVersion as moved:
        return _again(request, moved.current, base, mine if worked_on else None)
    except Page.DoesNotExist:
        return show_without_page(request)
    except (Settled, Trashed):
        return _no_more(request, Page.everything.get(pk=page.pk), mine)
    drafts.end_saved(person(request), page, request.POST, typed)
    messages.success(request, format_html(SAID[decision], history_link(saved.page)))
    return redirect(saved.page)


def _again(request: HttpRequest, page: Page, base: Base, mine: str | None) -> HttpResponse:
    """The page or its file moved on: ask anew, with the text that somebody had put together.

    What the page says by now stands where the page's words stand, and likewise with the file.
    """
    section = waiting(page)
    if section is None:
        return _no_more(request, page, mine)
    notes = _prepared(page, section) if mine is None else mine
    if mine is not None and page.version != base.version:
        notes = merge(base.notes or "", page.notes, notes).prepared
    if mine is not None and mark(section.theirs or "") != request.POST.get("file"):
        notes = merge(section.base, notes, section.theirs or "").prepared
    kept = request.POST.get("kept", "")
    form = _form(page, section, notes, worked_on=mine is not None, kept=kept)
    return _screen(request, page, section, form, error=MOVED, status=409)


def _no_more(request: HttpRequest, page: Page, mine: str | None) -> HttpResponse:
    """There is nothing left to decide; a text that was put together goes on in the editor."""
    trashed = page.trashed_at is not None
    if mine is None:
        messages.info(request, TRASHED if trashed else DECIDED)
        return redirect(reverse("trash") if trashed else page.get_absolute_url())
    version = version_of(request)
    start = {"notes": mine, "version": version, "kept": request.POST.get("kept", "")}
    form = EditForm(page=page, base=base_of(page, version), initial=start)
    if not trashed:
        messages.info(
            request, f"{DECIDED} Your text is here still: saving merges it into the page."
        )
    return show_editor(request, form, status=409, is_trashed=trashed)
