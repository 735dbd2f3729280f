"""Answering a question, and saying that a line is none: by our script or by forms."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from services.forms.fields import NotesField, NotesWidget, Seen
from services.markdown.edit.splice import EditRefused
from services.models import Draft, Question
from services.models.urls import page_url
from services.pages import answer as asking
from services.pages import asked_drafts
from services.pages.answer import AnswerChanged, QuestionGone
from services.pages.save import mark
from services.permissions import editors_only
from services.selectors.page import links_from
from services.selectors.questions import Inbox, find
from services.views.back import next_address, wants_json
from services.views.finding import person
from services.views.question_ask import (
    GONE,
    WAYS,
    at_question,
    keep,
    page_at,
    show_asking,
    show_lost,
    to,
)
from services.views.resubmit import writing


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


@require_http_methods(WAYS)
@writing
def question(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a question with a field for its answer, or save that."""
    if request.method == "POST":
        return _save(request, pk)
    row = find(pk)
    if row is None:
        return _lost(request, pk)
    draft = asked_drafts.of_answer(person(request), row)
    if draft is None:
        return _shown(request, row, _form(row))
    form = _form(row, draft.fields.get("answer", ""))
    # Over the answer that its author saw: if there is another by now, both are shown on saving.
    form.initial["seen"] = draft.fields.get("seen", "")
    return _shown(request, row, form, draft=draft)


def _lost(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The question is gone; what was typed as its answer is not."""
    draft = asked_drafts.of_gone(person(request), pk)
    if draft is None:
        raise Http404("This question is not in the notes any more.")
    again = asked_drafts.back_as(draft)
    return redirect("question", again.pk) if again else show_lost(request, draft)


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
    request: HttpRequest,
    row: Question,
    form: AnswerForm,
    *,
    draft: Draft | None = None,
    error: str = "",
) -> HttpResponse:
    """The form by itself for our script (`?part`), else with a page around it.

    `draft` is the one that holds what the form shows.
    """
    inbox = Inbox.of(request.POST if request.method == "POST" else request.GET)
    context = {
        "question": row,
        "form": form,
        "draft": draft,
        "place": asked_drafts.place_of(row.pk),
        "is_back": draft is not None and request.method != "POST",
        "error": error,
        "inbox": inbox,
        "next": next_address(request) or page_url(row.page.kind, row.page.slug),
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
        return _gone(request, pk, text)
    except AnswerChanged as change:
        return _clash(request, change.question, text)
    except EditRefused as refusal:
        return _refused(request, pk, str(refusal))
    place = asked_drafts.place_of(pk)
    asked_drafts.end_sent(person(request), row.page, place, request.POST)
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
        return to(request, f"{reverse('question', args=[following.pk])}?{query}")
    return to(request, at_question(request, row))


def _refused(request: HttpRequest, pk: int, sentence: str) -> HttpResponseBase:
    """The form again, with what was typed."""
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=400)
    row = find(pk)
    if row is None:
        return _gone(request, pk, request.POST.get("answer", ""))
    form = _form(row, request.POST.get("answer", ""))
    form.initial["seen"] = request.POST.get("seen", "")
    kept = keep(request, row.page, asked_drafts.place_of(pk))
    return _shown(request, row, form, draft=kept, error=sentence)


def _clash(request: HttpRequest, row: Question, mine: str) -> HttpResponseBase:
    """Both answers beside each other, for a person to decide."""
    if wants_json(request):
        return JsonResponse({"error": "Somebody else answered meanwhile."}, status=409)
    whole, place = find(row.pk) or row, asked_drafts.place_of(row.pk)
    context = {
        "question": whole,
        "draft": keep(request, whole.page, place, answer=mine),
        "place": place,
        "form": _form(whole, asking.both(row.answer, mine), mine),
        "mine": mine.strip(),
        "links": links_from([row.page_id]).get(row.page_id),
        "inbox": Inbox.of(request.POST),
        "next": next_address(request) or page_url(whole.page.kind, whole.page.slug),
    }
    return render(request, "question_clash.html", context, status=409)


def _gone(request: HttpRequest, pk: int, typed: str) -> HttpResponseBase:
    """The answer to a question that is gone can be kept with the question asked anew."""
    if wants_json(request):
        return JsonResponse({"error": "This question is gone."}, status=410)
    page, words = page_at(request.POST.get("slug", "")), request.POST.get("asked", "")
    place = asked_drafts.place_of(pk)
    return show_asking(
        *(request, page, words, typed),
        draft=keep(request, page, place, answer=typed),
        place=place,
        notice=GONE if page else "",
        status=410,
    )


@require_POST
@editors_only
def dismiss(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say that a line is no question; with `undo`, that it is one after all."""
    undo = "undo" in request.POST
    try:
        row = asking.dismiss(pk, not undo)
    except QuestionGone as gone:
        messages.error(request, str(gone))
        return to(request, next_address(request) or reverse("questions"))
    if undo:
        messages.success(request, "It counts as a question again.")
    else:
        context = {"question": row, "next": next_address(request)}
        said = render_to_string("partials/question_dismissed.html", context, request)
        messages.success(request, said)
    return to(request, at_question(request, find(pk) or row))
