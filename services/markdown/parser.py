"""The one Markdown parser, for reading as for rendering, and the tree of blocks it gives.

All offsets are byte offsets into the UTF-8 text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyromark
from pyromark import Options

from services.text.line_ends import LINE_END

# GFM's quote alerts stay off: our own callouts know Obsidian's as well. Metadata blocks stay off
# too, since pulldown-cmark finds them in the middle of a text; front matter is cut off before.
# Its own types know no way of reading a dictionary of one entry that is fast and allowed.
PARSER: Any = pyromark.Markdown(
    options=Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_WIKILINKS
)

# CommonMark 2.1: a line ends in CRLF, LF or CR, and in nothing else.
CALLOUT = re.compile(rb"\[!([A-Za-z][A-Za-z0-9_-]*)\]([+-]?)[ \t]*([^\r\n]*)")
CUSTOM_STATE = re.compile(rb"\[([/-])\](?=[ \t\r\n]|$)[ \t]*")

OPENING_BRACKET = ord("[")
CONTAINERS = frozenset({"BlockQuote", "List", "Item", "FootnoteDefinition"})
LEAVES = frozenset({"Paragraph", "Heading"})
# Blocks that hold no prose of their own for us: code, HTML, tables.
OPAQUE = frozenset({"CodeBlock", "HtmlBlock", "Table", "MetadataBlock"})


@dataclass(slots=True)
class Line:
    """One line of a paragraph, without what its containers put before it.

    `stop` is somewhere on the line or behind it, as the parser's ranges go; `Tree.end` tells
    where the line's words end.
    """

    start: int
    stop: int
    plain: str


@dataclass(slots=True)
class Block:
    """A block of the text.

    `kind` is pulldown-cmark's name ("Paragraph", "List", …), or "Callout" for a quote that begins
    with `[!type]`; `word` is the callout's type. `marker` is the offset of the character between
    the brackets of a task item, or -1. A tight list item's text is a "Paragraph" too.
    """

    kind: str
    start: int
    end: int
    level: int = 0
    word: str = ""
    marker: int = -1
    children: list[Block] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def plain(self) -> str:
        """The text as a reader sees it, on one line."""
        return " ".join(line.plain.strip() for line in self.lines).strip()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link or an embedded file leads, as written."""

    dest: str
    wiki: bool
    embed: bool


@dataclass(slots=True)
class Tree:
    """The blocks of a text, its links in order, and the bytes that the offsets point into."""

    data: bytes
    root: Block
    targets: list[Target]

    def end(self, line: Line) -> int:
        """Where a line's words end, before blanks and its line end."""
        found = LINE_END.search(self.data, line.start, line.stop)
        stop = found.start() if found else max(line.stop, line.start)
        return line.start + len(self.data[line.start : stop].rstrip(b" \t"))

    def source(self, line: Line) -> str:
        return self.data[line.start : self.end(line)].decode()


