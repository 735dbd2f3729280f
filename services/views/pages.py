"""Categories, services and topics."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from services.models import Category, Page, Section
from services.permissions import may_edit, readers_only
from services.selectors.lists import cards, listed, paginate
from services.selectors.page import find_page, markdownify, read_page
from services.selectors.tree import tree
from services.views.request import find_moved_page

AT_ONCE = 100


@require_safe
@readers_only
def category(request: HttpRequest, slug: str) -> HttpResponse:
    shelf = get_object_or_404(Category, slug=slug)
    words = Section.objects.filter(category=shelf).exclude(text="").order_by("document", "position")
    number = request.GET.get("page")
    found = paginate(listed(Page.objects.filter(category=shelf)), number, AT_ONCE)
    context = {
        "category": shelf,
        "words": [markdownify(text) for text in words.values_list("text", flat=True)],
        "part": found,
        "cards": cards(found),
        "tree": tree(category=shelf),
    }
    return render(request, "category.html", context)


@require_safe
@readers_only
def topics(request: HttpRequest) -> HttpResponse:
    found = paginate(listed(Page.objects.filter(category=None)), request.GET.get("page"), AT_ONCE)
    return render(request, "category.html", {"part": found, "cards": cards(found), "tree": tree()})


@require_safe
@readers_only
def service(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, slug, Page.Kind.SERVICE)


@require_safe
@readers_only
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, slug, Page.Kind.TOPIC)


def _page(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    editor = cast(User, request.user) if may_edit(request.user) else None
    page = find_page(slug, editor)
    if page is None:
        if now := find_moved_page(slug):
            # Never for good: browsers keep that, and a page may be renamed back.
            return redirect(now)
        raise Http404("There is no page at this address.")
    if page.kind != kind:
        return redirect(page)
    found = read_page(page, editing=editor is not None)
    return render(request, "page.html", {"page": page, "reading": found})


@require_safe
@readers_only
def raw(request: HttpRequest, slug: str) -> HttpResponse:
    """Serve the notes exactly as they are stored."""
    page = Page.objects.only("notes").filter(slug=slug).first()
    if page is None:
        if now := find_moved_page(slug):
            return redirect("raw", now.slug)
        raise Http404("There is no page at this address.")
    response = HttpResponse(page.notes, content_type="text/plain; charset=utf-8")
    # Notes may hold any HTML: no browser is to guess that this is a page.
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
