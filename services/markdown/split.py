"""A section taken out of notes, to become the notes of a page of its own."""

from __future__ import annotations

import re

from services.markdown.line_ends import dominant_line_end
from services.markdown.relink import link_name
from services.markdown.sections import Part
from services.markdown.splice import with_blank_line

BLANK_LINES = re.compile(r"\A(?:[ \t]*(?:\r\n|\n|\r))+")


def split_out(text: str, part: Part, link: str) -> tuple[str, str]:
    """Notes with a line that links in the place of a section, and the section's own words.

    Its heading is left out, as it is the new page's title; deeper headings stay as they are, since
    a page shows its highest heading as the first level in any case.
    """
    data, end = text.encode(), dominant_line_end(text)
    before, below = data[: part.start].decode(), data[part.stop :].decode()
    words = data[part.body : part.stop].decode()
    return with_blank_line(before, end) + link + end + (
        end + below if below else ""
    ), BLANK_LINES.sub("", words)


def link_to(title: str) -> tuple[str, str]:
    """A wiki-link to a title, and the other name that it asks for where it cannot hold that."""
    name = link_name(title)
    return (f"[[{name}]]", "" if name == title else name) if name else (title, "")
