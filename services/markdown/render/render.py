"""Notes into safe HTML: the only way from text to HTML.

CommonMark with tables, footnotes, strikethrough, task lists, callouts (GitHub's and Obsidian's),
wiki-links and bare links. What leaves here has been through the sanitiser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape

from services.markdown.render.links import Size, anchor
from services.markdown.render.placeholders import Controls, Heading, Placed, Task
from services.markdown.render.sanitise import sanitise
from services.markdown.render.writer import Writer

__all__ = ["Controls", "Heading", "Rendered", "Task", "anchor", "render", "render_inline"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """Safe HTML, and the headings in it that stand outside lists and quotes."""

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

    `links` gives the address of each page that the notes refer to, `pictures` that of each file
    they show, by the target as `notes.targets` yields it. A target that is in neither is shown
    as leading nowhere yet. `controls` are put in after cleaning, and must be safe by themselves.
    `sizes` has the width and height of stored pictures by their uuid, so that the page does not
    jump when they arrive.
    """
    writer = Writer(text, links or {}, pictures or {}, Placed(controls or Controls()), sizes or {})
    writer.run()
    return Rendered(writer.placed.put_in(sanitise(writer.html())), writer.headings)


@lru_cache(maxsize=4096)
def render_inline(text: str) -> str:
    """One line of notes (a task, a question) as safe HTML without block elements or own links."""
    html = render(text.strip()).html.strip()
    found = re.fullmatch(r"<p>(.*)</p>", html, re.DOTALL)
    return found[1] if found and "</p>" not in found[1] else escape(text)
