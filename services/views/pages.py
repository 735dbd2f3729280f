"""Categories, services and topics."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from services.models import Category, Page, Section
from services.permissions import may_edit, readers_only
from services.selectors.lists import build_cards, defer_notes, paginate
from services.selectors.page import find_page, markdownify, read_page
from services.selectors.tree import read_tree
from services.views.request import get_page, get_user

PER_PAGE = 100


@require_safe
@readers_only
def category(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Category, slug=slug)
    texts = Section.objects.filter(category=row).exclude(text="").order_by("document", "position")
    found = paginate(defer_notes(Page.objects.filter(category=row)), request.GET, PER_PAGE)
    context = {
        "category": row,
        "words": [markdownify(text) for text in texts.values_list("text", flat=True)],
        "part": found,
        "cards": build_cards(found),
        "tree": read_tree(category=row),
    }
    return render(request, "category.html", context)


@require_safe
@readers_only
def topics(request: HttpRequest) -> HttpResponse:
    found = paginate(defer_notes(Page.objects.filter(category=None)), request.GET, PER_PAGE)
    context = {"part": found, "cards": build_cards(found), "tree": read_tree()}
    return render(request, "category.html", context)


@require_safe
@readers_only
def service(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, slug, Page.Kind.SERVICE)


@require_safe
@readers_only
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    return _page(request, slug, Page.Kind.TOPIC)


def _page(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    editor = get_user(request) if may_edit(request.user) else None
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
    # Notes may have any HTML: `nosniff`, which Django sends, prevents it from being run.
    return HttpResponse(page.notes, content_type="text/plain; charset=utf-8")
