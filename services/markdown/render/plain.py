"""One line of notes (a task, a question) as plain text."""

from __future__ import annotations

import re
from html import unescape

from services.markdown.render.render import render_inline

# Text without markup, as most is. Rendering it would take most of the time of a page with hundreds
# of items.
WITHOUT_MARKUP = re.compile(r"(?:[^\W_]|[ ,;:.'\"/()?%+–—…’“”-])*")
# The sanitiser puts attributes in double quotes, and may leave ">" in them.
TAG = re.compile(r'<(?:[^>"]|"[^"]*")*>')


def plain_text(line: str) -> str:
    """Return a line of Markdown as a reader sees it, for places that show no links."""
    if WITHOUT_MARKUP.fullmatch(line):
        return line.strip()
    return unescape(TAG.sub("", render_inline(line))).strip()
