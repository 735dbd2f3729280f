"""Notes into safe HTML: the only place that makes HTML out of text.

CommonMark with tables, footnotes, strikethrough, task lists, callouts (GitHub's and Obsidian's),
wiki-links and bare links. What leaves here has been through the sanitiser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import quote

from services.markdown.code import highlighted
from services.markdown.notes import local_target
from services.markdown.parser import CALLOUT, CUSTOM_STATE, PARSER
from services.markdown.sanitise import sanitise

# GFM "extended autolinks": a bare address ends before its trailing punctuation.
BARE_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"`]*[^\s<>\"`?!.,:;*_~'’”)\]]")
STATE_LABELS = {"open": "To do", "doing": "In progress", "done": "Done", "na": "Not applicable"}
CUSTOM_STATES = {"/": "doing", "-": "na"}
CALLOUT_KINDS = {
    **dict.fromkeys(("note", "info", "abstract", "summary", "tldr", "quote", "cite"), "note"),
    **dict.fromkeys(("tip", "hint", "success", "check", "done", "answer"), "tip"),
    **dict.fromkeys(("important", "example", "todo"), "important"),
    **dict.fromkeys(("warning", "caution", "attention"), "warning"),
    **dict.fromkeys(("danger", "error", "failure", "fail", "missing", "bug"), "danger"),
    **dict.fromkeys(("question", "faq", "help"), "question"),
}
# Browsers and style sheets cope with this much nesting; deeper containers are drawn flat.
MAX_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as rendered: its level on the page (2 is the highest), words and anchor."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """Safe HTML, and the headings in it."""

    html: str
    headings: list[Heading] = field(default_factory=list)


def anchor(text: str) -> str:
    """A heading's anchor as GitHub makes it: lower case, punctuation gone, spaces to hyphens."""
    slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
    # Names that begin with kb- belong to the page around the notes.
    return f"section-{slug}" if slug.startswith("kb-") else slug or "section"


def render(
    text: str,
    links: Mapping[str, str] | None = None,
    pictures: Mapping[str, str] | None = None,
) -> Rendered:
    """Render notes.

    `links` gives the address of each page that the notes refer to, `pictures` that of each file
    they show, by the target as `notes.targets` yields it. A target that is in neither is shown
    as leading nowhere yet.
    """
    renderer = _Renderer(text, links or {}, pictures or {})
    renderer.run()
    return Rendered(sanitise(renderer.html()), renderer.headings)


@lru_cache(maxsize=4096)
def render_inline(text: str) -> str:
    """One line of notes (a task, a question) as safe HTML without block elements or own links."""
    html = render(text.strip()).html.strip()
    found = re.fullmatch(r"<p>(.*)</p>", html, re.DOTALL)
    return found[1] if found and "<p>" not in found[1] else escape(text)


SIMPLE = {
    "Paragraph": ("<p>", "</p>\n"),
    "Item": ("<li>", "</li>\n"),
    "Emphasis": ("<em>", "</em>"),
    "Strong": ("<strong>", "</strong>"),
    "Strikethrough": ("<del>", "</del>"),
    "TableRow": ("<tr>", "</tr>\n"),
    "HtmlBlock": ("", ""),
}


