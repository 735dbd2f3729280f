"""All questions of all pages."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from services.markdown.render.render import render as render_notes
from services.models import Question
from services.permissions import readers_only
from services.selectors.lists import paginate
from services.selectors.page import read_addresses
from services.selectors.questions import SORTS, STATES, Inbox, count_questions
from services.selectors.tree import read_tree

PER_PAGE = 100


@require_safe
@readers_only
def questions(request: HttpRequest) -> HttpResponse:
    number = count_questions()
    inbox = Inbox.from_query(request.GET, default="open" if number["open"] else "all")
    found = paginate(inbox.list_questions(), request.GET, PER_PAGE, number[inbox.state])
    context = {
        "inbox": inbox,
        "part": found,
        "groups": group_questions(found),
        "any": number["all"] + number["dismissed"],
        "states": [(value, label, number[value]) for value, label in STATES.items()],
        "sorts": list(SORTS.items()),
        "tree": read_tree(),
    }
    return render(request, "questions.html", context)


def group_questions(found: Iterable[Question]) -> list[dict[str, object]]:
    """Group questions by page where the order allows it, with answers as HTML."""
    rows = list(found)
    links = read_addresses(row.page_id for row in rows)
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
