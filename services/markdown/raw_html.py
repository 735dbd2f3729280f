"""HTML that an author wrote between the Markdown, before the sanitiser sees it.

What is left open in it would swallow, or weigh upon, all that follows on the page.
"""

from __future__ import annotations

import re
from collections import Counter
from html import escape

TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
LINK = re.compile(r"<a\b[^>]*\bhref\b", re.IGNORECASE)
# Elements without an end, and those that end when the next of their kind begins.
SHORT = frozenset(
    "area base br col dd dt embed hr img input li link meta p source tbody td tfoot th thead tr "
    "track wbr".split()
)
# What is in these is no text of the page, to a browser or to the sanitiser.
SWALLOWING = frozenset(
    "iframe math noembed noframes noscript object plaintext script style svg template textarea "
    "title xmp".split()
)
# An HTML parser spends time with the square of the depth, and repeats open <b> in each paragraph.
MOST_OPEN = 100


class RawHtml:
    """Passes HTML on as it is, but for what is left open, which is shown as text."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.depth = 0
        # Inside <a href=…> no further link may begin.
        self.in_link = False

    def html(self, source: str) -> str:
        """A block, or an inline tag, as it may go to the sanitiser."""
        tags = [(slash, name.lower()) for slash, name in TAG.findall(source)]
        for slash, name in tags:
            if name in SHORT:
                continue
            if not slash:
                self.open[name] += 1
                self.depth += 1
            elif self.open[name]:
                self.open[name] -= 1
                self.depth -= 1
        if LINK.search(source):
            self.in_link = True
        if ("/", "a") in tags:
            self.in_link = False
        if self.depth > MOST_OPEN or _swallows(tags):
            return escape(source, quote=False)
        return _closed(source)


def _swallows(tags: list[tuple[str, str]]) -> bool:
    count = Counter(tag for tag in tags if tag[1] in SWALLOWING)
    return any(count["", name] > count["/", name] for _, name in count)


def _closed(source: str) -> str:
    """A block with its last comment ended, and its last tag shown as text if it has no end."""
    if source.rfind("<!--") > source.rfind("-->"):
        return source + "-->"
    cut = source.rfind("<")
    return source if cut <= source.rfind(">") else source[:cut] + "&lt;" + source[cut + 1 :]
