"""The parser's events for rendering, and in them what the parser does not know.

Callouts and Obsidian's task states are plain text to it. Where they are found, their marks are
taken out of the events, so that whoever writes the HTML meets them nowhere else.
"""

from __future__ import annotations

import re
from typing import Any

from services.markdown.parser import CALLOUT, CUSTOM_STATE, PARSER
from services.text.line_ends import LINE_END

CUSTOM_STATES = {b"/": "doing", b"-": "na"}
CONTAINERS = frozenset({"BlockQuote", "List", "FootnoteDefinition"})
SPANS = ("Emphasis", "Strong", "Strikethrough", "Link", "Image")


class Events:
    """A text's events: `list` holds pairs of an event and its range in bytes."""

    def __init__(self, text: str) -> None:
        self.data = text.encode()
        self.list: list[tuple[Any, Any]] = list(PARSER.events_with_range(text))

    def highest_heading(self) -> int:
        """The level of the highest heading outside lists and quotes, or else of any; 2 if none."""
        outside, inside, container_end = 7, 7, 0
        for event, span in self.list:
            value = None if isinstance(event, str) else event.get("Start")
            if not isinstance(value, dict):
                continue
            if "Heading" in value:
                level = int(value["Heading"]["level"][1])
                if span["start"] < container_end:
                    inside = min(inside, level)
                else:
                    outside = min(outside, level)
            elif not CONTAINERS.isdisjoint(value):
                container_end = max(container_end, span["end"])
        highest = outside if outside < 7 else inside
        return highest if highest < 7 else 2

    def callout(self, index: int) -> re.Match[bytes] | None:
        """Is the quote that begins at `index` a callout? What marks it as one is taken out."""
        first, span = self.list[index + 1]
        if first != {"Start": "Paragraph"}:
            return None
        found = CALLOUT.match(self.data, span["start"])
        if found:
            self._cut(index + 2, found.start(3))
        return found

    def task_state(self, index: int) -> str:
        """The state of the list item that begins at `index`, blank where it is no task.

        A custom mark becomes an event like that of a common one, with the state as its value; a
        box without words becomes text.
        """
        index += 1
        if self.list[index][0] == {"Start": "Paragraph"}:
            index += 1
        event, span = self.list[index]
        if not isinstance(event, dict):
            return ""
        if "TaskListMarker" in event:
            if self._has_words(index + 1, span["end"]):
                return "done" if event["TaskListMarker"] else "open"
            box = self.data[span["start"] : span["end"]].decode()
            self.list[index] = ({"Text": box}, span)
            return ""
        start = span["start"]
        if event.get("Text") != "[" or self.data[start - 1 : start] == b"\\":
            return ""
        found = CUSTOM_STATE.match(self.data, start)
        if not found or not self._has_words(index + 3, found.end(1) + 1):
            return ""
        state = CUSTOM_STATES[found[1]]
        self.list[index] = ({"TaskListMarker": state}, span)
        self._cut(index + 1, found.end())
        return state

    def _has_words(self, index: int, end: int) -> bool:
        """Does a paragraph go on at `index`, on the line of its box that ends at `end`?"""
        event, span = self.list[index]
        if isinstance(event, str) or LINE_END.search(self.data, end, span["start"]):
            return False
        name, value = next(iter(event.items()))
        if name == "Start":
            return (value if isinstance(value, str) else next(iter(value))) in SPANS
        return bool(name != "End")

    def _cut(self, index: int, offset: int) -> None:
        """Empty the events of a paragraph, from `index` on, that begin before an offset."""
        while True:
            event, span = self.list[index]
            if isinstance(event, str) or event in ({"End": "Paragraph"}, {"End": "Item"}):
                return
            if span["start"] < offset:
                text = event.get("Text", "")
                before = self.data[span["start"] : offset].decode(errors="replace")
                rest = text[len(before) :] if text.startswith(before) else ""
                self.list[index] = ({"Text": rest}, span)
            index += 1
