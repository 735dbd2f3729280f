"""What a page's notes say beside their prose: tasks, questions with answers, and links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.markdown.parser import Block, Line, Tree, parse
from services.markdown.read.context import LIST_TITLE_LENGTH, Place, title_above
from services.markdown.read.questions import (
    QUESTION_CALLOUTS,
    Question,
    QuestionReader,
    is_question_section,
)
from services.markdown.read.targets import local_target, target_name, targets

__all__ = [
    "LIST_TITLE_LENGTH",
    "Item",
    "Notes",
    "Question",
    "local_target",
    "read",
    "target_name",
    "targets",
]

STATES = {" ": "open", "/": "doing", "x": "done", "X": "done", "-": "na"}


@dataclass(frozen=True, slots=True)
class Item:
    """A task. `marker` is the byte offset of the character in its box; `text_start` to
    `text_end` is its Markdown, `start` to `end` the whole item with all that is nested in it."""

    text: str
    state: str
    depth: int
    list_title: str
    marker: int
    text_start: int
    text_end: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Title:
    """A heading, wherever it stands: its words as a reader sees them, and its source."""

    text: str
    level: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Notes:
    """All that is derived from a page's notes, in the order of the text."""

    items: list[Item]
    questions: list[Question]
    targets: list[str]
    headings: list[Title]


def read(text: str, *, service: bool = False, title: str = "") -> Notes:
    """Derive tasks, questions and links from notes.

    In a `service`, and in a page or under a heading called "Questions" or "FAQ", a line that
    ends in a question mark asks; elsewhere only what is marked as a question does.
    """
    reader = _Reader(parse(text), asks=service or is_question_section(title))
    reader.read_all()
    found = list(targets(reader.tree.targets))
    return Notes(reader.items, reader.questions.questions, found, reader.headings)


class _Reader:
    """Walks the tree of blocks once and collects tasks and questions."""

    def __init__(self, tree: Tree, *, asks: bool) -> None:
        self.tree = tree
        self.asks = asks
        self.items: list[Item] = []
        self.headings: list[Title] = []
        self.questions = QuestionReader(tree)

    def read_all(self) -> None:
        section: list[tuple[int, bool]] = []
        # Each entry: a block's children, and what its place means to them.
        stack = [Place(self.tree.root, asks=self.asks)]
        while stack:
            place = stack[-1]
            block = place.next_child()
            if block is None:
                stack.pop()
                continue
            if block.kind == "Heading":
                words = " ".join(block.plain.split())
                self.headings.append(Title(words, block.level, block.start, block.end))
            if block.kind == "Heading" and place.block.kind == "Root":
                section = [entry for entry in section if entry[0] < block.level]
                section.append((block.level, is_question_section(block.plain)))
                place.asks = self.asks or any(called for _, called in section)
            elif block.kind == "Paragraph":
                self.paragraph(block, place)
            elif block.kind == "Callout" and block.word in QUESTION_CALLOUTS:
                self.questions.callout(block, place)
            if block.kind == "List" and place.depth == 0:
                place.list_title = title_above(place)
            if block.children:
                stack.append(place.enter(block))

    def paragraph(self, block: Block, place: Place) -> None:
        item = place.block if place.block.kind == "Item" else None
        if item is not None and item.marker >= 0 and item.children[0] is block:
            self.task(item, block.lines, place)
            return
        if place.block.kind == "Callout" and block is place.block.children[0]:
            return
        self.questions.lines(block, place)

    def task(self, item: Block, lines: Sequence[Line], place: Place) -> None:
        data = self.tree.data
        text = " ".join(filter(None, (self.tree.source(line) for line in lines)))
        self.items.append(
            Item(
                text=text,
                state=STATES[chr(data[item.marker])],
                depth=place.depth - 1,
                list_title=place.list_title,
                marker=item.marker,
                text_start=lines[0].start,
                text_end=self.tree.end(lines[-1]),
                start=item.start,
                end=item.end,
            )
        )
