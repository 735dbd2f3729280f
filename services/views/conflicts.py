"""The screen for conflicts: both texts side by side, and a choice for each block.

The fields of the form that caused it are posted to the form's own view again, with the choices.
That view checks and saves as always, and shows the screen again if other blocks are disputed.
"""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import get_text_list
from django.views.decorators.http import require_http_methods

from services.forms.conflict import (
    CONTINUE,
    FILE,
    PEOPLE,
    ConflictForm,
    Sides,
    is_conflict_field,
    read_choices,
)
from services.models import Draft, Page
from services.pages import drafts
from services.pages.edit import others_since
from services.pages.resolve_conflict import (
    Clash,
    NoConflict,
    find_file_section,
    resolve_with_file,
    with_file,
)
from services.pages.revise import Trashed
from services.permissions import editors_only
from services.text.side_by_side import Who, side_by_side
from services.views.flash import resolved_message
from services.views.request import get_page, get_user, is_for_another, posted_version, saved_mark

AGAIN = "These lines were changed again in the meantime. Not saved: please choose again."
MISSING = "Not saved. Please choose a text for each block."


def show(
    request: HttpRequest,
    clash: Clash,
    lead: str,
    *,
    sides: Sides = PEOPLE,
    saved_at: str = "",
    draft: Draft | None = None,
    status: int = 409,
) -> HttpResponse:
    """Show a conflict; `lead` is a sentence about who changed what, `draft` that of an answer.

    `saved_at` is the `saved_mark` of the draft, if any.
    """
    conflict, form = clash.conflict, ConflictForm(request.POST, clash.conflict, sides)
    blocks = iter(form.visible_fields())
    rows = side_by_side(conflict.base, conflict.mine, conflict.theirs)
    carried = [
        (name, saved_at if name == "kept" else value)
        for name, values in request.POST.lists()
        for value in values
        if not is_conflict_field(name) and name != "csrfmiddlewaretoken"
    ]
    context = {
        "page": clash.current,
        "conflict": conflict,
        "form": form,
        "sides": sides,
        "against_file": sides is FILE,
        "rows": [(row, next(blocks) if row.who is Who.DISPUTED else None) for row in rows],
        "carried": carried or [("page", str(clash.current.pk))],
        "lead": lead,
        "draft": draft,
        "notice": "" if "conflict" not in request.POST else MISSING if form.is_bound else AGAIN,
    }
    return render(request, "conflict.html", context, status=status)


def show_page(request: HttpRequest, clash: Clash) -> HttpResponse:
    """Show a conflict between two users of a page; save what was typed as a draft until then.

    A draft that the user has not opened is not overwritten.
    """
    page, who, version = clash.current, get_user(request), posted_version(request)
    saved_at, stored = request.POST.get("kept", ""), " Your earlier draft of this page stays."
    with suppress(drafts.NotSaved):
        if drafts.find_other_draft(who, page, request.POST) is None:
            fields = request.POST.dict() | {"notes": clash.conflict.mine}
            saved_at = saved_mark(drafts.save_draft(who, page, version, fields))
            stored = " Your text is a draft until you choose."
    others = get_text_list(others_since(page, version, who), "and")
    by = f"{others} changed the same lines" if others else "you changed the same lines elsewhere"
    return show(request, clash, f"While you wrote, {by}.{stored}", saved_at=saved_at)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def file_conflict(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a page's text beside that of its file, or store what was chosen."""
    page = get_page(slug)
    is_post = request.method == "POST"
    if is_for_another(page, request) or (page.trashed_at and not is_post):
        raise Http404("There is no page at this address.")
    if is_post:
        return _resolve(request, page)
    if page.slug != slug:
        return redirect("file_conflict", page.slug)
    section = find_file_section(page)
    if section is None:
        messages.info(request, "The page and its file agree.")
        return redirect(page)
    return _show_file(request, Clash(with_file(page, section), page), status=200)


def _resolve(request: HttpRequest, page: Page) -> HttpResponse:
    try:
        stored = resolve_with_file(page, read_choices(request.POST), by=get_user(request))
    except Page.DoesNotExist as gone:
        raise Http404("There is no page at this address.") from gone
    except Trashed as refusal:
        messages.info(request, str(refusal))
        return redirect("trash")
    except NoConflict:
        messages.info(request, "Already resolved by someone else.")
        return redirect(page)
    except Clash as clash:
        return _show_file(request, clash, status=409)
    messages.success(request, resolved_message(stored))
    return redirect("edit", stored.slug) if CONTINUE in request.POST else redirect(stored)


def _show_file(request: HttpRequest, clash: Clash, *, status: int) -> HttpResponse:
    section = find_file_section(clash.current)
    path = section.document.path if section else "its file"
    lead = f"This page and {path} were both changed since they last agreed."
    return show(request, clash, lead, sides=FILE, status=status)
