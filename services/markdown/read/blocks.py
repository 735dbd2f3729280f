"""The tree of blocks of a text. All offsets are byte offsets into the UTF-8 text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.markdown.parser import CONTAINERS, LEAVES, OPAQUE, Event, Link, read_events
from services.text.line_ends import LINE_END


@dataclass(slots=True)
class Line:
    """One line of a paragraph, without what its containers put before it.

    `stop` is on the line or after it, as the parser's ranges go; `Tree.end` returns where the
    line's words end.
    """

    start: int
    stop: int
    plain: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its text as a reader sees it, and its source from `start` to `end`."""

    level: int
    text: str
    start: int
    end: int


@dataclass(slots=True)
class Block:
    """A block of the text.

    `kind` is pulldown-cmark's name ("Paragraph", "List", …), or "Callout" for a quote that begins
    with `[!type]`; `word` is the callout's type. `marker` is the offset of the character between
    the brackets of a task item, or -1, and `state` the task's state. A tight list item's text is a
    "Paragraph" too.
    """

    kind: str
    start: int
    end: int
    level: int = 0
    word: str = ""
    marker: int = -1
    state: str = ""
    children: list[Block] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def plain(self) -> str:
        """The text as a reader sees it, on one line."""
        return " ".join(line.plain.strip() for line in self.lines).strip()

    @property
    def heading(self) -> Heading:
        return Heading(self.level, " ".join(self.plain.split()), self.start, self.end)


@dataclass(slots=True)
class Tree:
    """The blocks of a text, its links in order, and the bytes that the offsets point into."""

    data: bytes
    root: Block
    links: list[Link] = field(default_factory=list)

    def end(self, line: Line) -> int:
        """Return where a line's words end, before blanks and its line end."""
        found = LINE_END.search(self.data, line.start, line.stop)
        stop = found.start() if found else max(line.stop, line.start)
        return line.start + len(self.data[line.start : stop].rstrip(b" \t"))

    def source(self, line: Line) -> str:
        return self.data[line.start : self.end(line)].decode()


def parse(text: str) -> Tree:
    """Parse a text without front matter into its tree of blocks. Every string is valid Markdown."""
    return _Builder(text).build()


class _Builder:
    """Builds the tree from events, without recursion: notes may nest 1,000 deep."""

    def __init__(self, text: str) -> None:
        self.events = read_events(text)
        data = text.encode()
        self.tree = Tree(data, Block("Root", 0, len(data)))
        self.stack = [self.tree.root]
        self.leaf: Block | None = None
        self.opaque = 0
        self.new_line = True

    def build(self) -> Tree:
        for event in self.events:
            kind = event.kind
            if kind == "Text" or kind == "Code":
                self.add_inline(event, event.text)
            elif kind == "Start":
                self.start(event)
            elif kind == "End":
                self.end(event.tag)
            elif kind == "TaskListMarker":
                self.stack[-1].marker, self.stack[-1].state = event.start + 1, event.text
            elif kind in ("InlineHtml", "FootnoteReference"):
                self.add_inline(event, "")
            elif kind in ("SoftBreak", "HardBreak"):
                self.new_line = True
            elif kind == "Rule":
                self.add_block(event)
        return self.tree

    def start(self, event: Event) -> None:
        if event.tag in OPAQUE:
            self.opaque += 1
            self.add_block(event)
        elif event.tag in LEAVES:
            self.leaf, self.new_line = self.add_block(event), True
        elif event.tag in CONTAINERS:
            self.stack.append(self.add_block(event))
        else:
            if event.link:
                self.tree.links.append(event.link)
            self.add_inline(event, "")

    def end(self, tag: str) -> None:
        if tag in OPAQUE:
            self.opaque -= 1
        elif tag in CONTAINERS:
            self.close_leaf()
            self.stack.pop()
        elif tag in LEAVES:
            self.close_leaf()

    def add_block(self, event: Event) -> Block:
        self.close_leaf()
        block = Block(event.tag or event.kind, event.start, event.end)
        if event.tag == "Heading":
            block.level = event.number or 0
        elif event.tag == "BlockQuote" and event.text:
            block.kind, block.word = "Callout", event.text
        self.stack[-1].children.append(block)
        return block

    def add_inline(self, event: Event, plain: str) -> None:
        if self.opaque:
            return
        if self.leaf is None:
            # The text of a tight list item comes without a paragraph around it.
            self.leaf = Block("Paragraph", event.start, event.end)
            self.stack[-1].children.append(self.leaf)
            self.new_line = True
        if self.new_line:
            # A backslash escape's event begins after its backslash.
            escaped = event.start > 0 and self.tree.data[event.start - 1] == 0x5C
            self.leaf.lines.append(Line(event.start - escaped, event.end, plain))
            self.new_line = False
        else:
            self.leaf.lines[-1].plain += plain
        self.leaf.end = max(self.leaf.end, event.end)

    def close_leaf(self) -> None:
        """A line on which spans of several lines begin may reach to the end of its block."""
        if self.leaf is not None:
            for line in self.leaf.lines:
                line.stop = self.leaf.end
        self.leaf = None


def walk(block: Block) -> Iterator[Block]:
    """Yield a block and all below it, in the order of the text."""
    stack = [block]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(current.children))
