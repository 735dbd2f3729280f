"""Questions in notes, and their answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.markdown.parser import Block, Line, Tree
from services.markdown.read.context import Place, has_tasks, line_prefix

QUESTION_SECTIONS = frozenset({"questions", "faq", "open questions", "frequently asked questions"})
QUESTION_CALLOUTS = frozenset({"question", "faq"})
ANSWER_CALLOUTS = frozenset({"answer", "success"})
ASKED = re.compile(r"(?:\*\*Q:\*\*|\*\*Q\*\*:|__Q:__|Q:)[ \t]*")
ANSWERED = re.compile(r"(?:\*\*A:\*\*|\*\*A\*\*:|__A:__|A:)[ \t]*")
# A question mark may stand inside emphasis, quotes or brackets; full-width and Arabic ones count.
ENDS_IN_QUESTION_MARK = re.compile(r"[?？؟][\s*_~\"'”’»)\]]*$")
ASKED_MARKS = (b"Q:", b"**Q", b"__Q")
QUOTE_PREFIX = re.compile(r"[ \t]*>[ ]?")
CALLOUT_MARK = re.compile(r"\[![^\]]*\][+-]?[ \t]*")
LINE_ENDS = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class Question:
    """A question's first line, and its answer.

    Byte offsets: `text_start` to `text_end` is the question's Markdown; `answer_start` to
    `answer_end` is the source of the answer, equal where there is none, and then an answer goes
    there.
    `prefix` is what each line of an answer block begins with. `block` says that the answer is to
    be set off by blank lines, `within` that its paragraph goes on below.
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
    """Collects the questions of the blocks that it is shown."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.questions: list[Question] = []

    def lines(self, block: Block, place: Place) -> None:
        """The questions that a paragraph asks, line by line, and the answers among its lines."""
        starts = [i for i, line in enumerate(block.lines) if self.asked(line, i, place)]
        following = place.peek()
        if following is not None and has_tasks(following):
            starts = [i for i in starts if i != len(block.lines) - 1]
        for number, i in enumerate(starts):
            last = number + 1 == len(starts)
            end = len(block.lines) if last else starts[number + 1]
            answers = [k for k in range(i + 1, end) if self.answers(block.lines[k])]
            # Whether the paragraph goes on below the question and its answer.
            within = not last
            if answers:
                span = (block.lines[answers[0]].start, self.tree.end(block.lines[end - 1]))
                answer = self.text_of(block.lines[answers[0] : end])
                self.add(block.lines[i], span, answer, place, within)
            elif last:
                self.followed(block.lines[i], block, place, following)
            else:
                place_end = self.tree.end(block.lines[end - 1])
                self.add(block.lines[i], (place_end, place_end), "", place, within)

    def asked(self, line: Line, index: int, place: Place) -> bool:
        if self.tree.data.startswith(ASKED_MARKS, line.start) and ASKED.match(
            self.tree.source(line)
        ):
            return True
        if index or not place.asks or place.quoted:
            return False
        return bool(ENDS_IN_QUESTION_MARK.search(line.plain.rstrip()))

    def answers(self, line: Line) -> bool:
        return bool(ANSWERED.match(self.tree.source(line)))

    def text_of(self, lines: Sequence[Line]) -> str:
        text = "\n".join(self.tree.source(line) for line in lines)
        return text[found.end() :] if (found := ANSWERED.match(text)) else text

    def callout(self, block: Block, place: Place) -> None:
        """A `> [!question]` callout: its title asks, or else the first line below it."""
        first = block.children[0]
        title = self.callout_title(first.lines[0])
        rest = [*first.lines[1:], *(line for c in block.children[1:] for line in c.lines)]
        if title.start == self.tree.end(title):
            if not rest:
                return
            title = rest.pop(0)
        inside = next((i for i, line in enumerate(rest) if self.answers(line)), None)
        nested = next((c for c in block.children[1:] if _is_answer(c)), None)
        if nested is not None:
            span = (nested.start, self.end_of_block(nested))
            self.add(title, span, self.callout_text(nested), place)
        elif inside is not None:
            lines = [line for line in rest[inside:] if line.start >= rest[inside].start]
            stop = next(c.end for c in block.children if c.end > lines[0].start)
            lines = [line for line in lines if line.start < stop]
            span = (lines[0].start, self.tree.end(lines[-1]))
            self.add(title, span, self.text_of(lines), place)
        else:
            self.followed(title, block, place, place.peek())

    def callout_title(self, line: Line) -> Line:
        source = self.tree.source(line)
        found = CALLOUT_MARK.match(source)
        skip = len(source[: found.end()].encode()) if found else 0
        return Line(min(line.start + skip, self.tree.end(line)), line.stop, line.plain)

    def followed(self, line: Line, block: Block, place: Place, following: Block | None) -> None:
        """A question whose answer, if any, is the block below."""
        if following is not None and _is_answer(following):
            span = (following.start, self.end_of_block(following))
            self.add(line, span, self.callout_text(following), place)
        elif (
            following is not None
            and following.kind == "Paragraph"
            and self.answers(following.lines[0])
        ):
            span = (following.lines[0].start, self.tree.end(following.lines[-1]))
            self.add(line, span, self.text_of(following.lines), place)
        else:
            if block.kind == "Callout":
                end = self.end_of_block(block)
            else:
                end = self.tree.end(block.lines[-1])
            self.add(line, (end, end), "", place)

    def end_of_block(self, block: Block) -> int:
        """Behind a block's last words, before its line end."""
        return block.start + len(self.tree.data[block.start : block.end].rstrip(b" \t\r\n>"))

    def callout_text(self, block: Block) -> str:
        """A callout's words: its title, if it has one, and what stands below it."""
        data = self.tree.data
        source = data[block.start : self.end_of_block(block)].decode()
        first, *rest = LINE_ENDS.split(source)
        title = CALLOUT_MARK.sub("", first.removeprefix(">").lstrip(" \t"), count=1)
        depth = 1 + line_prefix(data, block.start).count(">")
        for _ in range(depth):
            rest = [QUOTE_PREFIX.sub("", line, count=1) for line in rest]
        return "\n".join([title, *rest]).strip()

    def add(
        self, line: Line, span: tuple[int, int], answer: str, place: Place, within: bool = False
    ) -> None:
        source = self.tree.source(line)
        asked = ASKED.match(source)
        skip = len(source[: asked.end()].encode()) if asked else 0
        text = source[asked.end() :] if asked else source
        if not text.strip():
            return
        prefix = re.sub(r"[^>\t]", " ", line_prefix(self.tree.data, line.start))
        if place.next_is_own_callout(line):
            prefix = prefix.rpartition(">")[0]
        self.questions.append(
            Question(
                text=text,
                answer=answer.strip(),
                text_start=line.start + skip,
                text_end=self.tree.end(line),
                answer_start=span[0],
                answer_end=span[1],
                prefix=prefix,
                block=not within and not place.depth,
                within=within,
            )
        )


def _is_answer(block: Block) -> bool:
    return block.kind == "Callout" and block.word in ANSWER_CALLOUTS
