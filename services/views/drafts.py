"""Save drafts while a user types, report other editors, and discard drafts."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from services.models import Page
from services.pages import drafts
from services.permissions import editors_only, shown_name
from services.views.request import get_user, parse_number, redirect_back, saved_mark, wants_json

GONE = "This page was deleted for good. Copy your text to keep it."
NOWHERE = "There is no such form on this page."
NOT_YOU = "Someone else has logged in here. Your text is saved in this browser for you."


def _posted_number(request: HttpRequest, name: str) -> int:
    """Return a posted id or version; 0 if there is none."""
    return parse_number(request.POST.get(name)) or 0


def _posted_page(request: HttpRequest) -> Page | None:
    """Return the page that is edited, also from the trash. Raises Page.DoesNotExist."""
    if not request.POST.get("page"):
        return None
    pages = Page.everything.select_related("updated_by")
    pages = pages.defer("notes", "outline", "aliases", "kept")
    return pages.get(pk=_posted_number(request, "page"))


@require_POST
@editors_only
def draft(request: HttpRequest) -> HttpResponseBase:
    """Record that an editor is open; with `notes` and its other fields, save the draft too.

    `page` is the page's id (blank for a new one), `place` which of its forms it is (see `Draft`;
    one that asks or answers has `words` or `answer` instead of `notes`), `version` the version
    that was opened, `section` the anchor of the section if `notes` are only that, `draft` and
    `since` the last response's `draft` and `saved_at`, `person` who opened the editor; `leaving`
    closes it. Returns `draft` and `saved_at`, and for an editor `others`, `version`, `changed_by`,
    `trashed`; or `error`, with 409 if another request was first.
    """
    person = get_user(request)
    if request.POST.get("person", str(person.pk)) != str(person.pk):
        return JsonResponse({"error": NOT_YOU, "reason": "person"}, status=403)
    try:
        page = _posted_page(request)
    except Page.DoesNotExist:
        return JsonResponse({"error": GONE, "reason": "gone"}, status=404)
    place, saved_at = request.POST.get("place", ""), None
    if not drafts.is_place(page, place):
        return JsonResponse({"error": NOWHERE, "reason": "place"}, status=400)
    if any(name in request.POST for name in ("notes", "words", "answer")):
        try:
            saved_at = _autosave(request, person, page, place)
        except drafts.NotSaved as refusal:
            reason = type(refusal).__name__.lower()
            status = 400 if reason == "notsaved" else 409
            return JsonResponse({"error": str(refusal), "reason": reason}, status=status)
    if "leaving" in request.POST:
        drafts.close_editor(_posted_number(request, "draft"), person)
        return JsonResponse({})
    if saved_at:
        row = {"draft": _posted_number(request, "draft"), "saved_at": saved_at.isoformat()}
    else:
        opened = drafts.heartbeat(person, page, place)
        row = {"draft": opened.pk, "saved_at": saved_mark(opened)}
    return JsonResponse(row if drafts.is_asked(page, place) else row | _describe(page, person))


def _autosave(request: HttpRequest, person: User, page: Page | None, place: str) -> datetime:
    fields = request.POST.dict()
    version = min(_posted_number(request, "version"), page.version if page else 0)
    if "notes" in fields:
        section = fields.get("section", "")
        fields["notes"] = drafts.whole_notes(page, version, fields["notes"], section)
    row, since = _posted_number(request, "draft"), drafts.parse_moment(fields.get("since", ""))
    return drafts.autosave(row, person, page, version, fields, since, place)


def _describe(page: Page | None, person: User) -> dict[str, object]:
    """Return what an editor shows of other users: who else edits, and who saved last."""
    if page is None:
        return {"others": [], "version": 0, "changed_by": "", "trashed": False}
    by = page.updated_by
    return {
        "others": drafts.list_other_editors(page, person),
        "version": page.version,
        "changed_by": "You" if by == person else shown_name(by) or "Someone",
        "trashed": page.trashed_at is not None,
    }


@require_POST
@editors_only
def discard_draft(request: HttpRequest) -> HttpResponseBase:
    """Discard the draft of a `page` (its id, blank for a new page) and `place`.

    With `kept`, only if it was last saved then. `next` is the address to go on to.
    """
    person = get_user(request)
    try:
        page = _posted_page(request)
    except Page.DoesNotExist:
        page = None
    else:
        place = request.POST.get("place", "")
        if drafts.is_place(page, place):
            drafts.end_draft(person, page, place, request.POST.get("kept"))
    if wants_json(request):
        return JsonResponse({})
    messages.success(request, "The draft is discarded.")
    return redirect_back(request, page.get_absolute_url() if page else reverse("home"))
