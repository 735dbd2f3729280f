"""Renders notes as safe HTML; the only way from text to HTML.

CommonMark with tables, footnotes, strikethrough, task lists, callouts (GitHub's and Obsidian's),
wiki-links and bare links. All of it is sanitised.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape

from services.markdown.render.links import Size
from services.markdown.render.placeholders import Controls, Heading, Placeholders, Task
from services.markdown.render.sanitise import sanitise
from services.markdown.render.writer import Writer

__all__ = ["Controls", "Heading", "Rendered", "Task", "render", "render_inline"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Safe HTML, and the headings in it outside lists and quotes."""

    html: str
    headings: list[Heading] = field(default_factory=list)


def render(
    text: str,
    links: Mapping[str, str] | None = None,
    pictures: Mapping[str, str] | None = None,
    controls: Controls | None = None,
    sizes: Mapping[str, Size] | None = None,
) -> Rendered:
    """Render notes.

    `links` has the address of each page that the notes refer to, and `pictures` that of each file
    they show, by the target as `read_targets` returns it. A target in neither is shown as missing.
    `controls` are put in after sanitising, and must be safe by themselves. `sizes` has the width
    and height of stored pictures by their uuid, so that the page does not jump when they load.
    """
    placeholders = Placeholders(controls or Controls())
    writer = Writer(text, links or {}, pictures or {}, placeholders, sizes or {})
    writer.run()
    return Rendered(placeholders.fill(sanitise(writer.html())), writer.headings)


@lru_cache(maxsize=4096)
def render_inline(text: str) -> str:
    """Render one line of notes (a task, a question) without block elements or links to pages."""
    html = render(text.strip()).html.strip()
    found = re.fullmatch(r"<p>(.*)</p>", html, re.DOTALL)
    return found[1] if found and "</p>" not in found[1] else escape(text)