class _Builder:
    """Builds the tree from the parser's events, without recursion: notes may nest 1,000 deep."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.root = Block("Root", 0, len(data))
        self.stack = [self.root]
        self.leaf: Block | None = None
        self.opaque = 0
        self.new_line = True
        self.targets: list[Target] = []

    def start(self, name: str, value: Any, start: int, end: int) -> None:
        if name in OPAQUE:
            self.close_leaf()
            self.opaque += 1
            self.stack[-1].children.append(Block(name, start, end))
        elif name in CONTAINERS or name in LEAVES:
            self.close_leaf()
            block = Block(name, start, end)
            if name == "Heading":
                block.level = int(value["level"][1])
            self.stack[-1].children.append(block)
            if name in LEAVES:
                self.leaf, self.new_line = block, True
            else:
                self.stack.append(block)
        else:
            if name in ("Link", "Image"):
                wiki = isinstance(value["link_type"], dict)
                self.targets.append(Target(value["dest_url"], wiki, name == "Image"))
            self.inline("", start, end)

    def end(self, name: str) -> None:
        if name in OPAQUE:
            self.opaque -= 1
        elif name in CONTAINERS:
            self.close_leaf()
            self.stack.pop()
        elif name in LEAVES:
            self.close_leaf()

    def inline(self, plain: str, start: int, end: int) -> None:
        if self.opaque:
            return
        if self.leaf is None:
            # The text of a tight list item comes without a paragraph around it.
            self.leaf = Block("Paragraph", start, end)
            self.stack[-1].children.append(self.leaf)
            self.new_line = True
        if self.new_line:
            # A backslash escape's event begins behind its backslash.
            escaped = start > 0 and self.data[start - 1] == 0x5C
            self.leaf.lines.append(Line(start - escaped, end, plain))
            self.new_line = False
        else:
            self.leaf.lines[-1].plain += plain
        if end > self.leaf.end:
            self.leaf.end = end

    def rule(self, start: int, end: int) -> None:
        self.close_leaf()
        self.stack[-1].children.append(Block("Rule", start, end))

    def close_leaf(self) -> None:
        """A line that spans of several lines begin on may reach to the end of its block."""
        if self.leaf is not None:
            for line in self.leaf.lines:
                line.stop = self.leaf.end
        self.leaf = None

    def task_marker(self, start: int) -> None:
        self.stack[-1].marker = start + 1


def parse(text: str) -> Tree:
    """Read a text without front matter into its tree of blocks. Any string is valid Markdown."""
    data = text.encode()
    builder = _Builder(data)
    for event, span in PARSER.events_with_range(text):
        start, end = span["start"], span["end"]
        if isinstance(event, str):
            builder.new_line = True
            if event == "Rule":
                builder.rule(start, end)
            continue
        # Events are dictionaries of one entry, made for us alone.
        name, value = event.popitem()
        if name == "Text" or name == "Code":
            builder.inline(value, start, end)
        elif name == "Start":
            if isinstance(value, str):
                builder.start(value, None, start, end)
            else:
                kind, detail = value.popitem()
                builder.start(kind, detail, start, end)
        elif name == "End":
            builder.end(value if isinstance(value, str) else value.popitem()[0])
        elif name == "TaskListMarker":
            builder.task_marker(start)
        elif name in ("InlineHtml", "FootnoteReference"):
            builder.inline("", start, end)
    tree = Tree(data, builder.root, builder.targets)
    _mark_callouts_and_tasks(tree)
    return tree


def _mark_callouts_and_tasks(tree: Tree) -> None:
    """Tell callouts from quotes, and Obsidian's `[/]` and `[-]` from plain text."""
    for block in walk(tree.root):
        if not block.children:
            block.marker = -1
            continue
        first = block.children[0]
        if block.kind == "Item":
            _mark_task(tree, block, first)
        elif block.kind == "BlockQuote" and first.lines:
            line = first.lines[0]
            if first.kind == "Paragraph" and tree.data[line.start] == OPENING_BRACKET:
                found = CALLOUT.match(tree.data, line.start, tree.end(line))
                if found:
                    block.kind, block.word = "Callout", found[1].decode().lower()


def _mark_task(tree: Tree, item: Block, first: Block) -> None:
    """A box is a task only with words behind it, on its line (GFM 5.3); Obsidian adds states."""
    if first.kind != "Paragraph" or not first.lines:
        item.marker = -1
        return
    line = first.lines[0]
    if item.marker >= 0:
        if LINE_END.search(tree.data, item.marker, line.start):
            item.marker = -1
    elif line.plain.startswith("["):
        end = tree.end(line)
        found = CUSTOM_STATE.match(tree.data, line.start, end)
        if found and found.end() < end:
            item.marker = line.start + 1
            line.start = found.end()
            line.plain = line.plain[3:]


def walk(block: Block) -> Iterator[Block]:
    """Yield a block and all below it, in the order of the text."""
    stack = [block]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(current.children))
