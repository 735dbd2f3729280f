"""All checklists of all pages."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from services.models import ChecklistItem, Page
from services.permissions import readers_only
from services.selectors.lists import paginate
from services.selectors.page import read_addresses
from services.selectors.progress import count_progress
from services.selectors.tree import read_tree

PER_PAGE = 200
State = ChecklistItem.State


@require_safe
@readers_only
def checklist(request: HttpRequest) -> HttpResponse:
    states = ChecklistItem.objects.order_by().values_list("state").annotate(number=Count("pk"))
    counts = dict(states)
    total = sum(counts.values())
    state = request.GET.get("state", "")
    chosen = state if state in State.values else ""
    count = counts.get(chosen, 0) if chosen else total
    found = paginate(list_items(chosen), request.GET, PER_PAGE, count)
    choices = [(value, label, counts.get(value, 0)) for value, label in State.choices]
    context = {
        "part": found,
        "groups": group_items(found),
        "progress": count_progress(counts),
        "choices": [("", "All", total), *choices],
        "chosen": chosen,
        "tree": read_tree(),
    }
    return render(request, "checklist.html", context)


def list_items(state: str) -> QuerySet[ChecklistItem]:
    """Return all items, or those of one state, in the order of the files they come from."""
    rows = ChecklistItem.objects.filter(state=state) if state else ChecklistItem.objects.all()
    named = Page.objects.order_by("title").only("kind", "title", "abbreviation", "slug")
    return (
        rows.select_related("page__category")
        .defer("page__notes", "page__outline", "page__aliases")
        .prefetch_related(Prefetch("names", named))
        .order_by("page__position", "page", "position")
    )


def group_items(found: Iterable[ChecklistItem]) -> list[dict[str, object]]:
    """Group items by page and, within a page, by list."""
    rows = list(found)
    links = read_addresses(row.page_id for row in rows)
    return [
        {
            "page": page,
            "links": links.get(page.pk),
            "lists": [
                {"title": title, "items": list(entries)}
                for title, entries in groupby(group, key=lambda row: row.list_title)
            ],
        }
        for page, group in groupby(rows, key=lambda row: row.page)
    ]
