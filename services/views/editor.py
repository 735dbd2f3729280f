"""Render the editor with a form."""

from __future__ import annotations

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from services.forms.page import EditForm
from services.markdown.read.sections import PageSection
from services.models import Draft, Page
from services.pages import drafts, rename
from services.views.request import get_user


def show_editor(
    request: HttpRequest,
    form: EditForm,
    *,
    part: PageSection | None = None,
    draft: Draft | None = None,
    place: str = "",
    status: int = 200,
    **more: object,
) -> HttpResponse:
    """Show the editor with the form of a page or of its `part`; `draft` is offered above it.

    A new page has a `place` of its own; the drafts of others are listed.
    """
    page = form.page
    if draft is None and request.method == "POST":
        draft = drafts.find_other_draft(get_user(request), page, request.POST, place)
    others = drafts.list_drafts(get_user(request)).filter(page=None).exclude(place=place)
    context = {
        "form": form,
        "page": page,
        "part": part,
        "draft": draft,
        "place": place,
        "drafts": () if page else others,
        "linking": _linking(page) if page and not part else 0,
        "version": form["version"].value() or "",
    }
    return render(request, "edit.html", context | more, status=status)


def _linking(page: Page) -> int:
    """Return how many pages have links that would break under another title."""
    names = rename.lost_names(page, {"title": "", "abbreviation": ""})
    asking = rename.pages_linking(page, names)
    return len({other for pages in asking.values() for other in pages})


def show_without_page(request: HttpRequest) -> HttpResponse:
    """Show what was typed for a page that was deleted for good: it can become a new page."""
    known = {name: request.POST[name] for name in drafts.FIELDS if name in request.POST}
    form = EditForm(page=None, base=None, initial=known)
    return show_editor(request, form, place=new_place(), status=404, is_gone=True)


def new_place(known: str | None = None) -> str:
    """Return the draft's place of a new page: the posted one, or a new one."""
    return known if known is not None and drafts.is_place(None, known) else secrets.token_hex(4)
