"""Build a page's outline: what the index needs from its Markdown and from the catalogue.

`Page.outline` is stored in the same statement as the notes, since database triggers read it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

from services.aws import catalog
from services.markdown.read.landmarks import Landmark, find_landmarks
from services.markdown.read.notes import Notes, read_notes
from services.search.tokens import find_script, list_cjk_pairs, list_variants

if TYPE_CHECKING:
    from services.models import Page

NUL = re.compile(r"(\\\\)|\\u0000")
# The facts of a page that its outline depends on.
OUTLINED = frozenset({"kind", "title", "abbreviation", "aliases", "aws_id", "notes"})


def build_outline(page: Page, notes: Notes | None = None) -> str:
    """Return a page's outline as JSON; `notes` are its parsed notes, if the caller has them.

    `script` is the script of most of its letters; `names` are those of AWS and other spellings of
    the page's own; `headings` and `questions` have their words, one a line; `cjk` has the pairs of
    Chinese, Japanese and Korean; `marks` has the landmarks of the notes: start, end, kind, level,
    anchor, and the words of a heading. `size` is the length of the notes.
    """
    notes = notes or read_notes(page.notes, service=page.is_service, title=page.title)
    marks = find_landmarks(page.notes, notes)
    names = [page.title, page.abbreviation, *map(str, page.aliases)]
    service = catalog.by_id(page.aws_id) if page.is_service and page.aws_id else None
    official = service.names if service else ()
    names += official
    more = [other for name in names for other in list_variants(name)]
    outline = {
        "script": find_script("\n".join([page.title, page.notes])),
        "names": "\n".join(dict.fromkeys([*official, *more])),
        "headings": "\n".join(mark.text for mark in marks if mark.kind == "heading"),
        "questions": "\n".join(mark.text for mark in marks if mark.kind == "question"),
        "cjk": list_cjk_pairs("\n".join([*names, page.notes])),
        "size": len(page.notes),
        "marks": [
            [m.start, m.end, m.kind, m.level, m.anchor, m.text if m.kind == "heading" else ""]
            for m in marks
        ],
    }
    text = json.dumps(outline, separators=(",", ":"), ensure_ascii=False)
    # PostgreSQL cannot store NUL, so it is removed; "u0000" after an escaped backslash is text.
    return NUL.sub(lambda found: found[1] or "", text)


class Outline:
    """The landmarks of a page's notes, by position."""

    def __init__(self, stored: str, notes: str) -> None:
        try:
            outline = json.loads(stored or "{}")
        except ValueError:
            # The index does the same; `search check` reports such a page.
            outline = {}
        marks = outline.get("marks", []) if outline.get("size") == len(notes) else []
        headings = [mark for mark in marks if mark[2] == "heading"]
        self.headings = [Landmark(m[0], m[1], m[2], m[5], m[3], m[4]) for m in headings]
        # There may be thousands of these, so no objects are created for them.
        self._others = [mark for mark in marks if mark[2] != "heading"]

    def find_kind(self, start: int, end: int) -> str:
        """Return the kind of landmark at the characters from `start` to `end`, or "text"."""
        at = bisect_right(self.headings, start, key=attrgetter("start")) - 1
        if at >= 0 and start < self.headings[at].end:
            return "heading"
        at = bisect_right(self._others, end, key=itemgetter(0)) - 1
        if at >= 0 and start < self._others[at][1]:
            return str(self._others[at][2])
        return "text"

    def find_headings(self, place: int) -> Sequence[Landmark]:
        """Return the headings that a place is below, the highest first, including its own."""
        path: list[Landmark] = []
        count = bisect_right(self.headings, place, key=attrgetter("start"))
        for heading in reversed(self.headings[:count]):
            if not path or heading.level < path[-1].level:
                path.append(heading)
            if heading.level == 1:
                break
        return path[::-1]
