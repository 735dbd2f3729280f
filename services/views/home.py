"""The home page: categories, progress, open questions and recent changes."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from services.models import Category, ChecklistItem, Page, Question
from services.pages import drafts
from services.pages.examples import example_documents, example_pages, remove_examples
from services.permissions import editors_only, may_edit, readers_only
from services.selectors.lists import Card, build_cards, defer_notes
from services.selectors.progress import count_progress
from services.views.request import get_user

MAX_PAGES_OF_CATEGORY = 24
MAX_QUESTIONS = 5
MAX_RECENT = 8


@require_safe
@readers_only
def home(request: HttpRequest) -> HttpResponse:
    totals = dict(Page.objects.order_by().values_list("category").annotate(Count("pk")))
    states = ChecklistItem.objects.order_by().values_list("state").annotate(number=Count("pk"))
    asked = Question.objects.open()
    context = {
        "categories": list_categories(totals),
        "is_empty": not totals,
        "are_examples": may_edit(request.user) and example_documents().exists(),
        "drafts": drafts.list_drafts(get_user(request)) if may_edit(request.user) else (),
        "progress": count_progress(dict(states)),
        "questions": asked.select_related("page").only(
            "text", "page__kind", "page__slug", "page__title", "page__abbreviation"
        )[:MAX_QUESTIONS],
        "questions_count": asked.count(),
        "recent": Page.objects.recent()
        .select_related("updated_by", "category")
        .defer("notes", "outline", "aliases", "kept")[:MAX_RECENT],
    }
    return render(request, "home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def without_examples(request: HttpRequest) -> HttpResponse:
    """Ask whether to remove the example pages, with a list of changed ones, and remove them."""
    if request.method == "POST":
        number = remove_examples(by=get_user(request))
        messages.success(request, f"Moved {number} example pages to the trash.")
        return redirect("home")
    pages = example_pages()
    context = {"total": pages.count(), "changed": pages.filter(version__gt=1).order_by("title")}
    return render(request, "remove_examples.html", context)


def list_categories(totals: dict[int | None, int]) -> list[dict[str, object]]:
    """Return each category and the topics with their first pages: two queries, and `cards`."""
    pages = Page.objects.order_by("position", "pk")
    wanted = Q(pk__in=[])
    for category in totals:
        wanted |= Q(pk__in=pages.filter(category=category).values("pk")[:MAX_PAGES_OF_CATEGORY])
    shown: dict[int | None, list[Card]] = {}
    for card in build_cards(defer_notes(pages.filter(wanted))):
        shown.setdefault(card.page.category_id, []).append(card)
    groups: dict[int | None, Category | None] = {row.pk: row for row in Category.objects.all()}
    if None in totals:
        groups[None] = None
    return [
        {"category": category, "cards": shown.get(pk, []), "total": totals.get(pk, 0)}
        for pk, category in groups.items()
    ]
