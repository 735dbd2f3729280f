"""Asking a question, answering it, and saying that a line is none: by our script or by forms."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

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
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from services import asking
from services.access import editing
from services.asking import AnswerChanged, QuestionGone
from services.forms import NotesField, NotesWidget, Seen
from services.inbox import Inbox, find
from services.markdown.edits import EditRefused
from services.models import OldAddress, Page, Question
from services.navigation import address
from services.pages import links_from
from services.saving import Trashed, mark
from services.views.back import back, next_address, wants_json
from services.views.writing import writing

WAYS = ("GET", "HEAD", "POST")
GONE = "This question is not in the notes any more. What you typed is below, and not saved yet."


class AnswerForm(forms.Form):
    """An answer, and what its author saw: the mark of the answer before, the question, its page.

    `mine` is what they typed before somebody else's answer came between.
    """

    answer = NotesField(widget=NotesWidget(preview=False))
    mine = Seen(required=False, strip=False)
    seen = Seen(required=False)
    asked = Seen(required=False, strip=False)
    slug = Seen(required=False)

    def __init__(self, *args: Any, number: int, page: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": f"kb-{number}-%s"})
        self.fields["answer"].widget.page_id = page


class AskForm(forms.Form):
    """A question, and its answer where that is known already."""

    words = forms.CharField(
        label="Question", required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    answer = NotesField(label="Answer (optional)", widget=NotesWidget(preview=False))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "kb-ask-%s"})


@require_http_methods(WAYS)
@writing
def question(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a question with a field for its answer, or save that."""
    if request.method == "POST":
        return _save(request, pk)
    row = find(pk)
    if row is None:
        raise Http404("This question is not in the notes any more.")
    return _shown(request, row, _form(row))


def _form(row: Question, typed: str | None = None, mine: str = "") -> AnswerForm:
    initial = {
        "answer": row.answer if typed is None else typed,
        "mine": mine,
        "seen": mark(row.answer),
        "asked": row.text,
        "slug": row.page.slug,
    }
    return AnswerForm(initial=initial, number=row.pk, page=row.page_id)


def _shown(
    request: HttpRequest, row: Question, form: AnswerForm, *, error: str = ""
) -> HttpResponse:
    """The form by itself for our script (`?part`), else with a page around it."""
    inbox = Inbox.of(request.POST if request.method == "POST" else request.GET)
    context = {
        "question": row,
        "form": form,
        "error": error,
        "inbox": inbox,
        "next": next_address(request) or address(row.page.kind, row.page.slug),
    }
    if "part" in request.GET:
        return render(request, "partials/answer_form.html", context | {"in_place": True})
    context |= {
        "links": links_from([row.page_id]).get(row.page_id),
        "before": inbox.before(row),
        "after": inbox.after(row),
    }
    return render(request, "question.html", context, status=400 if error else 200)


def _save(request: HttpRequest, pk: int) -> HttpResponseBase:
    form = AnswerForm(request.POST, number=pk)
    if not form.is_valid():
        sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _refused(request, pk, sentence)
    decision, seen = request.POST.get("decision"), form.cleaned_data["seen"]
    typed, mine = form.cleaned_data["answer"], form.cleaned_data["mine"]
    text = mine if decision in ("mine", "theirs") else typed
    try:
        if decision == "theirs":
            row = asking.keep_theirs(pk, text, seen=seen, by=request.user)  # type: ignore[arg-type]
            said = "The other answer stays. Yours is in the page’s history."
        else:
            done = asking.answer(pk, text, seen=seen, by=request.user)  # type: ignore[arg-type]
            row, said = done.question, _said(done.question, done.changed)
    except QuestionGone:
        return _gone(request, text)
    except AnswerChanged as change:
        return _clash(request, change.question, text)
    except EditRefused as refusal:
        return _refused(request, pk, str(refusal))
    return _done(request, row, said)


def _said(row: Question, changed: bool) -> str:
    if not changed:
        return "Nothing was changed."
    if row.is_open:
        return "The answer was removed. The page’s history keeps it."
    return "Saved: the answer is in the notes, below its question."


def _done(request: HttpRequest, row: Question, said: str) -> HttpResponseBase:
    """Back to where one came from, or on to the next question where that was asked for."""
    following = None
    if request.POST.get("then") == "next":
        inbox = Inbox.of(request.POST)
        following = inbox.next_to_answer(find(row.pk) or row)
        if following is None:
            said += " No question is left open."
    messages.success(request, said)
    if following is not None:
        query = f"{inbox.query}&{urlencode({'next': next_address(request)})}"
        return _to(request, f"{reverse('question', args=[following.pk])}?{query}")
    return _to(request, _place(request, row))


