"""The parts of a page's notes: a heading with all that stands below it, to be edited by itself."""

from __future__ import annotations

from dataclasses import dataclass

from services.markdown.read.outline import all_headings
from services.markdown.render.links import Anchors
from services.text.line_ends import dominant_line_end


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what is below it, up to the next heading that is as high or higher.

    `anchor` is the one that the page has for it; `level` is as written. Offsets are bytes, and
    `body` is where the heading's own lines end.
    """

    title: str
    anchor: str
    level: int
    start: int
    body: int
    stop: int


def parts(text: str) -> list[Part]:
    """The parts of notes in order; deeper ones lie within higher ones."""
    data, anchors = text.encode(), Anchors()
    # Headings in quotes and lists open no parts, but have anchors before those that follow.
    named = [(each, anchors.give(each.text), out) for each, out in all_headings(text, data)]
    found = [(heading, anchor) for heading, anchor, outside in named if outside]
    made: list[Part] = []
    higher: list[Part] = []
    for heading, anchor in reversed(found):
        while higher and higher[-1].level > heading.level:
            higher.pop()
        stop = higher[-1].start if higher else len(data)
        part = Part(heading.text, anchor, heading.level, heading.start, heading.end, stop)
        made.append(part)
        higher.append(part)
    return made[::-1]


def part_at(text: str, anchor: str) -> Part | None:
    """The part of notes that an anchor leads to; None where there is none."""
    return next((part for part in parts(text) if part.anchor == anchor), None)


def source(text: str, part: Part) -> str:
    """A part's Markdown."""
    return text.encode()[part.start : part.stop].decode()


def replaced(text: str, part: Part, words: str) -> str:
    """Notes with other words in the place of a part; what follows keeps a line of its own."""
    data = text.encode()
    below = data[part.stop :].decode()
    if below and words and not words.endswith(("\n", "\r")):
        words += dominant_line_end(text)
    return data[: part.start].decode() + words + below
