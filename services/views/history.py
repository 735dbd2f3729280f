"""A page's history: its changes, what it was, what differs, and the way back."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from services.models import OldAddress, Page, StaleVersion
from services.pages import restore as restoring
from services.pages.revisions import revision as version_of
from services.people import shown_name
from services.permissions import editors_only, may_edit, readers_only
from services.selectors import compare as comparing
from services.selectors import page as pages
from services.selectors import timeline
from services.selectors.timeline import Filter
from services.views.posted import number
from services.views.preview import rendered

FIELDS = ("kind", "category", "title", "abbreviation", "slug", "version", "trashed_at")


@require_safe
@readers_only
def history(request: HttpRequest, slug: str) -> HttpResponseBase:
    page = _page(request, slug)
    if page.slug != slug:
        return redirect("history", page.slug)
    asked, before = Filter.of(request.GET), number(request.GET.get("before"))
    ticks = number(request.GET.get("ticks"))
    part = (
        timeline.history(page.pk, asked, before)
        if ticks is None
        else timeline.run(page.pk, ticks, before)
    )
    context = {"page": page, "part": part, "filter": asked, "before": before, "ticks": ticks}
    return render(request, "history.html", context)


@require_safe
@readers_only
def revision(request: HttpRequest, slug: str, version: int) -> HttpResponseBase:
    """A page as it was; with `raw=1` its Markdown, byte for byte."""
    page = _page(request, slug)
    if page.slug != slug:
        return redirect("revision", page.slug, version)
    then = version_of(page.pk, version)
    if then is None:
        raise Http404("This page never had that version.")
    if request.GET.get("raw") == "1":
        response = HttpResponse(then.notes, content_type="text/plain; charset=utf-8")
        # Notes may hold any HTML: no browser is to guess that this is a page.
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
    text, cut = pages.beginning(then.notes)
    facts = [(label, value) for label, value in comparing.facts_of(then).items() if value]
    context = {
        "page": page,
        "then": then,
        "who": shown_name(then.user),
        "facts": facts,
        "html": rendered(text, page),
        "cut": cut,
        "previous": version - 1 if version_of(page.pk, version - 1) else None,
        "next": version + 1 if version < page.version else None,
    }
    return render(request, "revision.html", context)


@require_safe
@readers_only
def compare(request: HttpRequest, slug: str) -> HttpResponseBase:
    page = _page(request, slug)
    if page.slug != slug:
        query = request.META.get("QUERY_STRING", "")
        return redirect(f"{reverse('compare', args=[page.slug])}?{query}")
    old, new = number(request.GET.get("old")), number(request.GET.get("new"))
    context: dict[str, Any] = {"page": page}
    if old is not None and old == new:
        context["same"] = old
    elif old is not None and new is not None and max(old, new) <= page.version:
        context["comparison"] = comparing.compare(page.pk, old, new)
    known = context.get("comparison") or "same" in context
    return render(request, "compare.html", context, status=200 if known else 404)


@require_POST
@editors_only
def restore(request: HttpRequest, slug: str, version: int) -> HttpResponseBase:
    """Make a page what it was; asks again where it has moved on since its history was read."""
    page = _page(request, slug)
    by, seen = cast(User, request.user), number(request.POST.get("seen")) or 0
    try:
        done = restoring.restore(page, version, seen=seen, by=by)
    except restoring.NoSuchVersion:
        raise Http404("This page never had that version.") from None
    except StaleVersion as stale:
        return _ask_again(request, stale.current, version, seen)
    if done.changed:
        words = f"“{done.page.title}” is again what it was {_when(page, version)}."
        messages.success(request, _with_undo(request, words, done.page, seen))
    else:
        messages.info(request, "The page already says what that version said.")
    for sentence in done.left:
        messages.warning(request, sentence)
    return redirect(done.page.get_absolute_url())


def _page(request: HttpRequest, slug: str) -> Page:
    """The page at an address, or at what was its address; editors see the trash as well."""
    shown = Page.everything if may_edit(request.user) else Page.objects
    rows = shown.select_related("category").only(*FIELDS, "category__name", "category__slug")
    page = rows.filter(slug=slug).first()
    if page is None:
        old = get_object_or_404(OldAddress, slug=slug)
        page = get_object_or_404(rows, pk=old.page_id)
    return page


def _ask_again(request: HttpRequest, page: Page, version: int, seen: int) -> HttpResponse:
    newest = version_of(page.pk, page.version)
    context = {
        "page": page,
        "then": version_of(page.pk, version),
        "seen": seen if version_of(page.pk, seen) else None,
        "newest": newest,
        "who": shown_name(newest.user) if newest else "",
    }
    return render(request, "restore.html", context, status=409)


def _when(page: Page, version: int) -> str:
    then = version_of(page.pk, version)
    at = timezone.localtime(then.saved_at) if then else timezone.localtime()
    return f"on {date_format(at, 'j F Y')} at {date_format(at, 'H:i')}"


def _with_undo(request: HttpRequest, words: str, page: Page, version: int) -> SafeString:
    """A message with a form that restores what was there before."""
    return format_html(
        '{} <form class="undo" method="post" action="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="seen" value="{}">'
        '<button class="text-button" type="submit">Undo</button></form>',
        words,
        reverse("restore", args=[page.slug, version]),
        get_token(request),
        page.version,
    )
