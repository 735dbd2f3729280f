"""The editor: a page, one section of it, a new page."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from services.db.locks import retry_deadlocks
from services.forms.conflict import CONTINUE, read_choices
from services.forms.page import EditForm, SectionForm
from services.markdown.read.sections import find_section, section_source
from services.models import Category, Draft, Page
from services.pages import drafts, trash
from services.pages.edit import (
    Edit,
    anchor_at,
    base_of,
    create,
    put_section,
    read_typed,
    store,
)
from services.pages.rename import link_name
from services.pages.resolve_conflict import Clash
from services.pages.revise import Trashed
from services.views import conflicts
from services.views.editor import new_place, show_editor, show_without_page
from services.views.flash import flash_link_name, flash_saved
from services.views.request import find_page, get_user, is_for_another, posted_version, saved_mark
from services.views.resubmit import editors_or_resubmit


@require_http_methods(["GET", "HEAD", "POST"])
@editors_or_resubmit
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Edit a page, or with `?section=` one section; `?draft=1` opens the user's draft."""
    page = find_page(slug)
    if request.method == "POST":
        if page is None or is_for_another(page, request):
            return show_without_page(request)
        try:
            return _save(request, page)
        except IntegrityError:
            # Another request took the title first: now the form sees it, and reports it.
            return _save(request, page)
    if page is None:
        raise Http404("There is no page at this address.")
    if page.slug != slug:
        return redirect(reverse("edit", args=[page.slug], query=request.GET))
    return _open(request, page)


def _open(request: HttpRequest, page: Page) -> HttpResponse:
    draft, trashed = drafts.find_draft(get_user(request), page), page.trashed_at is not None
    if trashed and draft is None:
        raise Http404("There is no page at this address.")
    opened = draft if trashed or request.GET.get("draft") else None
    base = base_of(page, opened.version if opened else None)
    part = None
    start: dict[str, object] = {"notes": page.notes, "version": page.version}
    if opened:
        start = _draft_fields(opened, base.version)
    elif anchor := request.GET.get("section"):
        part = find_section(page.notes, anchor)
        if part is None:
            return _show_no_section(request, page)
        start["notes"] = section_source(page.notes, part)
    form = (SectionForm if part else EditForm)(page=page, base=base, initial=start)
    offered = None if opened else draft
    return show_editor(request, form, part=part, draft=offered, is_trashed=trashed)


def _draft_fields(draft: Draft, version: int | str) -> dict[str, object]:
    """Return the fields of a draft as a form shows them."""
    return {**draft.fields, "version": version, "kept": saved_mark(draft)}


@retry_deadlocks
def _save(request: HttpRequest, page: Page) -> HttpResponse:
    version, anchor = posted_version(request), request.GET.get("section", "")
    base = base_of(page, version)
    part = find_section(base.notes or "", anchor) if anchor else None
    if anchor and part is None:
        return _show_no_section(request, page)
    form = (SectionForm if part else EditForm)(request.POST, page=page, base=base)
    if not form.is_valid():
        return show_editor(request, form, part=part)
    typed = form.cleaned_data["notes"]
    if part is None or base.notes is None:
        notes = read_typed(typed, page, base.notes)
    else:
        notes = put_section(page, base.notes, part, typed)
    wanted = Edit(notes, base, form.facts, form.cleaned_data.get("rewrite", False))
    try:
        with transaction.atomic():
            if page.trashed_at and "restore" in request.POST:
                trash.take_out(page, by=get_user(request))
            choices = read_choices(request.POST)
            outcome = store(page, wanted, by=get_user(request), choices=choices)
            drafts.end_saved(get_user(request), page, request.POST, notes=notes)
    except Clash as clash:
        return conflicts.show_page(request, clash)
    except Trashed:
        return show_editor(request, form, part=part, status=409, is_trashed=True)
    flash_saved(request, outcome, wanted)
    if CONTINUE in request.POST:
        return redirect("edit", outcome.saved.page.slug)
    below = anchor_at(notes, part.start) if part else ""
    return redirect(outcome.saved.page.get_absolute_url() + (f"#{below}" if below else ""))


@require_http_methods(["GET", "HEAD", "POST"])
@editors_or_resubmit
def new_page(request: HttpRequest) -> HttpResponse:
    """Create a page; `?category=` (its slug) and `?title=` fill in the form.

    `?draft=` is the place of the draft to open, 1 for the blank place.
    """
    if request.method == "POST":
        try:
            return _create(request)
        except IntegrityError:
            return _create(request)
    wanted = request.GET.get("draft", "")
    place = new_place("" if wanted == "1" else wanted or None)
    draft = drafts.find_draft(get_user(request), None, place) if wanted else None
    category = Category.objects.filter(slug=request.GET.get("category", "")).first()
    start: dict[str, object] = {
        "category": category and category.pk,
        "title": request.GET.get("title", "")[:200],
    }
    start = _draft_fields(draft, "") if draft else start
    return show_editor(request, EditForm(page=None, base=None, initial=start), place=place)


@retry_deadlocks
def _create(request: HttpRequest) -> HttpResponse:
    form, place = EditForm(request.POST, page=None, base=None), request.POST.get("place", "")
    if not form.is_valid():
        return show_editor(request, form, place=new_place(place))
    with transaction.atomic():
        notes = read_typed(form.cleaned_data["notes"])
        page = create(notes, form.facts, by=get_user(request))
        if drafts.is_place(None, place):
            drafts.end_saved(get_user(request), None, request.POST, place, notes=notes)
    messages.success(request, f"Page “{page.title}” created.")
    flash_link_name(request, link_name(page))
    return redirect(page)


def _show_no_section(request: HttpRequest, page: Page) -> HttpResponse:
    """Show what was typed for a section that was removed or renamed, to be copied."""
    context = {"page": page, "text": request.POST.get("notes", "")}
    return render(request, "no_section.html", context, status=404)
