"""The sections of a page's notes, to be edited separately: a heading and all that is below it."""

from __future__ import annotations

from dataclasses import dataclass

from services.markdown.read.anchors import Anchors
from services.markdown.read.blocks import parse, walk
from services.markdown.read.outline import top_headings
from services.text.line_ends import dominant_line_end


@dataclass(frozen=True, slots=True)
class PageSection:
    """A heading and what is below it, up to the next heading of the same or a higher level.

    `anchor` is the one in the page's HTML; `level` is as written. Offsets are bytes, and `body`
    is where the heading's own lines end.
    """

    title: str
    anchor: str
    level: int
    start: int
    body: int
    stop: int


def read_sections(text: str) -> list[PageSection]:
    """Return the sections of notes in order; deeper ones lie within higher ones."""
    tree, anchors = parse(text), Anchors()
    # Headings in quotes and lists start no section, but their anchors count.
    blocks = [block for block in walk(tree.root) if block.kind == "Heading"]
    anchor_at = {block.start: anchors.assign(block.heading.text) for block in blocks}
    sections: list[PageSection] = []
    higher: list[PageSection] = []
    for heading in reversed(top_headings(tree)):
        while higher and higher[-1].level > heading.level:
            higher.pop()
        section = PageSection(
            title=heading.text,
            anchor=anchor_at[heading.start],
            level=heading.level,
            start=heading.start,
            body=heading.end,
            stop=higher[-1].start if higher else len(tree.data),
        )
        sections.append(section)
        higher.append(section)
    return sections[::-1]


def find_section(text: str, anchor: str) -> PageSection | None:
    """Return the section with an anchor; None if there is none."""
    return next((each for each in read_sections(text) if each.anchor == anchor), None)


def section_source(text: str, section: PageSection) -> str:
    """Return a section's Markdown."""
    return text.encode()[section.start : section.stop].decode()


def replace_section(text: str, section: PageSection, words: str) -> str:
    """Return notes with another text for a section; what follows starts on a line of its own."""
    data = text.encode()
    below = data[section.stop :].decode()
    if below and words and not words.endswith(("\n", "\r")):
        words += dominant_line_end(text)
    return data[: section.start].decode() + words + below