class _Renderer:
    """Turns the parser's events into HTML, one pass, looking ahead only at a quote's first line."""

    def __init__(self, text: str, links: Mapping[str, str], pictures: Mapping[str, str]) -> None:
        self.data = text.encode()
        self.links = links
        self.pictures = pictures
        self.events = list(PARSER.events_with_range(text))
        self.out: list[str] = []
        self.outer: list[tuple[list[str], str]] = []
        self.closers: list[str] = []
        self.headings: list[Heading] = []
        self.anchors: dict[str, int] = {}
        self.footnotes: dict[str, str] = {}
        self.noted: dict[str, int] = {}
        self.defined, highest = self.look_ahead()
        self.shift = 2 - highest
        self.words: list[str] | None = None
        self.code: list[str] | None = None
        self.link_depth = 0
        self.image: list[str] | None = None
        self.picture = ("", "")
        self.image_title, self.image_depth = "", 0
        self.aligned: tuple[str, ...] = ()
        self.column = 0
        self.cell = "td"
        self.depth = 0
        self.skip_to = -1
        self.item_start = -1

    def look_ahead(self) -> tuple[set[str], int]:
        """The footnotes that are defined anywhere, and the highest heading's level."""
        defined, highest = set(), 6
        for event, _ in self.events:
            start = event.get("Start") if isinstance(event, dict) else None
            if isinstance(start, dict):
                kind, detail = next(iter(start.items()))
                if kind == "FootnoteDefinition":
                    defined.add(detail)
                elif kind == "Heading":
                    highest = min(highest, int(detail["level"][1]))
        return defined, highest

    def html(self) -> str:
        return "".join(self.out) + self.footnote_list()

    def run(self) -> None:
        index = 0
        while index < len(self.events):
            event, span = self.events[index]
            if isinstance(event, str):
                self.void(event)
            else:
                name, value = next(iter(event.items()))
                if name == "Text":
                    index = self.text(index, value, span["start"])
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

    # -- text ----------------------------------------------------------------------------------

    def text(self, index: int, value: str, start: int) -> int:
        """Write a run of text events as one; returns the index of the last."""
        if self.code is not None:
            self.code.append(value)
            return index
        pieces = [value]
        while index + 1 < len(self.events):
            event = self.events[index + 1][0]
            if not isinstance(event, dict) or "Text" not in event:
                break
            pieces.append(event["Text"])
            index += 1
        text = "".join(pieces)
        if self.item_start >= 0:
            text = self.custom_task(text, start)
        if start < self.skip_to:
            cut = self.data[start : self.skip_to].decode()
            text = text[len(cut) :] if text.startswith(cut) else ""
        self.write_text(text)
        return index

    def write_text(self, text: str) -> None:
        if self.image is not None:
            self.image.append(text)
            return
        if self.words is not None:
            self.words.append(text)
        if self.link_depth or ("://" not in text and "www." not in text):
            self.out.append(escape(text, quote=False))
            return
        done = 0
        for found in BARE_LINK.finditer(text):
            href = found[0] if "://" in found[0] else f"http://{found[0]}"
            self.out.append(escape(text[done : found.start()], quote=False))
            self.out.append(f'<a href="{escape(href)}">{escape(found[0], quote=False)}</a>')
            done = found.end()
        self.out.append(escape(text[done:], quote=False))

    def custom_task(self, text: str, start: int) -> str:
        """Obsidian's `[/]` and `[-]` at the beginning of a list item."""
        begin, self.item_start = self.item_start, -1
        if found := CUSTOM_STATE.match(self.data, start):
            if self.data[start - 1 : start] != b"\\" and begin >= 0:
                self.task(CUSTOM_STATES[found[1].decode()])
                return text[3:].lstrip()
        return text

    def task(self, state: str) -> None:
        """A task's box, in the list item that was opened last."""
        for place in range(len(self.out) - 1, -1, -1):
            if self.out[place] == "<li>":
                self.out[place] = f'<li class="task task-{state}">'
                break
        label = STATE_LABELS[state]
        checked = " checked" if state == "done" else ""
        self.out.append(f'<input type="checkbox" disabled{checked} aria-label="{label}"> ')

    # -- events without content ----------------------------------------------------------------

    def void(self, event: str) -> None:
        if self.image is not None:
            self.image.append(" ")
        elif event == "Rule":
            self.out.append("<hr>\n")
        else:
            if self.words is not None:
                self.words.append(" ")
            self.out.append("<br>\n" if event == "HardBreak" else "\n")

    def leaf(self, name: str, value: Any) -> None:
        if name == "TaskListMarker":
            self.item_start = -1
            self.task("done" if value else "open")
        elif name == "Code":
            self.item_start = -1
            if self.image is not None:
                self.image.append(value)
                return
            if self.words is not None:
                self.words.append(value)
            self.out.append(f"<code>{escape(value, quote=False)}</code>")
        elif name in ("Html", "InlineHtml"):
            self.out.append(value)
        elif name == "FootnoteReference":
            self.footnote_reference(value)

    # -- blocks and spans ----------------------------------------------------------------------

    def start(self, kind: str, detail: Any, index: int) -> None:
        if kind not in ("Paragraph", "Item"):
            self.item_start = -1
        if kind in ("BlockQuote", "List", "Item"):
            self.depth += 1
            if self.depth > MAX_DEPTH:
                return
        if kind == "Item":
            self.item_start = self.events[index][1]["start"]
        if kind in SIMPLE:
            self.column = 0
            self.out.append(SIMPLE[kind][0])
        elif kind == "Heading":
            self.outer.append((self.out, str(detail["level"][1])))
            self.out, self.words = [], []
        elif kind == "BlockQuote":
            self.quote(index)
        elif kind == "List":
            first = f' start="{detail}"' if detail not in (None, 1) else ""
            self.out.append("<ul>\n" if detail is None else f"<ol{first}>\n")
            self.closers.append("</ul>\n" if detail is None else "</ol>\n")
        elif kind == "CodeBlock":
            info = detail["Fenced"] if isinstance(detail, dict) else ""
            self.outer.append((self.out, info))
            self.code = []
        elif kind == "Link":
            self.link(detail, index)
        elif kind == "Image":
            self.start_image(detail)
        elif kind == "FootnoteDefinition":
            self.outer.append((self.out, detail))
            self.out = []
        else:
            self.start_table(kind, detail)

    def end(self, kind: str) -> None:
        self.item_start = -1
        if kind in ("BlockQuote", "List", "Item"):
            self.depth -= 1
            if self.depth >= MAX_DEPTH:
                return
        if kind in SIMPLE:
            self.out.append(SIMPLE[kind][1])
        elif kind == "Heading":
            self.end_heading()
        elif kind in ("BlockQuote", "List"):
            self.out.append(self.closers.pop())
        elif kind == "CodeBlock":
            self.out, info = self.outer.pop()
            self.out.append(highlighted("".join(self.code or []), info))
            self.code = None
        elif kind == "Link":
            if self.image is None:
                self.link_depth -= 1
                self.out.append(self.closers.pop())
        elif kind == "Image":
            self.end_image()
        elif kind == "FootnoteDefinition":
            inner = "".join(self.out)
            self.out, label = self.outer.pop()
            self.footnotes.setdefault(label, inner)
        else:
            self.end_table(kind)

    def end_heading(self) -> None:
        inner = "".join(self.out)
        self.out, level = self.outer.pop()
        words = " ".join("".join(self.words or []).split())
        self.words = None
        name = anchor(words)
        used = self.anchors[name] = self.anchors.get(name, -1) + 1
        name = f"{name}-{used}" if used else name
        level = min(int(level) + self.shift, 6)
        if not self.depth and not self.outer:
            self.headings.append(Heading(level, words, name))
        self.out.append(f'<h{level} id="{escape(name)}">{inner}</h{level}>\n')

    def quote(self, index: int) -> None:
        """A quote, or a callout where its first line says so."""
        span = self.events[index][1]
        follows = self.events[index + 1] if index + 1 < len(self.events) else None
        found = None
        if follows and follows[0] == {"Start": "Paragraph"}:
            first = follows[1]["start"]
            if self.data[first - 1 : first] != b"\\":
                found = CALLOUT.match(self.data, first, span["end"])
        if not found:
            self.out.append("<blockquote>\n")
            self.closers.append("</blockquote>\n")
            return
        word, fold = found[1].decode().lower(), found[2].decode()
        kind = CALLOUT_KINDS.get(word, "note")
        inner, outer = ("summary", "details") if fold else ("p", "div")
        is_open = " open" if fold == "+" else ""
        self.out.append(f'<{outer} class="callout callout-{kind}"{is_open}>\n')
        self.out.append(f'<{inner} class="callout-title">')
        self.closers.append(f"</{outer}>\n")
        title = self.callout_title(index + 2, found.start(3), found.end(3))
        self.out.append(f"{title or word.replace('-', ' ').capitalize()}</{inner}>\n")
        self.skip_to = found.end(3)

    def callout_title(self, index: int, start: int, end: int) -> str:
        """A callout's title as inline HTML; the events it is made of are used up."""
        source = self.data[start:end].decode().strip()
        stop = index
        while stop < len(self.events):
            event, span = self.events[stop]
            if event in ("SoftBreak", "HardBreak") or event == {"End": "Paragraph"}:
                break
            if span["start"] >= end:
                break
            stop += 1
        # What comes next is the rest of the paragraph; an empty one leaves no trace.
        rest = stop + (
            stop < len(self.events) and self.events[stop][0] in ("SoftBreak", "HardBreak")
        )
        if self.events[rest][0] == {"End": "Paragraph"}:
            del self.events[index - 1 : rest + 1]
        else:
            del self.events[index:rest]
        if not source:
            return ""
        inner = _Renderer(source, self.links, self.pictures)
        inner.run()
        found = re.fullmatch(r"<p>(.*)</p>\n", "".join(inner.out), re.DOTALL)
        return found[1] if found else escape(source, quote=False)

    # -- links and pictures --------------------------------------------------------------------

    def link(self, detail: Mapping[str, Any], index: int) -> None:
        if self.image is not None:
            return
        self.link_depth += 1
        dest, wiki = detail["dest_url"], isinstance(detail["link_type"], dict)
        href: str | None = None
        target = local_target(dest, wiki=wiki)
        fragment = dest.partition("#")[2]
        if detail["link_type"] == "Email":
            href = f"mailto:{dest}"
        elif target:
            href = self.links.get(target, self.pictures.get(target))
            if href and fragment and not fragment.startswith("^"):
                href += "#" + (anchor(fragment.rpartition("#")[2]) if wiki else fragment)
        elif wiki:
            href = "#" + anchor(fragment.rpartition("#")[2])
        else:
            href = dest
        if href is None:
            self.out.append('<span class="missing" title="No page has this name yet">')
            self.closers.append("</span>")
            return
        title = f' title="{escape(detail["title"])}"' if detail["title"] else ""
        self.out.append(f'<a href="{_address(href)}"{title}>')
        self.closers.append("</a>")

    def start_image(self, detail: Mapping[str, Any]) -> None:
        if self.image is None:
            self.image = []
            wiki = isinstance(detail["link_type"], dict)
            target = local_target(detail["dest_url"], wiki=wiki)
            self.picture = (detail["dest_url"], target) if not target else ("", target)
            self.image_title = detail["title"]
            self.image_depth = 1
        else:
            self.image_depth += 1

    def end_image(self) -> None:
        self.image_depth -= 1
        if self.image_depth or self.image is None:
            return
        alt, self.image = "".join(self.image), None
        src, target = self.picture
        src = self.pictures.get(target, src)
        if self.words is not None:
            self.words.append(alt)
        width = ""
        if target and (size := re.fullmatch(r"(\d{1,4})(?:x\d{1,4})?", alt)):
            alt, width = target, f' width="{size[1]}"'
        if src:
            title = f' title="{escape(self.image_title)}"' if self.image_title else ""
            self.out.append(
                f'<img src="{_address(src)}" alt="{escape(alt)}"{title}{width} loading="lazy">'
            )
        elif target in self.links and not self.link_depth:
            self.out.append(
                f'<a href="{_address(self.links[target])}">{escape(alt or target, quote=False)}</a>'
            )
        else:
            label = escape(alt or target, quote=False)
            self.out.append(f'<span class="missing" title="This file is not here">{label}</span>')

    # -- tables and footnotes ------------------------------------------------------------------

    def start_table(self, kind: str, detail: Any) -> None:
        if kind == "Table":
            self.aligned = detail
            self.out.append('<div class="table" role="group" aria-label="Table" tabindex="0">')
            self.out.append("<table>\n")
        elif kind == "TableHead":
            self.cell, self.column = "th", 0
            self.out.append("<thead>\n<tr>")
        elif kind == "TableCell":
            align = self.aligned[self.column] if self.column < len(self.aligned) else "None"
            css = f' class="align-{align.lower()}"' if align != "None" else ""
            self.column += 1
            self.out.append(f"<{self.cell}{css}>")

    def end_table(self, kind: str) -> None:
        if kind == "Table":
            self.out.append("</tbody>\n</table></div>\n")
        elif kind == "TableHead":
            self.cell, self.column = "td", 0
            self.out.append("</tr>\n</thead>\n<tbody>\n")
        elif kind == "TableCell":
            self.out.append(f"</{self.cell}>")

    def footnote_reference(self, label: str) -> None:
        if label not in self.defined:
            self.write_text(f"[^{label}]")
            return
        known = label in self.noted
        number = self.noted.setdefault(label, len(self.noted) + 1)
        anchor_id = "" if known else f' id="fnref-{number}"'
        self.out.append(f'<sup><a href="#fn-{number}"{anchor_id}>{number}</a></sup>')

    def footnote_list(self) -> str:
        """The footnotes that the text refers to, in the order of their numbers."""
        if not self.noted:
            return ""
        notes = []
        for label, number in self.noted.items():
            back = f' <a href="#fnref-{number}" aria-label="Back to the text">↩</a>'
            inner = self.footnotes.get(label, "").rstrip()
            inner = f"{inner[:-4]}{back}</p>" if inner.endswith("</p>") else inner + back
            notes.append(f'<li id="fn-{number}">{inner}</li>\n')
        return f'<section class="footnotes"><ol>\n{"".join(notes)}</ol></section>\n'


def _address(url: str) -> str:
    """An address fit for an attribute: what no address may hold is percent-encoded."""
    return escape(quote(url, safe="!#$%&'()*+,-./:;=?@[]_~"))
