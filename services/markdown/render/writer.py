"""Writes the parser's events as HTML, in one pass. The result is not sanitised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from services.markdown.parser import CONTAINERS, SPANS, Event, read_events
from services.markdown.read.anchors import Anchors
from services.markdown.render.callouts import Callout
from services.markdown.render.highlight import highlight_code
from services.markdown.render.links import Picture, Size, link_addresses, link_tags
from services.markdown.render.placeholders import Heading, Placeholders
from services.markdown.render.raw_html import RawHtml
from services.markdown.render.tables import Footnotes, Table

# Browsers and style sheets cope with this much nesting; deeper blocks are written flat.
MAX_DEPTH = 60
NESTING = frozenset({"BlockQuote", "List", "Item", "Emphasis", "Strong", "Strikethrough"})
# Letters of Hebrew, Arabic and related scripts. In notes with any, lists and tasks take their
# direction from their text.
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff]")
TAGS = {
    "Paragraph": ("<p>", "</p>\n"),
    "Item": ("<li>", "</li>\n"),
    "Emphasis": ("<em>", "</em>"),
    "Strong": ("<strong>", "</strong>"),
    "Strikethrough": ("<del>", "</del>"),
}


class Writer:
    """Writes the HTML of one text, which has to be sanitised."""

    def __init__(
        self,
        text: str,
        links: Mapping[str, str],
        pictures: Mapping[str, str],
        placeholders: Placeholders,
        sizes: Mapping[str, Size],
    ) -> None:
        self.events = read_events(text)
        self.placeholders = placeholders
        right_to_left = not text.isascii() and RIGHT_TO_LEFT.search(text)
        self.direction = ' dir="auto"' if right_to_left else ""
        self.shift = 2 - _highest_heading(self.events)
        self.links = links
        self.pictures = pictures
        self.sizes = sizes
        self.headings: list[Heading] = []
        self.anchors = Anchors()
        self.footnotes = Footnotes()
        self.raw = RawHtml()
        self.table = Table(())
        self.out: list[str] = []
        # Blocks that are written at their end: the pieces before each, and its start.
        self.outer: list[tuple[list[str], Event]] = []
        self.closers: list[str] = []
        self.depth = 0
        self.link_depth = 0
        self.words: list[str] | None = None
        self.code: list[str] | None = None
        self.picture: Picture | None = None
        self.callout: Callout | None = None
        self.title_start = 0

    def html(self) -> str:
        return "".join(self.out) + self.footnotes.html()

    def run(self) -> None:
        index = 0
        while index < len(self.events):
            event = self.events[index]
            if event.kind == "Text":
                index = self.write_text(index)
            elif event.kind == "Start":
                self.start(event)
            elif event.kind == "End":
                self.end(event.tag)
            elif event.kind in ("SoftBreak", "HardBreak", "Rule"):
                self.write_break(event.kind)
            else:
                self.write_leaf(event.kind, event.text)
            index += 1

    # -- text ----------------------------------------------------------------------------------

    def write_text(self, index: int) -> int:
        """Write a run of text events as one; return the index of the last."""
        first = index
        while index + 1 < len(self.events) and self.events[index + 1].kind == "Text":
            index += 1
        text = "".join(event.text for event in self.events[first : index + 1])
        if self.code is not None:
            self.code.append(text)
        elif self.picture is not None:
            self.picture.words.append(text)
        else:
            if self.words is not None:
                self.words.append(text)
            no_link = self.link_depth or self.raw.in_link
            self.out.append(escape(text, quote=False) if no_link else link_addresses(text))
        return index

    def write_break(self, kind: str) -> None:
        if kind == "Rule":
            self.out.append(self.placeholders.end_of_words() + "<hr>\n")
        elif self.picture is not None:
            self.picture.words.append(" ")
        elif self.callout is not None:
            self.end_callout_title()
            self.out.append("<p>")
        else:
            if self.words is not None:
                self.words.append(" ")
            self.out.append("<br>\n" if kind == "HardBreak" else "\n")

    def write_leaf(self, kind: str, text: str) -> None:
        if kind == "TaskListMarker":
            self.out.append(self.placeholders.task_box(text))
        elif self.picture is not None:
            if kind == "Code":
                self.picture.words.append(text)
        elif kind == "Code":
            if self.words is not None:
                self.words.append(text)
            self.out.append(f"<code>{escape(text, quote=False)}</code>")
        elif kind == "InlineHtml":
            self.out.append(self.raw.html(text))
        elif kind in ("Html", "Box"):
            self.out.append(text)
        elif kind == "FootnoteReference":
            self.out.append(self.footnotes.reference(text))

    # -- blocks and spans ----------------------------------------------------------------------

    def start(self, event: Event) -> None:
        kind = event.tag
        if self.picture is not None:
            # Only the text of a picture's description counts.
            self.picture.depth += kind == "Image"
            return
        if self.placeholders.after and kind not in SPANS:
            self.out.append(self.placeholders.end_of_words())
        if kind in NESTING:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                return
        if kind == "Item":
            task = f'<li class="task task-{event.text}"{self.direction}>'
            self.out.append(task if event.text else "<li>")
        elif kind in TAGS:
            if self.callout is None or kind != "Paragraph":
                self.out.append(TAGS[kind][0])
        elif kind == "Link" and event.link:
            self.link_depth += 1
            missing = self.placeholders.controls.missing
            opening, closing = link_tags(event.link, self.links, self.pictures, missing)
            self.out.append(opening)
            self.closers.append(closing)
        elif kind == "Image" and event.link:
            self.picture = Picture(event.link)
        elif kind == "BlockQuote":
            self.start_quote(event)
        elif kind == "List":
            first = f' start="{event.number}"' if event.number not in (None, 1) else ""
            name = "ul" if event.number is None else "ol"
            self.out.append(f"<{name}{first}{self.direction}>\n")
            self.closers.append(f"</{name}>\n")
        elif kind.startswith("Table"):
            if kind == "Table":
                self.table = Table(event.alignments)
            self.out.append(self.table.start(kind))
        else:
            # A heading, code, HTML or a footnote: written when all of it is known.
            self.outer.append((self.out, event))
            self.out = []
            if kind == "Heading":
                self.words = []
            elif kind == "CodeBlock":
                self.code = []

    def end(self, kind: str) -> None:
        if self.picture is not None:
            self.picture.depth -= kind == "Image"
            if not self.picture.depth:
                self.end_picture(self.picture)
            return
        if self.placeholders.after and kind in ("Paragraph", "Item"):
            self.out.append(self.placeholders.end_of_words())
        if kind in NESTING:
            self.depth -= 1
            if self.depth >= MAX_DEPTH:
                return
        if kind == "Paragraph" and self.callout is not None:
            self.end_callout_title()
        elif kind in TAGS:
            self.out.append(TAGS[kind][1])
            self.raw.in_link = False
        elif kind in ("BlockQuote", "List"):
            self.out.append(self.closers.pop())
        elif kind == "Link":
            self.link_depth -= 1
            self.out.append(self.closers.pop())
        elif kind.startswith("Table"):
            self.out.append(self.table.end(kind))
        else:
            self.end_outer()

    def end_outer(self) -> None:
        """Write a heading, code, HTML or a footnote."""
        inner = "".join(self.out)
        self.out, event = self.outer.pop()
        if event.tag == "Heading":
            self.write_heading(inner, event.number or 1)
        elif event.tag == "CodeBlock":
            self.out.append(highlight_code("".join(self.code or []), event.text))
            self.code = None
        elif event.tag == "HtmlBlock":
            self.out.append(self.raw.html(inner))
            self.raw.in_link = False
        else:
            self.footnotes.define(event.text, inner)

    def write_heading(self, inner: str, level: int) -> None:
        words, self.words = " ".join("".join(self.words or []).split()), None
        name = self.anchors.assign(words)
        level = max(2, min(level + self.shift, 6))
        html = f'<h{level} id="{escape(name)}">{inner}</h{level}>\n'
        if not self.depth and not self.outer:
            heading = Heading(level, words, name)
            self.headings.append(heading)
            if control := self.placeholders.controls.heading:
                row = self.placeholders.add('<div class="heading-row" dir="auto">')
                html = row + html + self.placeholders.add(control(heading) + "</div>")
        self.out.append(html)

    def end_picture(self, picture: Picture) -> None:
        self.picture = None
        if self.words is not None:
            self.words.append(picture.alt)
        in_link = bool(self.link_depth) or self.raw.in_link
        self.out.append(picture.html(self.links, self.pictures, self.sizes, linked=in_link))

    def start_quote(self, event: Event) -> None:
        """Start a quote or a callout."""
        if not event.text:
            self.out.append("<blockquote>\n")
            self.closers.append("</blockquote>\n")
            return
        self.callout = Callout(event.text, event.fold)
        self.out.append(self.callout.opening)
        self.closers.append(self.callout.closing)
        self.title_start = len(self.out)

    def end_callout_title(self) -> None:
        if self.callout is None:
            return
        if not "".join(self.out[self.title_start :]).strip():
            self.out.append(self.callout.default_title)
        self.out.append(self.callout.title_end)
        self.callout = None


def _highest_heading(events: list[Event]) -> int:
    """Return the level of the highest heading outside lists and quotes, or else of any, or 2."""
    outside: list[int] = []
    inside: list[int] = []
    container_end = 0
    for event in events:
        if event.kind != "Start":
            continue
        if event.tag in CONTAINERS:
            container_end = max(container_end, event.end)
        elif event.tag == "Heading" and event.number:
            (inside if event.start < container_end else outside).append(event.number)
    return min(outside or inside or [2])
