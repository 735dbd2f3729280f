"""The one Markdown parser, for reading and rendering, and its events.

All offsets are byte offsets into the UTF-8 text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyromark
from pyromark import Options

from services.text.line_ends import LINE_END

if TYPE_CHECKING:
    from pyromark.event import _Tag

# GFM's quote alerts stay off: our own callouts include Obsidian's. Metadata blocks stay off too,
# since pulldown-cmark finds them in the middle of a text; front matter is cut off before.
PARSER = pyromark.Markdown(
    options=Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_WIKILINKS
)

CALLOUT = re.compile(rb"\[!([A-Za-z][A-Za-z0-9_-]*)\]([+-]?)[ \t]*")
CUSTOM_STATE = re.compile(rb"\[([/-])\](?=[ \t\r\n]|$)[ \t]*")
CUSTOM_STATES = {b"/": "doing", b"-": "na"}

CONTAINERS = frozenset({"BlockQuote", "List", "Item", "FootnoteDefinition"})
LEAVES = frozenset({"Paragraph", "Heading"})
SPANS = frozenset({"Emphasis", "Strong", "Strikethrough", "Link", "Image"})
# Blocks whose text is not prose: code, HTML, tables.
OPAQUE = frozenset({"CodeBlock", "HtmlBlock", "Table", "MetadataBlock"})


@dataclass(frozen=True, slots=True)
class Link:
    """A link or an embedded file; `kind` is pulldown-cmark's name ("Inline", "Email", …)."""

    dest: str
    title: str
    kind: str
    embed: bool

    @property
    def wiki(self) -> bool:
        return self.kind == "WikiLink"


@dataclass(slots=True)
class Event:
    """An event of the parser, with callouts and Obsidian's task states marked.

    `kind` is "Start" or "End", of the block or span that `tag` names, or the name of a leaf
    ("Text", "Code", "SoftBreak", …). `text` is a leaf's text, a code block's info string, a
    footnote's label, a task's state (of its item and of its marker), or a quote's type if it is a
    callout; `fold` is the `+` or `-` after it. `number` is a heading's level, or the first
    number of a numbered list.
    """

    kind: str
    start: int
    end: int
    text: str = ""
    tag: str = ""
    number: int | None = None
    link: Link | None = None
    alignments: tuple[str, ...] = ()
    fold: str = ""


def read_events(text: str) -> list[Event]:
    """Return the events of a text without front matter. Every string is valid Markdown."""
    events: list[Event] = []
    # Where items and quotes start.
    starts: list[int] = []
    for event, span in PARSER.events_with_range(text):
        start, end = span["start"], span["end"]
        if isinstance(event, str):
            events.append(Event(event, start, end))
        elif "Text" in event:
            events.append(Event("Text", start, end, event["Text"]))
        elif "Start" in event:
            tag = event["Start"]
            if tag == "Item" or "BlockQuote" in tag:
                starts.append(len(events))
            events.append(_start_event(tag, start, end))
        elif "End" in event:
            ended = event["End"]
            name = ended if isinstance(ended, str) else next(iter(ended))
            events.append(Event("End", start, end, "", name))
        elif "TaskListMarker" in event:
            state = "done" if event["TaskListMarker"] else "open"
            events.append(Event("TaskListMarker", start, end, state))
        else:
            [(kind, value)] = event.items()
            events.append(Event(kind, start, end, str(value)))
    _mark_callouts_and_tasks(events, starts, text.encode())
    return events


def _start_event(tag: _Tag, start: int, end: int) -> Event:
    """Flatten the start of a block or span."""
    if isinstance(tag, str):
        return Event("Start", start, end, "", tag)
    event = Event("Start", start, end, "", next(iter(tag)))
    if "Heading" in tag:
        event.number = int(tag["Heading"]["level"][1])
    elif "List" in tag:
        event.number = tag["List"]
    elif "Link" in tag or "Image" in tag:
        data = tag["Link"] if "Link" in tag else tag["Image"]
        kind = data["link_type"] if isinstance(data["link_type"], str) else "WikiLink"
        event.link = Link(data["dest_url"], data["title"], kind, "Image" in tag)
    elif "CodeBlock" in tag:
        info = tag["CodeBlock"]
        event.text = "" if isinstance(info, str) else info["Fenced"]
    elif "FootnoteDefinition" in tag:
        event.text = tag["FootnoteDefinition"]
    elif "Table" in tag:
        event.alignments = tag["Table"]
    return event


def _mark_callouts_and_tasks(events: list[Event], starts: list[int], data: bytes) -> None:
    """Mark what the parser does not know: callouts, and Obsidian's `[/]` and `[-]`.

    Their marks are taken out of the text that follows.
    """
    for index in starts:
        event = events[index]
        if event.tag == "Item":
            paragraph = events[index + 1].kind == "Start" and events[index + 1].tag == "Paragraph"
            event.text = _mark_task(events, index + 1 + paragraph, data)
        elif events[index + 1].tag == "Paragraph":
            found = CALLOUT.match(data, events[index + 1].start)
            if found and events[index + 2].kind == "Text":
                event.text, event.fold = found[1].decode().lower(), found[2].decode()
                _cut_text(events, index + 2, found.end(), data)


def _mark_task(events: list[Event], index: int, data: bytes) -> str:
    """Return the state of the item whose text begins at `index`; blank if it is not a task.

    A box is a task only with words after it on its line (GFM 5.3); any other is a "Box".
    """
    event = events[index]
    if event.kind == "TaskListMarker":
        if _has_words(events[index + 1], event.end, data):
            return event.text
        event.kind, event.text = "Box", data[event.start : event.end].decode()
        return ""
    escaped = data[event.start - 1 : event.start] == b"\\"
    found = None if event.text != "[" or escaped else CUSTOM_STATE.match(data, event.start)
    if not found or not _has_words(events[index + 3], found.end(1) + 1, data):
        return ""
    event.kind, event.text = "TaskListMarker", CUSTOM_STATES[found[1]]
    _cut_text(events, index + 1, found.end(), data)
    return event.text


def _has_words(event: Event, box_end: int, data: bytes) -> bool:
    """Does an event continue the line of the box that ends at `box_end`?"""
    if event.kind == "Start" and event.tag not in SPANS:
        return False
    is_text = event.kind not in ("End", "SoftBreak", "HardBreak", "Rule")
    return is_text and not LINE_END.search(data, box_end, event.start)


def _cut_text(events: list[Event], index: int, offset: int, data: bytes) -> None:
    """Take the text before an offset out of the events from `index` on."""
    while (event := events[index]).kind == "Text" and event.start < offset:
        before = data[event.start : offset].decode(errors="replace")
        event.text = event.text[len(before) :] if event.text.startswith(before) else ""
        event.start, event.end = offset, max(event.end, offset)
        index += 1
