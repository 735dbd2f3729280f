"""The parser's events written as HTML, in one pass; whatever the notes hold is in it still."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from services.markdown.render.callouts import Callout
from services.markdown.render.events import SPANS, Events
from services.markdown.render.highlight import highlighted
from services.markdown.render.links import Anchors, Picture, Size, link_tags, linked
from services.markdown.render.placeholders import Heading, Placed
from services.markdown.render.raw_html import RawHtml
from services.markdown.render.tables import Footnotes, Table

# Browsers and style sheets cope with this much nesting; what is deeper is drawn flat.
MAX_DEPTH = 60
NESTING = frozenset({"BlockQuote", "List", "Item", "Emphasis", "Strong", "Strikethrough"})
# Letters of Hebrew, Arabic and their kin. Notes that have any let lists and tasks follow them.
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff]")
TAGS = {
    "Paragraph": ("<p>", "</p>\n"),
    "Item": ("<li>", "</li>\n"),
    "Emphasis": ("<em>", "</em>"),
    "Strong": ("<strong>", "</strong>"),
    "Strikethrough": ("<del>", "</del>"),
}


class Writer:
    """Writes the HTML of one text; not to be shown before it was sanitised."""

    def __init__(
        self,
        text: str,
        links: Mapping[str, str],
        pictures: Mapping[str, str],
        placed: Placed,
        sizes: Mapping[str, Size],
    ) -> None:
        self.events = Events(text)
        self.placed = placed
        right_to_left = not text.isascii() and RIGHT_TO_LEFT.search(text)
        self.direction = ' dir="auto"' if right_to_left else ""
        self.shift = 2 - self.events.highest_heading()
        self.links = links
        self.pictures = pictures
        self.sizes = sizes
        self.headings: list[Heading] = []
        self.anchors = Anchors()
        self.footnotes = Footnotes()
        self.raw = RawHtml()
        self.table = Table(())
        self.out: list[str] = []
        # What is written apart: the pieces before it, and its level, language or label.
        self.outer: list[tuple[list[str], str]] = []
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
        index, events = 0, self.events.list
        while index < len(events):
            event = events[index][0]
            if isinstance(event, str):
                self.void(event)
            else:
                name, value = next(iter(event.items()))
                if name == "Text":
                    index = self.text(index, value)
                elif name == "Start":
                    if isinstance(value, str):
                        self.start(value, None, index)
                    else:
                        kind, detail = next(iter(value.items()))
                        self.start(kind, detail, index)
                elif name == "End":
                    self.end(value if isinstance(value, str) else next(iter(value)))
                else:
                    self.leaf(name, value)
            index += 1

    # -- words ---------------------------------------------------------------------------------

    def text(self, index: int, value: str) -> int:
        """Write a run of text events as one; returns the index of the last."""
        if self.code is not None:
            self.code.append(value)
            return index
        pieces, events = [value], self.events.list
        while index + 1 < len(events):
            event = events[index + 1][0]
            if not isinstance(event, dict) or "Text" not in event:
                break
            pieces.append(event["Text"])
            index += 1
        text = "".join(pieces)
        if self.picture is not None:
            self.picture.words.append(text)
            return index
        if self.words is not None:
            self.words.append(text)
        no_link = self.link_depth or self.raw.in_link
        self.out.append(escape(text, quote=False) if no_link else linked(text))
        return index

    def void(self, event: str) -> None:
        if event == "Rule":
            self.out.append(self.placed.words_end() + "<hr>\n")
        elif self.picture is not None:
            self.picture.words.append(" ")
        elif self.callout is not None:
            self.end_callout_title()
            self.out.append("<p>")
        else:
            if self.words is not None:
                self.words.append(" ")
            self.out.append("<br>\n" if event == "HardBreak" else "\n")

    def leaf(self, name: str, value: Any) -> None:
        if name == "TaskListMarker":
            state = value if isinstance(value, str) else ("done" if value else "open")
            self.out.append(self.placed.box(state))
        elif self.picture is not None:
            if name == "Code":
                self.picture.words.append(value)
        elif name == "Code":
            if self.words is not None:
                self.words.append(value)
            self.out.append(f"<code>{escape(value, quote=False)}</code>")
        elif name == "InlineHtml":
            self.out.append(self.raw.html(value))
        elif name == "Html":
            self.out.append(value)
        elif name == "FootnoteReference":
            self.out.append(self.footnotes.reference(value))

    # -- blocks and spans ----------------------------------------------------------------------

    def start(self, kind: str, detail: Any, index: int) -> None:
        if self.picture is not None:
            # Of what describes a picture, only the words count.
            self.picture.depth += kind == "Image"
            return
        if self.placed.after and kind not in SPANS:
            self.out.append(self.placed.words_end())
        if kind in NESTING:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                return
        if kind == "Item":
            state = self.events.task_state(index)
            task = f'<li class="task task-{state}"{self.direction}>'
            self.out.append(task if state else "<li>")
        elif kind in TAGS:
            if self.callout is None or kind != "Paragraph":
                self.out.append(TAGS[kind][0])
        elif kind == "Link":
            self.link_depth += 1
            missing = self.placed.controls.missing
            opening, closing = link_tags(detail, self.links, self.pictures, missing)
            self.out.append(opening)
            self.closers.append(closing)
        elif kind == "Image":
            self.picture = Picture(detail)
        elif kind == "BlockQuote":
            self.quote(index)
        elif kind == "List":
            first = f' start="{detail}"' if detail not in (None, 1) else ""
            name = "ul" if detail is None else "ol"
            self.out.append(f"<{name}{first}{self.direction}>\n")
            self.closers.append(f"</{name}>\n")
        elif kind.startswith("Table"):
            if kind == "Table":
                self.table = Table(detail)
            self.out.append(self.table.start(kind))
        else:
            self.start_apart(kind, detail)

    def start_apart(self, kind: str, detail: Any) -> None:
        """A heading, code, HTML or a footnote: it can be written when all of it is known."""
        if kind == "Heading":
            self.outer.append((self.out, str(detail["level"][1])))
            self.words = []
        elif kind == "CodeBlock":
            self.outer.append((self.out, detail["Fenced"] if isinstance(detail, dict) else ""))
            self.code = []
        elif kind == "HtmlBlock":
            self.outer.append((self.out, ""))
        else:
            self.outer.append((self.out, detail))
        self.out = []

    def end(self, kind: str) -> None:
        if self.picture is not None:
            self.picture.depth -= kind == "Image"
            if not self.picture.depth:
                self.end_picture(self.picture)
            return
        if self.placed.after and kind in ("Paragraph", "Item"):
            self.out.append(self.placed.words_end())
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
            self.end_apart(kind)

    def end_apart(self, kind: str) -> None:
        inner = "".join(self.out)
        self.out, what = self.outer.pop()
        if kind == "Heading":
            self.heading(inner, int(what))
        elif kind == "CodeBlock":
            self.out.append(highlighted("".join(self.code or []), what))
            self.code = None
        elif kind == "HtmlBlock":
            self.out.append(self.raw.html(inner))
            self.raw.in_link = False
        else:
            self.footnotes.define(what, inner)

    def heading(self, inner: str, level: int) -> None:
        words, self.words = " ".join("".join(self.words or []).split()), None
        name = self.anchors.give(words)
        level = max(2, min(level + self.shift, 6))
        html = f'<h{level} id="{escape(name)}">{inner}</h{level}>\n'
        if not self.depth and not self.outer:
            heading = Heading(level, words, name)
            self.headings.append(heading)
            if beside := self.placed.controls.heading:
                row = self.placed.keep('<div class="heading-row" dir="auto">')
                html = row + html + self.placed.keep(beside(heading) + "</div>")
        self.out.append(html)

    def end_picture(self, picture: Picture) -> None:
        self.picture = None
        if self.words is not None:
            self.words.append(picture.alt)
        in_link = bool(self.link_depth) or self.raw.in_link
        self.out.append(picture.html(self.links, self.pictures, self.sizes, linked=in_link))

    def quote(self, index: int) -> None:
        """A quote, or a callout where its first line says so."""
        found = self.events.callout(index)
        if not found:
            self.out.append("<blockquote>\n")
            self.closers.append("</blockquote>\n")
            return
        self.callout = Callout(found)
        self.out.append(self.callout.opening)
        self.closers.append(self.callout.closing)
        self.title_start = len(self.out)

    def end_callout_title(self) -> None:
        if self.callout is None:
            return
        if not "".join(self.out[self.title_start :]).strip():
            self.out.append(self.callout.name)
        self.out.append(self.callout.title_end)
        self.callout = None
