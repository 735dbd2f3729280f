"""Where a block stands while notes are read: in which list, quote and section."""

from __future__ import annotations

from services.markdown.parser import Block, Line
from services.text.line_ends import line_start

LIST_TITLE_LENGTH = 200


class Place:
    """A block whose children are being read: where it stands, and how far one is."""

    __slots__ = ("asks", "block", "depth", "index", "list_title", "quoted")

    def __init__(self, block: Block, *, asks: bool) -> None:
        self.block = block
        self.index = 0
        self.asks = asks
        self.quoted = False
        self.depth = 0
        self.list_title = ""

    def next_child(self) -> Block | None:
        children = self.block.children
        if self.index >= len(children):
            return None
        self.index += 1
        return children[self.index - 1]

    def peek(self) -> Block | None:
        """The block below the one that was given last."""
        children = self.block.children
        return children[self.index] if self.index < len(children) else None

    def above(self) -> Block | None:
        """The block above the one that was given last."""
        return self.block.children[self.index - 2] if self.index > 1 else None

    def next_is_own_callout(self, line: Line) -> bool:
        """Does a line belong to the callout that was given last, not to a paragraph?"""
        child = self.block.children[self.index - 1]
        return child.kind == "Callout" and child.start <= line.start < child.end

    def enter(self, block: Block) -> Place:
        inner = Place(block, asks=self.asks)
        inner.quoted = self.quoted or block.kind in ("BlockQuote", "Callout", "FootnoteDefinition")
        inner.depth = self.depth + (block.kind == "Item")
        inner.list_title = self.list_title
        return inner


def title_above(place: Place) -> str:
    """A list's title: the last line of the paragraph, or the heading, right above it."""
    above = place.above()
    if above is None or not above.lines or above.kind not in ("Paragraph", "Heading"):
        return ""
    words = above.plain if above.kind == "Heading" else above.lines[-1].plain
    return " ".join(words.replace("\0", "").split())[:LIST_TITLE_LENGTH]


def has_tasks(block: Block) -> bool:
    return block.kind == "List" and any(item.marker >= 0 for item in block.children)


def line_prefix(data: bytes, offset: int) -> str:
    """What stands before an offset on its line: quote marks, list markers, indentation."""
    return data[line_start(data, offset) : offset].decode(errors="replace")