def _refused(request: HttpRequest, pk: int, sentence: str) -> HttpResponseBase:
    """The form again, with what was typed."""
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=400)
    row = find(pk)
    if row is None:
        return _gone(request, request.POST.get("answer", ""))
    form = _form(row, request.POST.get("answer", ""))
    form.initial["seen"] = request.POST.get("seen", "")
    return _shown(request, row, form, error=sentence)


def _clash(request: HttpRequest, row: Question, mine: str) -> HttpResponseBase:
    """Both answers beside each other, for a person to decide."""
    if wants_json(request):
        return JsonResponse({"error": "Somebody else answered meanwhile."}, status=409)
    whole = find(row.pk) or row
    context = {
        "question": whole,
        "form": _form(whole, asking.both(row.answer, mine), mine),
        "mine": mine.strip(),
        "links": links_from([row.page_id]).get(row.page_id),
        "inbox": Inbox.of(request.POST),
        "next": next_address(request) or address(whole.page.kind, whole.page.slug),
    }
    return render(request, "question_clash.html", context, status=409)


def _gone(request: HttpRequest, typed: str) -> HttpResponseBase:
    """The answer to a question that is gone can be kept with the question asked anew."""
    if wants_json(request):
        return JsonResponse({"error": "This question is gone."}, status=410)
    slug, words = request.POST.get("slug", ""), request.POST.get("asked", "")
    page = _page(slug)
    return _asking(request, page, words, typed, notice=GONE if page else "", status=410)


@require_POST
@editing
def dismiss(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say that a line is no question; with `undo`, that it is one after all."""
    undo = "undo" in request.POST
    try:
        row = asking.dismiss(pk, not undo)
    except QuestionGone as gone:
        messages.error(request, str(gone))
        return _to(request, next_address(request) or reverse("questions"))
    if undo:
        messages.success(request, "It counts as a question again.")
    else:
        context = {"question": row, "next": next_address(request)}
        said = render_to_string("partials/question_dismissed.html", context, request)
        messages.success(request, said)
    return _to(request, _place(request, find(pk) or row))


@require_http_methods(WAYS)
@writing
def ask(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Ask a question on a page."""
    page = _page(slug)
    if request.method != "POST":
        if page is None:
            raise Http404("There is no page at this address.")
        return _asking(request, page)
    form = AskForm(request.POST)
    words, answer = request.POST.get("words", ""), request.POST.get("answer", "")
    try:
        if page is None:
            raise Page.DoesNotExist
        if not form.is_valid():
            raise EditRefused(" ".join(str(e) for errors in form.errors.values() for e in errors))
        row = asking.ask(page, words, answer, by=request.user)  # type: ignore[arg-type]
    except EditRefused as refusal:
        if wants_json(request):
            return JsonResponse({"error": str(refusal)}, status=400)
        return _asking(request, page, words, answer, error=str(refusal), status=400)
    except (Trashed, Page.DoesNotExist):
        if wants_json(request):
            return JsonResponse({"error": "This page is gone."}, status=410)
        return _asking(request, None, words, answer, status=410)
    messages.success(request, "Asked. It stands at the end of the notes.")
    return _to(request, _place(request, find(row.pk) or row))


def _asking(
    request: HttpRequest,
    page: Page | None,
    words: str = "",
    answer: str = "",
    *,
    notice: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The form to ask with; without a page, what was typed, so that it can be taken elsewhere."""
    # A question is one line, and fields for one leave line ends out.
    form = AskForm(initial={"words": " ".join(words.splitlines()), "answer": answer})
    form.fields["answer"].widget.page_id = page.pk if page else None
    context = {
        "page": page,
        "form": form,
        "words": words,
        "answer": answer,
        "notice": notice,
        "error": error,
        "next": next_address(request) or (address(page.kind, page.slug) if page else ""),
    }
    return render(request, "question_ask.html", context, status=status)


def _page(slug: str) -> Page | None:
    """The page at an address, or at one that it once had."""
    pages = Page.objects.defer("notes")
    old = OldAddress.objects.filter(slug=slug).values("page")
    return pages.filter(slug=slug).first() or pages.filter(pk__in=old).first()


def _place(request: HttpRequest, row: Question) -> str:
    """Where one came from, at the question."""
    there = back(request, address(row.page.kind, row.page.slug))["Location"]
    return there if "#" in there else f"{there}#kb-question-{row.pk}"


def _to(request: HttpRequest, there: str) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"to": there})
    return HttpResponseRedirect(there)
