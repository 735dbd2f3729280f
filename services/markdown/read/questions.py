"""Questions in notes, and their answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.markdown.read.blocks import Block, Line, Tree
from services.markdown.read.context import Context, has_tasks, line_prefix
from services.text.line_ends import split_lines

QUESTION_SECTIONS = frozenset({"questions", "faq", "open questions", "frequently asked questions"})
QUESTION_CALLOUTS = frozenset({"question", "faq"})
ANSWER_CALLOUTS = frozenset({"answer", "success"})
QUESTION_LABEL = re.compile(r"(?:\*\*Q:\*\*|\*\*Q\*\*:|__Q:__|Q:)[ \t]*")
ANSWER_LABEL = re.compile(r"(?:\*\*A:\*\*|\*\*A\*\*:|__A:__|A:)[ \t]*")
# A question mark may be inside emphasis, quotes or brackets; full-width and Arabic ones count.
ENDS_IN_QUESTION_MARK = re.compile(r"[?？؟][\s*_~\"'”’»)\]]*$")
QUESTION_LABEL_STARTS = (b"Q:", b"**Q", b"__Q")
QUOTE_PREFIX = re.compile(r"[ \t]*>[ ]?")
CALLOUT_MARK = re.compile(r"\[![^\]]*\][+-]?[ \t]*")

# Start and end of an answer's source in bytes, and its text.
Answer = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Question:
    """A question's first line, and its answer.

    Byte offsets: `text_start` to `text_end` is the question's Markdown; `answer_start` to
    `answer_end` is the source of the answer. Where there is none both are the place to add one.
    `prefix` is what each line of an answer block begins with. `block` means that the answer is
    separated by blank lines, `within` that the question's paragraph continues below it.
    """

    text: str
    answer: str
    text_start: int
    text_end: int
    answer_start: int
    answer_end: int
    prefix: str
    block: bool
    within: bool


def is_question_section(title: str) -> bool:
    return title.strip().rstrip(":").casefold() in QUESTION_SECTIONS


class QuestionReader:
    """Collects the questions of the blocks that it is given."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.questions: list[Question] = []

    def read_paragraph(self, block: Block, context: Context) -> None:
        """Add a paragraph's questions, line by line, with the answers among its lines."""
        lines, below = block.lines, context.child_below()
        starts = [i for i, line in enumerate(lines) if self.is_question(line, i, context)]
        if below is not None and has_tasks(below) and len(lines) - 1 in starts:
            # The line that introduces a task list is its title.
            starts.pop()
        for start, stop in pairwise([*starts, len(lines)]):
            question, within = lines[start], stop < len(lines)
            answers = [k for k in range(start + 1, stop) if self.is_answer(lines[k])]
            if answers:
                self.add(question, self.answer_in(lines[answers[0] : stop]), context, within)
            elif within:
                end = self.tree.end(lines[stop - 1])
                self.add(question, (end, end, ""), context, within)
            else:
                self.add_with_block_below(question, block, context)

    def is_question(self, line: Line, index: int, context: Context) -> bool:
        """Is a paragraph's line number `index` a question?"""
        is_marked = self.tree.data.startswith(QUESTION_LABEL_STARTS, line.start)
        if is_marked and QUESTION_LABEL.match(self.tree.source(line)):
            return True
        if index or not context.plain_questions or context.quoted:
            return False
        return bool(ENDS_IN_QUESTION_MARK.search(line.plain.rstrip()))

    def is_answer(self, line: Line) -> bool:
        return bool(ANSWER_LABEL.match(self.tree.source(line)))

    def read_callout(self, block: Block, context: Context) -> None:
        """Add the question of a `> [!question]` callout: its title, or else the line below it."""
        first = block.children[0]
        title = first.lines[0]
        rest = [*first.lines[1:], *(line for c in block.children[1:] for line in c.lines)]
        if title.start == self.tree.end(title):
            if not rest:
                return
            title = rest.pop(0)
        inside = next((i for i, line in enumerate(rest) if self.is_answer(line)), None)
        nested = next((c for c in block.children[1:] if _is_answer_callout(c)), None)
        if nested is not None:
            self.add(title, self.answer_in_callout(nested), context)
        elif inside is not None:
            # The answer ends with the block that it begins in.
            stop = next(c.end for c in block.children if c.end > rest[inside].start)
            lines = [line for line in rest[inside:] if rest[inside].start <= line.start < stop]
            self.add(title, self.answer_in(lines), context)
        else:
            self.add_with_block_below(title, block, context)

    def add_with_block_below(self, line: Line, block: Block, context: Context) -> None:
        """Add a question whose answer, if it has one, is the block below its own."""
        below = context.child_below()
        if below is not None and _is_answer_callout(below):
            answer = self.answer_in_callout(below)
        elif below is not None and below.kind == "Paragraph" and self.is_answer(below.lines[0]):
            answer = self.answer_in(below.lines)
        else:
            is_callout = block.kind == "Callout"
            end = self.end_of_block(block) if is_callout else self.tree.end(block.lines[-1])
            answer = (end, end, "")
        self.add(line, answer, context)

    def answer_in(self, lines: Sequence[Line]) -> Answer:
        text = "\n".join(self.tree.source(line) for line in lines)
        found = ANSWER_LABEL.match(text)
        return lines[0].start, self.tree.end(lines[-1]), text[found.end() if found else 0 :]

    def answer_in_callout(self, block: Block) -> Answer:
        """Return a callout's title, if it has one, and the text below it."""
        data, end = self.tree.data, self.end_of_block(block)
        (first, _), *rest = split_lines(data[block.start : end].decode())
        title = CALLOUT_MARK.sub("", first.removeprefix(">").lstrip(" \t"), count=1)
        depth = 1 + line_prefix(data, block.start).count(">")
        lines = [line for line, _ in rest]
        for _ in range(depth):
            lines = [QUOTE_PREFIX.sub("", line, count=1) for line in lines]
        return block.start, end, "\n".join([title, *lines]).strip()

    def end_of_block(self, block: Block) -> int:
        """Return where a block's last words end, before its line end."""
        return block.start + len(self.tree.data[block.start : block.end].rstrip(b" \t\r\n>"))

    def add(self, line: Line, answer: Answer, context: Context, within: bool = False) -> None:
        source = self.tree.source(line)
        text = source[found.end() :] if (found := QUESTION_LABEL.match(source)) else source
        if not text.strip():
            return
        prefix = re.sub(r"[^>\t]", " ", line_prefix(self.tree.data, line.start))
        if context.is_in_callout(line):
            prefix = prefix.rpartition(">")[0]
        self.questions.append(
            Question(
                text=text,
                answer=answer[2].strip(),
                text_start=line.start + len(source.encode()) - len(text.encode()),
                text_end=self.tree.end(line),
                answer_start=answer[0],
                answer_end=answer[1],
                prefix=prefix,
                block=not within and not context.depth,
                within=within,
            )
        )


def _is_answer_callout(block: Block) -> bool:
    return block.kind == "Callout" and block.word in ANSWER_CALLOUTS
