"""What the index needs of a page and only Markdown and the catalogue can tell: `Page.outline`.

It is stored with the notes, in the same statement, so that the database's triggers find it there.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.aws import catalog
from services.markdown.read.landmarks import find_landmarks
from services.markdown.read.notes import Notes, read_notes
from services.search.tokens import cjk_pairs, script_of, variants

if TYPE_CHECKING:
    from services.models import Page

NUL = re.compile(r"(\\\\)|\\u0000")
# What it says changes with these facts of a page.
OUTLINED = frozenset({"kind", "title", "abbreviation", "aliases", "aws_id", "notes"})


def outline_of(page: Page, notes: Notes | None = None) -> str:
    """A page's outline as JSON; `notes` is what was read of its notes, if that is known.

    `script` is the one that most of it is written in; `names` are those of AWS and ways to write
    the page's own; `headings` and `questions` their words, one a line; `cjk` the pairs of its
    Chinese, Japanese and Korean; `marks` the places of what is in the notes: start, end, kind,
    level, anchor, and of a heading its words. `size` is the length of the notes it was made of.
    """
    notes = notes or read_notes(page.notes, service=page.is_service, title=page.title)
    marks = find_landmarks(page.notes, notes)
    names = [page.title, page.abbreviation, *map(str, page.aliases)]
    service = catalog.by_id(page.aws_id) if page.is_service and page.aws_id else None
    if service:
        names += service.names
    more = dict.fromkeys([other for name in names for other in variants(name)])
    told = {
        "script": script_of("\n".join([page.title, page.notes])),
        "names": "\n".join(dict.fromkeys([*(service.names if service else ()), *more])),
        "headings": "\n".join(mark.text for mark in marks if mark.kind == "heading"),
        "questions": "\n".join(mark.text for mark in marks if mark.kind == "question"),
        "cjk": cjk_pairs("\n".join([*names, page.notes])),
        "size": len(page.notes),
        "marks": [
            [m.start, m.end, m.kind, m.level, m.anchor, m.text if m.kind == "heading" else ""]
            for m in marks
        ],
    }
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=False)
    # No NUL: PostgreSQL could not read it. One that was written out in the notes is text.
    return NUL.sub(lambda found: found[1] or "", text)


@dataclass(frozen=True, slots=True)
class Heading:
    start: int
    end: int
    level: int
    anchor: str
    text: str


class Outline:
    """The landmarks of one page's notes, to be asked by place."""

    def __init__(self, stored: str, notes: str) -> None:
        try:
            told = json.loads(stored or "{}")
        except ValueError:
            # As in the index: `search check` names such a page.
            told = {}
        marks = told.get("marks", []) if told.get("size") == len(notes) else []
        self.headings = [Heading(m[0], m[1], *m[3:]) for m in marks if m[2] == "heading"]
        self._starts = [heading.start for heading in self.headings]
        self._others = [(m[0], m[1], m[2]) for m in marks if m[2] != "heading"]
        self._other_starts = [mark[0] for mark in self._others]

    def kind_at(self, start: int, end: int) -> str:
        """What the characters from `start` to `end` touch first."""
        at = bisect_right(self._starts, start) - 1
        if at >= 0 and start < self.headings[at].end:
            return "heading"
        at = bisect_right(self._other_starts, end) - 1
        if at >= 0 and start < self._others[at][1]:
            return str(self._others[at][2])
        return "text"

    def above(self, place: int) -> Sequence[Heading]:
        """The headings that a place stands below, the highest first, its own one included."""
        path: list[Heading] = []
        for heading in reversed(self.headings[: bisect_right(self._starts, place)]):
            if not path or heading.level < path[-1].level:
                path.append(heading)
            if heading.level == 1:
                break
        return path[::-1]
