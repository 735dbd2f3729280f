"""Ask questions, also again with an answer whose question is gone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from services.forms.fields import NotesField, NotesWidget
from services.markdown.edit.splice import EditRefused
from services.models import Draft, OldAddress, Page, Question
from services.models.drafts import ASK
from services.models.urls import page_url
from services.pages import drafts
from services.pages.answer import ask_question
from services.pages.revise import Trashed
from services.selectors.questions import find_question
from services.views.request import next_address, person, redirect_back, wants_json
from services.views.resubmit import writing

WAYS = ("GET", "HEAD", "POST")
GONE = "This question is not in the notes any more. What you typed is below, and not saved yet."


class AskForm(forms.Form):
    """A question, and its answer if it is known already."""

    words = forms.CharField(
        label="Question", required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    answer = NotesField(label="Answer (optional)", widget=NotesWidget(preview=False))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "kb-ask-%s"})


@require_http_methods(WAYS)
@writing
def ask(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask a question on a page."""
    page = page_at(slug)
    if request.method == "POST":
        return _save(request, page)
    if page is not None:
        draft = drafts.find_draft(person(request), page, ASK)
        fields = draft.fields if draft else {}
        return show_asking(
            request, page, fields.get("words", ""), fields.get("answer", ""), draft=draft
        )
    lost = Draft.objects.written().filter(person=person(request), place=ASK, page__slug=slug)
    if draft := lost.select_related("page").first():
        return show_lost(request, draft)
    raise Http404("There is no page at this address.")


def _save(request: HttpRequest, page: Page | None) -> HttpResponseBase:
    form = AskForm(request.POST)
    words, answer = request.POST.get("words", ""), request.POST.get("answer", "")
    place = request.POST.get("place", ASK)
    try:
        if page is None:
            raise Page.DoesNotExist
        if not form.is_valid():
            raise EditRefused(" ".join(str(e) for errors in form.errors.values() for e in errors))
        row = ask_question(page, words, answer, by=person(request))
    except EditRefused as refusal:
        if wants_json(request):
            return JsonResponse({"error": str(refusal)}, status=400)
        return show_asking(
            request,
            page,
            words,
            answer,
            draft=save_typed(request, page, place),
            place=place,
            error=str(refusal),
            status=400,
        )
    except (Trashed, Page.DoesNotExist):
        if wants_json(request):
            return JsonResponse({"error": "This page is gone."}, status=410)
        return show_asking(request, None, words, answer, status=410)
    if drafts.is_asked(page, place):
        drafts.end_saved(person(request), page, request.POST, place)
    messages.success(request, "Question added at the end of this page.")
    return redirect_or_json(request, at_question(request, find_question(row.pk) or row))


def save_typed(request: HttpRequest, page: Page | None, place: str, **typed: str) -> Draft | None:
    """Save what was posted or `typed` as a draft; None if it could not be saved."""
    if page is None or not drafts.is_asked(page, place):
        return None
    posted = request.POST.dict() | typed
    return drafts.save_posted(person(request), page, place, posted)


def show_lost(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Show a draft whose page is in the trash or whose question is gone, to ask again or copy."""
    words = draft.fields.get("words") or draft.fields.get("asked", "")
    page = draft.page if draft.page and not draft.page.trashed_at else None
    return show_asking(
        request,
        page,
        words,
        draft.fields.get("answer", ""),
        draft=draft,
        place=draft.place,
        notice=GONE if page else "",
    )


def show_asking(
    request: HttpRequest,
    page: Page | None,
    words: str = "",
    answer: str = "",
    *,
    draft: Draft | None = None,
    place: str = ASK,
    notice: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the form to ask; without a page, what was typed, to be copied.

    `draft` is the one that holds what the form shows.
    """
    # A question is one line, and fields for one leave line ends out.
    form = AskForm(initial={"words": " ".join(words.splitlines()), "answer": answer})
    form.fields["answer"].widget.page_id = page.pk if page else None
    context = {
        "page": page,
        "form": form,
        "words": words,
        "answer": answer,
        "draft": draft,
        "place": place,
        "asked": draft.fields.get("asked", "") if draft else "",
        "is_back": draft is not None and request.method != "POST",
        "notice": notice,
        "error": error,
        "next": next_address(request) or (page_url(page.kind, page.slug) if page else ""),
    }
    return render(request, "question_ask.html", context, status=status)


def page_at(slug: str) -> Page | None:
    """Return the page at an address or old address."""
    pages = Page.objects.defer("notes", "outline")
    old = OldAddress.objects.filter(slug=slug).values("page")
    return pages.filter(slug=slug).first() or pages.filter(pk__in=old).first()


def at_question(request: HttpRequest, row: Question) -> str:
    """Return the address the user came from, at the question."""
    there = redirect_back(request, page_url(row.page.kind, row.page.slug))["Location"]
    return there if "#" in there else f"{there}#kb-question-{row.pk}"


def redirect_or_json(request: HttpRequest, there: str) -> HttpResponseBase:
    """On to an address, as the sender of the form wants it."""
    if wants_json(request):
        return JsonResponse({"to": there})
    return HttpResponseRedirect(there)
