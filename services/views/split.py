"""Make a section a page of its own."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from services.forms.page import SplitForm
from services.markdown.edit.split_section import split_section, wiki_link_to
from services.markdown.read.sections import PageSection, find_section
from services.models import Page
from services.models.pages import TITLE_LENGTH
from services.pages.edit import Base, base_of
from services.pages.edit import split as split_page
from services.pages.resolve_conflict import Clash
from services.pages.revise import Trashed
from services.permissions import editors_only
from services.views.request import get_page, get_user, posted_version

CHANGED = "Someone changed this section in the meantime. Nothing was done: please look at it again."


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def split(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the title of the page that `?section=` becomes, and create it."""
    page = get_page(slug, Page.objects.select_related("category"))
    if request.method == "POST":
        try:
            return _split(request, page)
        except IntegrityError:
            # Another request took the title first: now the form sees it, and reports it.
            return _split(request, page)
    return _ask(request, page, {})


def _ask(
    request: HttpRequest, page: Page, typed: dict[str, object], *, status: int = 200
) -> HttpResponse:
    part = find_section(page.notes, request.GET.get("section", ""))
    if part is None:
        return render(request, "no_section.html", {"page": page}, status=404)
    start = {"title": part.title[:TITLE_LENGTH], "category": page.category_id} | typed
    form = SplitForm(initial=start | {"version": page.version})
    return _show(request, page, base_of(page), part, form, status=status)


def _split(request: HttpRequest, page: Page) -> HttpResponse:
    base = base_of(page, posted_version(request))
    part = find_section(base.notes or "", request.GET.get("section", ""))
    if part is None:
        return render(request, "no_section.html", {"page": page}, status=404)
    form = SplitForm(request.POST)
    if not form.is_valid():
        return _show(request, page, base, part, form)
    title, category = form.cleaned_data["title"], form.cleaned_data["category"]
    fields = {"title": title, "category": category.pk if category else None}
    try:
        made = split_page(page, base, part, **fields, by=get_user(request))
    except Trashed as refusal:
        raise Http404(str(refusal)) from None
    except Clash as clash:
        messages.warning(request, CHANGED)
        return _ask(request, clash.current, fields, status=409)
    words = '“{}” is a page of its own now. <a href="{}">{}</a> links to it.'
    messages.success(request, format_html(words, made.title, page.get_absolute_url(), page))
    return redirect(made)


def _show(
    request: HttpRequest,
    page: Page,
    base: Base,
    part: PageSection,
    form: SplitForm,
    status: int = 200,
) -> HttpResponse:
    link, _ = wiki_link_to(str(form["title"].value() or part.title))
    _, words = split_section(base.notes or "", part, link)
    context = {"page": page, "part": part, "form": form, "words": words, "link": link}
    return render(request, "split.html", context, status=status)
