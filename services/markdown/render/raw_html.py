"""HTML that an author wrote between the Markdown, before the sanitiser sees it.

What is left open in it would swallow, or weigh upon, all that follows on the page; what is no HTML
would be gone.
"""

from __future__ import annotations

import re
from collections import Counter
from html import escape

from services.markdown.render.sanitise import TAGS

TAG = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
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
# What the sanitiser drops while it keeps the words inside. A name that is in no such list is no
# HTML: `<bucket>` and `<path>` are words that somebody has to put another in place of.
DROPPED = frozenset(
    "acronym address applet area article aside audio base basefont big blink body button canvas "
    "data datalist dialog dir embed fieldset font footer form frame frameset head header hgroup "
    "html label legend link main map marquee menu meta meter nav nobr optgroup option output param "
    "progress rb rtc search select slot source time track video".split()
)
HTML = TAGS | SWALLOWING | DROPPED
# An HTML parser spends time with the square of the depth, and repeats open <b> in each paragraph.
MAX_OPEN = 100


class RawHtml:
    """Passes HTML on as it is, but for what is left open, which is shown as text."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.depth = 0
        # Inside <a href=…> no further link may begin.
        self.in_link = False

    def html(self, source: str) -> str:
        """A block, or an inline tag, as it may go to the sanitiser."""
        source = TAG.sub(_shown_if_unknown, source)
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
        if self.depth > MAX_OPEN or _swallows(tags):
            return escape(source, quote=False)
        return _closed(source)


def _shown_if_unknown(found: re.Match[str]) -> str:
    return found[0] if found[2].lower() in HTML else "&lt;" + found[0][1:]


def _swallows(tags: list[tuple[str, str]]) -> bool:
    count = Counter(tag for tag in tags if tag[1] in SWALLOWING)
    return any(count["", name] > count["/", name] for _, name in count)


def _closed(source: str) -> str:
    """A block with its last comment ended, and its last tag shown as text if it has no end."""
    if source.rfind("<!--") > source.rfind("-->"):
        return source + "-->"
    cut = source.rfind("<")
    return source if cut <= source.rfind(">") else source[:cut] + "&lt;" + source[cut + 1 :]
