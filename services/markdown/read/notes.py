"""What a page's notes hold besides prose: tasks, questions with answers, links and headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.markdown.read.blocks import Block, Heading, Line, parse
from services.markdown.read.context import Context, title_above
from services.markdown.read.questions import (
    QUESTION_CALLOUTS,
    Question,
    QuestionReader,
    is_question_section,
)
from services.markdown.read.targets import local_targets


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
class Notes:
    """All that is derived from a page's notes, in the order of the text."""

    items: list[Item]
    questions: list[Question]
    targets: list[str]
    headings: list[Heading]


def read_notes(text: str, *, service: bool = False, title: str = "") -> Notes:
    """Derive tasks, questions, links and headings from notes.

    In a `service`, and in a page or under a heading called "Questions" or "FAQ", a line that
    ends in a question mark is a question; elsewhere only what is marked as one.
    """
    reader = _Reader(text, plain_questions=service or is_question_section(title))
    reader.read_blocks()
    targets = local_targets(reader.tree.links)
    return Notes(reader.items, reader.questions.questions, targets, reader.headings)


class _Reader:
    """Walks the tree of blocks once and collects tasks, questions and headings."""

    def __init__(self, text: str, *, plain_questions: bool) -> None:
        self.tree = parse(text)
        self.plain_questions = plain_questions
        self.items: list[Item] = []
        self.headings: list[Heading] = []
        self.questions = QuestionReader(self.tree)

    def read_blocks(self) -> None:
        # Level, and whether it is a question section, of each heading that a block is below.
        path: list[tuple[int, bool]] = []
        stack = [Context(self.tree.root, self.plain_questions)]
        while stack:
            context = stack[-1]
            block = context.child_below()
            if block is None:
                stack.pop()
                continue
            context.index += 1
            if block.kind == "Paragraph":
                self.read_paragraph(block, context)
            elif block.kind == "Heading":
                self.headings.append(block.heading)
                if context.block.kind == "Root":
                    path = [entry for entry in path if entry[0] < block.level]
                    path.append((block.level, is_question_section(block.plain)))
                    below_questions = any(is_questions for _, is_questions in path)
                    context.plain_questions = self.plain_questions or below_questions
            elif block.kind == "Callout" and block.word in QUESTION_CALLOUTS:
                self.questions.read_callout(block, context)
            elif block.kind == "List" and context.depth == 0:
                context.list_title = title_above(context)
            if block.children:
                stack.append(context.enter(block))

    def read_paragraph(self, block: Block, context: Context) -> None:
        parent = context.block
        first = block is parent.children[0]
        if first and parent.kind == "Item" and parent.marker >= 0:
            self.add_task(parent, block.lines, context)
        elif not (first and parent.kind == "Callout"):
            self.questions.read_paragraph(block, context)

    def add_task(self, item: Block, lines: Sequence[Line], context: Context) -> None:
        text = " ".join(filter(None, (self.tree.source(line) for line in lines)))
        self.items.append(
            Item(
                text=text,
                state=item.state,
                depth=context.depth - 1,
                list_title=context.list_title,
                marker=item.marker,
                text_start=lines[0].start,
                text_end=self.tree.end(lines[-1]),
                start=item.start,
                end=item.end,
            )
        )
