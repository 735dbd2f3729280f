"""Ask questions, also again with an answer whose question is gone."""

from __future__ import annotations

from collections.abc import Mapping

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
from services.models import Draft, Page, Question
from services.models.drafts import ASK
from services.models.urls import page_url
from services.pages import drafts
from services.pages.answer import ask_question
from services.pages.revise import Trashed
from services.selectors.questions import find_question
from services.views.request import find_page, get_user, next_address, redirect_back, wants_json
from services.views.resubmit import editors_or_resubmit

METHODS = ("GET", "HEAD", "POST")
GONE = "This question is not in the notes any more. What you typed is below, and not saved yet."


class AskForm(forms.Form):
    """A question, and its answer if it is known already."""

    words = forms.CharField(
        label="Question", required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    answer = NotesField(label="Answer (optional)", widget=NotesWidget(preview=False))


@require_http_methods(METHODS)
@editors_or_resubmit
def ask(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask a question on a page."""
    page = find_page(slug, Page.objects.defer("notes", "outline"))
    if request.method == "POST":
        return _save(request, page)
    if page is not None:
        draft = drafts.find_draft(get_user(request), page, ASK)
        return show_asking(request, page, draft.fields if draft else {}, draft=draft)
    lost = Draft.objects.written().filter(person=get_user(request), place=ASK, page__slug=slug)
    if draft := lost.select_related("page").first():
        return show_lost(request, draft)
    raise Http404("There is no page at this address.")


def _save(request: HttpRequest, page: Page | None) -> HttpResponseBase:
    typed, place = request.POST, request.POST.get("place", ASK)
    words, answer = typed.get("words", ""), typed.get("answer", "")
    try:
        if page is None:
            raise Page.DoesNotExist
        check_form(AskForm(typed))
        row = ask_question(page, words, answer, by=get_user(request))
    except EditRefused as refusal:
        error = str(refusal)
        if wants_json(request):
            return JsonResponse({"error": error}, status=400)
        draft = save_typed(request, page, place)
        return show_asking(request, page, typed, draft=draft, place=place, error=error, status=400)
    except (Trashed, Page.DoesNotExist):
        if wants_json(request):
            return JsonResponse({"error": "This page is gone."}, status=410)
        return show_asking(request, None, typed, status=410)
    if drafts.is_asked(page, place):
        drafts.end_saved(get_user(request), page, request.POST, place)
    messages.success(request, "Question added at the end of this page.")
    return redirect_or_json(request, question_url(request, find_question(row.pk) or row))


def check_form(form: forms.Form) -> None:
    """Raise EditRefused with all errors of a form, if there are any."""
    if not form.is_valid():
        raise EditRefused(" ".join(str(e) for errors in form.errors.values() for e in errors))


def save_typed(request: HttpRequest, page: Page | None, place: str, **typed: str) -> Draft | None:
    """Save what was posted or `typed` as a draft; None if it could not be saved."""
    if page is None or not drafts.is_asked(page, place):
        return None
    posted = request.POST.dict() | typed
    return drafts.save_posted(get_user(request), page, place, posted)


def show_lost(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Show a draft whose page is in the trash or whose question is gone, to ask again or copy."""
    words = draft.fields.get("words") or draft.fields.get("asked", "")
    page = draft.page if draft.page and not draft.page.trashed_at else None
    typed, notice = draft.fields | {"words": words}, GONE if page else ""
    return show_asking(request, page, typed, draft=draft, place=draft.place, notice=notice)


def show_asking(
    request: HttpRequest,
    page: Page | None,
    typed: Mapping[str, str],
    *,
    draft: Draft | None = None,
    place: str = ASK,
    status: int = 200,
    **texts: str,
) -> HttpResponse:
    """Show the form to ask with the `words` and `answer` in `typed`; without a page, to be copied.

    `draft` is the one that has what the form shows, `texts` an `error` or a `notice`.
    """
    words, answer = typed.get("words", ""), typed.get("answer", "")
    # A question is one line, and browsers drop line ends in a field for one line.
    start = {"words": " ".join(words.splitlines()), "answer": answer}
    form = AskForm(initial=start, auto_id="kb-ask-%s")
    form.fields["answer"].widget.page_id = page.pk if page else None
    context = texts | {
        "page": page,
        "form": form,
        "words": words,
        "answer": answer,
        "draft": draft,
        "place": place,
        "is_back": draft is not None and request.method != "POST",
        "next": next_address(request) or (page_url(page.kind, page.slug) if page else ""),
    }
    return render(request, "question_ask.html", context, status=status)


def question_url(request: HttpRequest, row: Question) -> str:
    """Return the address the user came from, at the question."""
    there = redirect_back(request, page_url(row.page.kind, row.page.slug))["Location"]
    return there if "#" in there else f"{there}#kb-question-{row.pk}"


def redirect_or_json(request: HttpRequest, there: str) -> HttpResponseBase:
    """Redirect to an address, or return it to a script."""
    if wants_json(request):
        return JsonResponse({"to": there})
    return HttpResponseRedirect(there)
