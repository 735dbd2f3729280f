"""Moves a section out of notes, to become the notes of a page of its own."""

from __future__ import annotations

import re

from services.markdown.edit.rename_links import linkable_name
from services.markdown.edit.splice import with_blank_line
from services.markdown.parser import read_events
from services.markdown.read.sections import PageSection
from services.text.line_ends import dominant_line_end

BLANK_LINES = re.compile(r"\A(?:[ \t]*(?:\r\n|\n|\r))+")


def split_section(text: str, section: PageSection, link: str) -> tuple[str, str]:
    """Return notes with a link in place of a section, and the section's own text.

    Its heading is left out, as it is the new page's title, unless it contains more than a title
    can: then its text comes first. Deeper headings are not changed, since a page shows its highest
    heading as the first level in any case.
    """
    data, end = text.encode(), dominant_line_end(text)
    before, below = data[: section.start].decode(), data[section.stop :].decode()
    words = BLANK_LINES.sub("", data[section.body : section.stop].decode())
    if more := _more_than_title(data[section.start : section.body].decode(), section.title):
        words = more + end + (end + words if words else "")
    return with_blank_line(before, end) + link + end + (end + below if below else ""), words


def _more_than_title(heading: str, title: str) -> str:
    """Return a heading's Markdown without its marks; blank if it is only the title."""
    _, *inner, _ = read_events(heading)
    words = [" " if event.kind.endswith("Break") else event.text for event in inner]
    is_plain = all(event.kind == "Text" or event.kind.endswith("Break") for event in inner)
    if is_plain and " ".join("".join(words).split()) == title:
        return ""
    data = heading.encode()
    start, stop = inner[0].start, max(event.end for event in inner)
    return data[start - (data[start - 1 : start] == b"\\") : stop].decode()


def wiki_link_to(title: str) -> tuple[str, str]:
    """Return a wiki-link to a title, and the name in it if it cannot contain the title itself."""
    name = linkable_name(title)
    return (f"[[{name}]]", "" if name == title else name) if name else (title, "")
