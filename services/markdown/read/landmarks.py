"""The places in notes that a search result can lead to: headings, questions, checklist items."""

from __future__ import annotations

from dataclasses import dataclass

from services.markdown.read.anchors import Anchors
from services.markdown.read.notes import Notes


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place in notes; `kind` is "heading", "question" or "item".

    `start` to `end` are characters of the text, not bytes. Only headings have `level` and
    `anchor`; their `text` is what a reader sees, that of others is their Markdown.
    """

    start: int
    end: int
    kind: str
    text: str
    level: int = 0
    anchor: str = ""


def find_landmarks(text: str, notes: Notes) -> list[Landmark]:
    """Return the landmarks of a text in order; `notes` is what was read from it."""
    anchors = Anchors()
    found = [
        Landmark(h.start, h.end, "heading", h.text, h.level, anchors.assign(h.text))
        for h in notes.headings
    ]
    found += [Landmark(i.text_start, i.text_end, "item", i.text) for i in notes.items]
    found += [Landmark(q.text_start, q.text_end, "question", q.text) for q in notes.questions]
    found.sort(key=lambda mark: mark.start)
    return found if text.isascii() else _in_characters(found, text.encode())


def _in_characters(marks: list[Landmark], data: bytes) -> list[Landmark]:
    places = sorted({place for mark in marks for place in (mark.start, mark.end)})
    characters, last, count = {}, 0, 0
    for place in places:
        count += len(data[last:place].decode(errors="replace"))
        characters[place], last = count, place
    return [
        Landmark(characters[m.start], characters[m.end], m.kind, m.text, m.level, m.anchor)
        for m in marks
    ]
