"""The context of a block while notes are read: its list, quote and section."""

from __future__ import annotations

from dataclasses import dataclass

from services.markdown.read.blocks import Block, Line
from services.text.line_ends import line_start

LIST_TITLE_LENGTH = 200


@dataclass(slots=True)
class Context:
    """A block whose children are being read, and how many of them were (`index`).

    `plain_questions` means that a line that ends in a question mark is a question in it.
    """

    block: Block
    plain_questions: bool
    quoted: bool = False
    depth: int = 0
    list_title: str = ""
    index: int = 0

    def child_below(self) -> Block | None:
        """Return the child to read next."""
        children = self.block.children
        return children[self.index] if self.index < len(children) else None

    def child_above(self) -> Block | None:
        """Return the child above the one that is being read."""
        return self.block.children[self.index - 2] if self.index > 1 else None

    def is_in_callout(self, line: Line) -> bool:
        """Is a line in a callout that is being read, rather than in a paragraph?"""
        child = self.block.children[self.index - 1]
        return child.kind == "Callout" and child.start <= line.start < child.end

    def enter(self, block: Block) -> Context:
        """Return the context of a child's own children."""
        quoted = self.quoted or block.kind in ("BlockQuote", "Callout", "FootnoteDefinition")
        depth = self.depth + (block.kind == "Item")
        return Context(block, self.plain_questions, quoted, depth, self.list_title)


def title_above(context: Context) -> str:
    """Return a list's title: the last line of the paragraph, or the heading, right above it."""
    above = context.child_above()
    if above is None or not above.lines or above.kind not in ("Paragraph", "Heading"):
        return ""
    words = above.plain if above.kind == "Heading" else above.lines[-1].plain
    return " ".join(words.replace("\0", "").split())[:LIST_TITLE_LENGTH]


def has_tasks(block: Block) -> bool:
    return block.kind == "List" and any(item.marker >= 0 for item in block.children)


def line_prefix(data: bytes, offset: int) -> str:
    """Return what is before an offset on its line: quote marks, list markers, indentation."""
    return data[line_start(data, offset) : offset].decode(errors="replace")
