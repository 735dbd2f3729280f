"""Answer and dismiss questions, by script or by form."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from services.forms.conflict import CONTINUE, read_choices
from services.forms.fields import HiddenValue, NotesField, NotesWidget
from services.markdown.edit.splice import EditRefused
from services.markdown.render.plain import plain_text
from services.models import Draft, Page, Question
from services.models.urls import page_url
from services.pages import drafts
from services.pages.answer import Answered, QuestionGone, answer_question, dismiss_question
from services.pages.resolve_conflict import Clash, mark
from services.permissions import editors_only
from services.selectors.page import read_addresses
from services.selectors.questions import Inbox, find_question
from services.views import conflicts
from services.views.flash import resolved_message
from services.views.question_ask import (
    GONE,
    METHODS,
    check_form,
    question_url,
    redirect_or_json,
    save_typed,
    show_asking,
    show_lost,
)
from services.views.request import find_page, get_user, next_address, saved_mark, wants_json
from services.views.resubmit import editors_or_resubmit


class AnswerForm(forms.Form):
    """An answer, and what the form showed: the mark of the old answer, the question, its page."""

    answer = NotesField(widget=NotesWidget(preview=False))
    seen = HiddenValue(required=False)
    asked = HiddenValue(required=False, strip=False)
    slug = HiddenValue(required=False)


@require_http_methods(METHODS)
@editors_or_resubmit
def question(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show a question with a field for its answer, or save the answer."""
    if request.method == "POST":
        return _save(request, pk)
    row = find_question(pk)
    if row is None:
        return _show_lost(request, pk)
    draft = drafts.find_answer_draft(get_user(request), row)
    return _show(request, row, draft.fields if draft else None, draft=draft)


def _show_lost(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show the draft of an answer whose question is gone."""
    draft = drafts.find_lost_answer(get_user(request), pk)
    if draft is None:
        raise Http404("This question is not in the notes any more.")
    again = drafts.find_returned_question(draft)
    return redirect("question", again.pk) if again else show_lost(request, draft)


def _show(
    request: HttpRequest,
    row: Question,
    typed: Mapping[str, str] | None,
    *,
    draft: Draft | None,
    error: str = "",
) -> HttpResponse:
    """Show the form with what was `typed`, if anything: by itself for a script, else on a page.

    `draft` is the one that has what the form shows.
    """
    start = {"answer": row.answer, "seen": mark(row.answer)}
    if typed is not None:
        # `seen` is of the answer that the user saw: saving over another one shows both.
        start = {name: typed.get(name, "") for name in start}
    start |= {"asked": row.text, "slug": row.page.slug}
    form = AnswerForm(initial=start, auto_id=f"kb-{row.pk}-%s")
    form.fields["answer"].widget.page_id = row.page_id
    inbox = Inbox.from_query(request.POST if request.method == "POST" else request.GET)
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
        "links": read_addresses([row.page_id]).get(row.page_id),
        "before": inbox.find_neighbour(row, backwards=True),
        "after": inbox.find_neighbour(row),
    }
    return render(request, "question.html", context, status=400 if error else 200)


def _save(request: HttpRequest, pk: int) -> HttpResponseBase:
    form, choices = AnswerForm(request.POST), read_choices(request.POST)
    try:
        check_form(form)
        text, seen = form.cleaned_data["answer"], form.cleaned_data["seen"]
        done = answer_question(pk, text, seen=seen, by=get_user(request), choices=choices)
    except QuestionGone:
        return _show_gone(request, pk)
    except Clash as clash:
        return _show_conflict(request, pk, clash)
    except EditRefused as refusal:
        return _show_refused(request, pk, str(refusal))
    row, place = done.question, drafts.answer_place(pk)
    drafts.end_saved(get_user(request), row.page, request.POST, place)
    message, following, inbox = _describe(done), None, Inbox.from_query(request.POST)
    if CONTINUE in request.POST:
        following = row
    elif request.POST.get("then") == "next":
        following = inbox.find_unanswered(find_question(pk) or row)
        if following is None:
            message = format_html("{} No question is left open.", message)
    messages.success(request, message)
    if following is None:
        return redirect_or_json(request, question_url(request, row))
    query = {"state": inbox.state, "sort": inbox.sort, "next": next_address(request)}
    return redirect_or_json(request, reverse("question", args=[following.pk], query=query))


def _describe(done: Answered) -> str:
    if not done.changed:
        return "No changes."
    if done.resolved:
        return resolved_message(done.question.page)
    if done.question.is_open:
        return "The answer was removed. The page’s history keeps it."
    return "Answer saved."


def _show_refused(request: HttpRequest, pk: int, error: str) -> HttpResponseBase:
    """Show the form again, with what was typed."""
    if wants_json(request):
        return JsonResponse({"error": error}, status=400)
    row = find_question(pk)
    if row is None:
        return _show_gone(request, pk)
    draft = save_typed(request, row.page, drafts.answer_place(pk))
    return _show(request, row, request.POST, draft=draft, error=error)


def _show_conflict(request: HttpRequest, pk: int, clash: Clash) -> HttpResponseBase:
    """Show both answers side by side, for a user to choose."""
    if wants_json(request):
        return JsonResponse({"error": "Someone else answered in the meantime."}, status=409)
    mine = clash.conflict.mine
    draft = save_typed(request, clash.current, drafts.answer_place(pk), answer=mine)
    asked = plain_text(request.POST.get("asked", ""))
    lead = f"While you wrote, someone else changed the answer to “{asked}”."
    return conflicts.show(request, clash, lead, saved_at=saved_mark(draft), draft=draft)


def _show_gone(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Offer to ask a question that is gone again, together with its answer."""
    if wants_json(request):
        return JsonResponse({"error": "This question is gone."}, status=410)
    page = find_page(request.POST.get("slug", ""), Page.objects.defer("notes", "outline"))
    typed = {"words": request.POST.get("asked", ""), "answer": request.POST.get("answer", "")}
    place, notice = drafts.answer_place(pk), GONE if page else ""
    draft = save_typed(request, page, place)
    return show_asking(request, page, typed, draft=draft, place=place, notice=notice, status=410)


@require_POST
@editors_only
def dismiss(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Dismiss a question, or with `undo` restore it."""
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
        message = render_to_string("partials/question_dismissed.html", context, request)
        messages.success(request, message)
    return redirect_or_json(request, question_url(request, find_question(pk) or row))
