"""Delete pages, and show, restore and empty the trash."""

from __future__ import annotations

from django.contrib import messages
from django.db.models.functions import Length
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from services.attachments import manage
from services.models import Attachment, Link, Page, Section, StaleVersion
from services.pages.trash import empty, take_out, throw_away
from services.permissions import admins_only, editors_only
from services.selectors.lists import paginate
from services.selectors.tree import read_tree
from services.views.flash import count_words, undo_form
from services.views.request import get_page, get_user

PER_PAGE = 50
IN_TRASH = '“{}” is in the <a href="{}">trash</a>. {}'


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def delete_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask before deleting a page, and move it to the trash."""
    page = get_page(slug)
    if request.method == "POST":
        throw_away(page, by=get_user(request))
        undo = undo_form(request, reverse("restore_page", args=[page.pk]))
        moved = format_html(IN_TRASH, page.title, reverse("trash"), undo)
        messages.success(request, moved)
        return redirect(page.category or reverse("topics"))
    if page.trashed_at:
        return redirect("trash")
    linking = Link.objects.filter(to=page.pk).exclude(page=page.pk)
    context = {
        "page": page,
        "linking": linking.values("page").distinct().count(),
        "files": Attachment.objects.filter(page=page.pk).count(),
        "section": Section.objects.filter(page=page.pk, gone=False)
        .select_related("document")
        .only("document__path")
        .first(),
    }
    return render(request, "delete.html", context)


@require_safe
@editors_only
def trash(request: HttpRequest) -> HttpResponse:
    """Show the pages and files in the trash, last deleted first."""
    pages = (
        Page.everything.exclude(trashed_at=None)
        .order_by("-trashed_at", "-pk")
        .select_related("trashed_by", "category")
        .annotate(size=Length("notes"))
        .defer("notes", "kept", "aliases", "outline")
    )
    files = Attachment.objects.trashed().select_related("trashed_by", "page")
    files = files.defer("page__notes", "page__outline", "page__kept")
    context = {
        "part": paginate(pages, request.GET, PER_PAGE),
        "files": paginate(files, request.GET, PER_PAGE, name="files"),
        "tree": read_tree(),
    }
    return render(request, "trash.html", context)


@require_POST
@editors_only
def restore_page(request: HttpRequest, pk: int) -> HttpResponse:
    page = get_object_or_404(Page.everything, pk=pk)
    try:
        restored = take_out(page, by=get_user(request))
    except StaleVersion as stale:
        messages.info(request, f"“{stale.current.title}” is not in the trash.")
        return redirect(stale.current)
    if restored.title == page.title:
        messages.success(request, f"“{restored.title}” is restored.")
    else:
        words = "“{}” is restored as “{}”, since another page has its title now."
        messages.success(request, words.format(page.title, restored.title))
    return redirect(restored)


@require_POST
@admins_only
def empty_trash(request: HttpRequest) -> HttpResponse:
    pages, files = empty(), manage.empty_trash()
    counted = ((pages, "page"), (files, "file"))
    gone = " and ".join(count_words(number, what) for number, what in counted if number)
    gone = gone and f"{gone} {'is' if pages + files == 1 else 'are'} deleted for good"
    left = Page.everything.exclude(trashed_at=None).count()
    if left:
        stay = "1 page stays" if left == 1 else f"{left:,} pages stay"
        which = "it" if left == 1 else "them"
        gone = gone or "Nothing is deleted"
        messages.info(request, f"{gone}. {stay}: someone has an unsaved draft of {which}.")
    else:
        messages.success(request, f"The trash is empty: {gone or 'nothing was in it'}.")
    return redirect("trash")
