"""Categories, services and topics."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from services.models import Category, Page, Section
from services.permissions import may_edit, readers_only
from services.selectors.lists import cards, listed, paginate
from services.selectors.page import find_page, markdownify, read_page
from services.selectors.tree import tree
from services.views.request import get_page, person

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
    editor = person(request) if may_edit(request.user) else None
    page = find_page(slug, editor)
    if page is None:
        # Never permanent: browsers store such a redirect, and a page may be renamed back.
        return redirect(get_page(slug, Page.objects.only("kind", "slug")))
    if page.kind != kind:
        return redirect(page)
    found = read_page(page, editing=editor is not None)
    return render(request, "page.html", {"page": page, "reading": found})


@require_safe
@readers_only
def raw(request: HttpRequest, slug: str) -> HttpResponse:
    """Serve the notes exactly as they are stored."""
    page = get_page(slug, Page.objects.only("notes", "slug"))
    if page.slug != slug:
        return redirect("raw", page.slug)
    response = HttpResponse(page.notes, content_type="text/plain; charset=utf-8")
    # Notes may hold any HTML: no browser is to guess that this is a page.
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
