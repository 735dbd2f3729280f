"""Answer and dismiss questions, by script or by form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from services.forms.conflict import CONTINUE, choices_in
from services.forms.fields import NotesField, NotesWidget, Seen
from services.markdown.edit.splice import EditRefused
from services.markdown.render.plain import plain_text
from services.models import Draft, Question
from services.models.urls import page_url
from services.pages import drafts
from services.pages.answer import Answered, QuestionGone, answer_question, dismiss_question
from services.pages.resolve_conflict import Clash, mark
from services.permissions import editors_only
from services.selectors.page import links_from
from services.selectors.questions import Inbox, find_question
from services.views import conflicts
from services.views.flash import resolved_message
from services.views.question_ask import (
    GONE,
    WAYS,
    at_question,
    page_at,
    redirect_or_json,
    save_typed,
    show_asking,
    show_lost,
)
from services.views.request import next_address, person, wants_json
from services.views.resubmit import writing


class AnswerForm(forms.Form):
    """An answer, and what the form showed: the mark of the old answer, the question, its page."""

    answer = NotesField(widget=NotesWidget(preview=False))
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
    row = find_question(pk)
    if row is None:
        return _lost(request, pk)
    draft = drafts.find_answer_draft(person(request), row)
    if draft is None:
        return _shown(request, row, _form(row))
    form = _form(row, draft.fields.get("answer", ""))
    # Over the answer that its author saw: if there is another by now, both are shown on saving.
    form.initial["seen"] = draft.fields.get("seen", "")
    return _shown(request, row, form, draft=draft)


def _lost(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show the draft of an answer whose question is gone."""
    draft = drafts.find_lost_answer(person(request), pk)
    if draft is None:
        raise Http404("This question is not in the notes any more.")
    again = drafts.find_returned_question(draft)
    return redirect("question", again.pk) if again else show_lost(request, draft)


def _form(row: Question, typed: str | None = None) -> AnswerForm:
    initial = {
        "answer": row.answer if typed is None else typed,
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
    """Show the form: by itself for our script (`?part`), else on a page.

    `draft` is the one that holds what the form shows.
    """
    inbox = Inbox.of(request.POST if request.method == "POST" else request.GET)
    context = {
        "question": row,
        "form": form,
        "draft": draft,
        "place": drafts.answer_place(row.pk),
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
    text, seen = form.cleaned_data["answer"], form.cleaned_data["seen"]
    choices = choices_in(request.POST)
    try:
        done = answer_question(pk, text, seen=seen, by=person(request), choices=choices)
    except QuestionGone:
        return _gone(request, pk, text)
    except Clash as clash:
        return _clash(request, pk, clash)
    except EditRefused as refusal:
        return _refused(request, pk, str(refusal))
    place = drafts.answer_place(pk)
    drafts.end_saved(person(request), done.question.page, request.POST, place)
    return _done(request, done.question, _said(done))


def _said(done: Answered) -> str:
    row = done.question
    if not done.changed:
        return "No changes."
    if done.resolved:
        return resolved_message(row.page)
    if row.is_open:
        return "The answer was removed. The page’s history keeps it."
    return "Answer saved."


def _done(request: HttpRequest, row: Question, said: str) -> HttpResponseBase:
    """Back to where one came from, or on to the question that was asked for: the next, or this."""
    following, inbox = None, Inbox.of(request.POST)
    if request.POST.get("then") == "next" and CONTINUE not in request.POST:
        following = inbox.next_to_answer(find_question(row.pk) or row)
        if following is None:
            said = format_html("{} No question is left open.", said)
    elif CONTINUE in request.POST:
        following = row
    messages.success(request, said)
    if following is not None:
        query = f"{inbox.query}&{urlencode({'next': next_address(request)})}"
        return redirect_or_json(request, f"{reverse('question', args=[following.pk])}?{query}")
    return redirect_or_json(request, at_question(request, row))


def _refused(request: HttpRequest, pk: int, sentence: str) -> HttpResponseBase:
    """Show the form again, with what was typed."""
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=400)
    row = find_question(pk)
    if row is None:
        return _gone(request, pk, request.POST.get("answer", ""))
    form = _form(row, request.POST.get("answer", ""))
    form.initial["seen"] = request.POST.get("seen", "")
    kept = save_typed(request, row.page, drafts.answer_place(pk))
    return _shown(request, row, form, draft=kept, error=sentence)


def _clash(request: HttpRequest, pk: int, clash: Clash) -> HttpResponseBase:
    """Show both answers side by side, for a user to choose."""
    if wants_json(request):
        return JsonResponse({"error": "Someone else answered in the meantime."}, status=409)
    mine = clash.conflict.mine
    draft = save_typed(request, clash.current, drafts.answer_place(pk), answer=mine)
    kept = draft.saved_at.isoformat() if draft and draft.saved_at else ""
    asked = plain_text(request.POST.get("asked", ""))
    lead = f"While you wrote, someone else changed the answer to “{asked}”."
    return conflicts.show(request, clash, lead, kept=kept, draft=draft)


def _gone(request: HttpRequest, pk: int, typed: str) -> HttpResponseBase:
    """Offer to ask a question that is gone again, together with its answer."""
    if wants_json(request):
        return JsonResponse({"error": "This question is gone."}, status=410)
    page, words = page_at(request.POST.get("slug", "")), request.POST.get("asked", "")
    place = drafts.answer_place(pk)
    return show_asking(
        request,
        page,
        words,
        typed,
        draft=save_typed(request, page, place, answer=typed),
        place=place,
        notice=GONE if page else "",
        status=410,
    )


@require_POST
@editors_only
def dismiss(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Dismiss a question; with `undo`, take that back."""
    undo = "undo" in request.POST
    try:
        row = dismiss_question(pk, not undo)
    except QuestionGone as gone:
        messages.error(request, str(gone))
        return redirect_or_json(request, next_address(request) or reverse("questions"))
    if undo:
        messages.success(request, "It counts as a question again.")
    else:
        context = {"question": row, "next": next_address(request)}
        said = render_to_string("partials/question_dismissed.html", context, request)
        messages.success(request, said)
    return redirect_or_json(request, at_question(request, find_question(pk) or row))
