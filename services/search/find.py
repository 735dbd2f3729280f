"""Finding pages: the one way into search."""

from __future__ import annotations

from services.search.query import parse
from services.search.results import Results

# No more than so many can be turned to: whoever wants others narrows what is asked.
MOST = 500


def find(text: str, *, start: int = 0, count: int = 20, typing: bool = False) -> Results:
    """The pages that answer a query, the best first, `count` of them from `start` on.

    `typing` finds words that the last one begins. Whoever calls this has made sure that the
    person may read pages.
    """
    return Results(parse(text, typing=typing))
