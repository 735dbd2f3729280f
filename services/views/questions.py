"""Every question of every page in one place."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from services.access import reading
from services.listing import part
from services.markdown.render import render as render_notes
from services.models import Question
from services.navigation import tree
from services.pages import links_from

AT_ONCE = 100
STATES = {"open": "Open", "answered": "Answered"}


@require_safe
@reading
def questions(request: HttpRequest) -> HttpResponse:
    counts = Question.objects.shown().aggregate(
        open=Count("pk", filter=Q(answer="")), answered=Count("pk", filter=~Q(answer=""))
    )
    total = counts["open"] + counts["answered"]
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in STATES else ""
    count = counts[chosen] if chosen else total
    found = part(in_order(chosen), request.GET.get("page"), AT_ONCE, count)
    choices = [(value, label, counts[value]) for value, label in STATES.items()]
    context = {
        "part": found,
        "groups": grouped(found),
        "choices": [("", "All", total), *choices],
        "chosen": chosen,
        "tree": tree(),
    }
    return render(request, "questions.html", context)


def in_order(state: str) -> QuerySet[Question]:
    """Questions, open or answered ones where that is asked for, in the order of the files."""
    asked = Question.objects
    rows = {"open": asked.open, "answered": asked.answered}.get(state, asked.shown)()
    return (
        rows.select_related("page__category")
        .defer("page__notes", "page__aliases")
        .order_by("page__position", "page", "position")
    )


def grouped(found: Iterable[Question]) -> list[dict[str, Any]]:
    """Questions by page, answers as HTML."""
    rows = list(found)
    links = links_from(row.page_id for row in rows)
    return [
        {
            "page": page,
            "links": links.get(page.pk),
            "questions": [
                {"question": row, "answer": render_notes(row.answer, links.get(page.pk)).html}
                for row in group
            ],
        }
        for page, group in groupby(rows, key=lambda row: row.page)
    ]
