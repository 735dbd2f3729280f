"""A page's history: list, old versions, comparisons, and restoring."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from services.models import Page, StaleVersion
from services.pages.restore import NoSuchVersion, restore_version
from services.pages.revisions import find_revision
from services.permissions import editors_only, may_edit, readers_only, shown_name
from services.selectors import timeline
from services.selectors.compare import compare_versions, list_facts
from services.selectors.page import cut_notes
from services.selectors.timeline import Filter
from services.views.flash import undo_form
from services.views.preview import render_text
from services.views.request import get_page, get_user, parse_number

FIELDS = ("kind", "category", "title", "abbreviation", "slug", "version", "trashed_at")


@require_safe
@readers_only
def history(request: HttpRequest, slug: str) -> HttpResponseBase:
    page = _page(request, slug)
    if page.slug != slug:
        return redirect("history", page.slug)
    asked, before = Filter.from_query(request.GET), parse_number(request.GET.get("before"))
    ticks = parse_number(request.GET.get("ticks"))
    if ticks is None:
        part = timeline.list_page_changes(page.pk, asked, before)
    else:
        part = timeline.list_ticks(page.pk, ticks, before)
    context = {"page": page, "part": part, "filter": asked, "before": before, "ticks": ticks}
    return render(request, "history.html", context)


@require_safe
@readers_only
def revision(request: HttpRequest, slug: str, version: int) -> HttpResponseBase:
    """Show a page as it was in a version; with `raw=1` its Markdown, byte for byte."""
    page = _page(request, slug)
    if page.slug != slug:
        return redirect("revision", page.slug, version)
    then = find_revision(page.pk, version)
    if then is None:
        raise Http404("This page never had that version.")
    if request.GET.get("raw") == "1":
        # Notes may have any HTML: `nosniff`, which Django sends, prevents it from being run.
        return HttpResponse(then.notes, content_type="text/plain; charset=utf-8")
    text, cut = cut_notes(then.notes)
    facts = [(label, value) for label, value in list_facts(then).items() if value]
    context = {
        "page": page,
        "then": then,
        "who": shown_name(then.user),
        "facts": facts,
        "html": render_text(text, page),
        "cut": cut,
        "previous": version - 1 if find_revision(page.pk, version - 1) else None,
        "next": version + 1 if version < page.version else None,
    }
    return render(request, "revision.html", context)


@require_safe
@readers_only
def compare(request: HttpRequest, slug: str) -> HttpResponseBase:
    page = _page(request, slug)
    if page.slug != slug:
        return redirect(reverse("compare", args=[page.slug], query=request.GET))
    old, new = parse_number(request.GET.get("old")), parse_number(request.GET.get("new"))
    context: dict[str, object] = {"page": page}
    if old is not None and old == new:
        context["same"] = old
    elif old is not None and new is not None and max(old, new) <= page.version:
        context["comparison"] = compare_versions(page.pk, old, new)
    known = context.get("comparison") or "same" in context
    return render(request, "compare.html", context, status=200 if known else 404)


@require_POST
@editors_only
def restore(request: HttpRequest, slug: str, version: int) -> HttpResponseBase:
    """Restore a version of a page; ask again if the page has changed since its history was read."""
    page = _page(request, slug)
    seen = parse_number(request.POST.get("seen")) or 0
    try:
        done = restore_version(page, version, seen=seen, by=get_user(request))
    except NoSuchVersion:
        raise Http404("This page never had that version.") from None
    except StaleVersion as stale:
        return _ask_again(request, stale.current, version, seen)
    if done.changed:
        then = find_revision(page.pk, version)
        at = timezone.localtime(then.saved_at if then else None)
        action = reverse("restore", args=[done.page.slug, seen])
        undo = undo_form(request, action, seen=done.page.version)
        when = date_format(at, r"j F Y \a\t H:i")
        messages.success(request, format_html("Restored the version of {}. {}", when, undo))
    else:
        messages.info(request, "The page already says what that version said.")
    for sentence in done.left:
        messages.warning(request, sentence)
    return redirect(done.page.get_absolute_url())


def _page(request: HttpRequest, slug: str) -> Page:
    """Return the page at an address or old address; for editors also one in the trash."""
    shown = Page.everything if may_edit(request.user) else Page.objects
    rows = shown.select_related("category").only(*FIELDS, "category__name", "category__slug")
    return get_page(slug, rows)


def _ask_again(request: HttpRequest, page: Page, version: int, seen: int) -> HttpResponse:
    newest = find_revision(page.pk, page.version)
    context = {
        "page": page,
        "then": find_revision(page.pk, version),
        "seen": seen if find_revision(page.pk, seen) else None,
        "newest": newest,
        "who": shown_name(newest.user) if newest else "",
    }
    return render(request, "restore.html", context, status=409)
