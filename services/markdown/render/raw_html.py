"""Prepares HTML that an author wrote between the Markdown for the sanitiser.

An open tag could hide or slow down all that follows on the page, and unknown tags would be lost.
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
# Browsers and the sanitiser treat the content of these as no text of the page.
SWALLOWING = frozenset(
    "iframe math noembed noframes noscript object plaintext script style svg template textarea "
    "title xmp".split()
)
# Tags that the sanitiser removes while the text inside stays. Other names are no HTML: `<bucket>`
# and `<path>` are placeholders in the author's text.
DROPPED = frozenset(
    "acronym address applet area article aside audio base basefont big blink body button canvas "
    "data datalist dialog dir embed fieldset font footer form frame frameset head header hgroup "
    "html label legend link main map marquee menu meta meter nav nobr optgroup option output param "
    "progress rb rtc search select slot source time track video".split()
)
HTML = TAGS | SWALLOWING | DROPPED
# Parsing HTML takes time with the square of the depth, and repeats an open <b> in each paragraph.
MAX_OPEN = 100


class RawHtml:
    """Returns HTML as it is, except for unclosed or unknown tags, which are shown as text."""

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.depth = 0
        # Inside <a href=…> no other link may begin.
        self.in_link = False

    def html(self, source: str) -> str:
        """Return a block or an inline tag ready for the sanitiser."""
        source = TAG.sub(_escape_unknown, source)
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
        return _close(source)


def _escape_unknown(found: re.Match[str]) -> str:
    return found[0] if found[2].lower() in HTML else "&lt;" + found[0][1:]


def _swallows(tags: list[tuple[str, str]]) -> bool:
    count = Counter(tag for tag in tags if tag[1] in SWALLOWING)
    return any(count["", name] > count["/", name] for _, name in count)


def _close(source: str) -> str:
    """End a block's last comment, and escape its last tag if it has no end."""
    if source.rfind("<!--") > source.rfind("-->"):
        return source + "-->"
    cut = source.rfind("<")
    return source if cut <= source.rfind(">") else source[:cut] + "&lt;" + source[cut + 1 :]
