"""What a page's notes say beside their prose: tasks, questions with answers, and links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from services.markdown.parser import Block, Line, Target, Tree, parse

STATES = {" ": "open", "/": "doing", "x": "done", "X": "done", "-": "na"}
QUESTION_SECTIONS = frozenset({"questions", "faq", "open questions", "frequently asked questions"})
QUESTION_CALLOUTS = frozenset({"question", "faq"})
ANSWER_CALLOUTS = frozenset({"answer", "success"})
ASKED = re.compile(r"(?:\*\*Q:\*\*|\*\*Q\*\*:|__Q:__|Q:)[ \t]*")
ANSWERED = re.compile(r"(?:\*\*A:\*\*|\*\*A\*\*:|__A:__|A:)[ \t]*")
# A question mark may stand inside emphasis, quotes or brackets; full-width and Arabic ones count.
ENDS_IN_QUESTION_MARK = re.compile(r"[?？؟][\s*_~\"'”’»)\]]*$")
ASKED_MARKS = (b"Q:", b"**Q", b"__Q")
QUOTE_PREFIX = re.compile(r"[ \t]*>[ ]?")
LIST_TITLE_LENGTH = 200
TARGET_LENGTH = 500


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
class Question:
    """A question's first line, and its answer.

    Byte offsets: `text_start` to `text_end` is the question's Markdown; `answer_start` to
    `answer_end` is the source of the answer, equal where there is none, and then an answer goes
    there.
    `prefix` is what each line of an answer block begins with, and `block` says that the answer
    is to be set off by blank lines.
    """

    text: str
    answer: str
    text_start: int
    text_end: int
    answer_start: int
    answer_end: int
    prefix: str
    block: bool


@dataclass(frozen=True, slots=True)
class Notes:
    """All that is derived from a page's notes, in the order of the text."""

    items: list[Item]
    questions: list[Question]
    targets: list[str]


def read(text: str, *, service: bool = False, title: str = "") -> Notes:
    """Derive tasks, questions and links from notes.

    In a `service`, and in a page or under a heading called "Questions" or "FAQ", a line that
    ends in a question mark asks; elsewhere only what is marked as a question does.
    """
    reader = _Reader(parse(text), asks=service or is_question_section(title))
    reader.read_all()
    return Notes(reader.items, reader.questions, list(targets(reader.tree.targets)))


def is_question_section(title: str) -> bool:
    return title.strip().rstrip(":").casefold() in QUESTION_SECTIONS


def targets(found: Sequence[Target]) -> Iterator[str]:
    """What links lead to inside the knowledge base, each once, without headings.

    Obsidian's [[Page]] and ![[file.png]], and Markdown's relative links and pictures.
    """
    seen = set()
    for target in found:
        dest = local_target(target.dest, wiki=target.wiki)
        if dest and dest not in seen:
            seen.add(dest)
            yield dest


def local_target(dest: str, *, wiki: bool) -> str:
    """The page or file part of a link's destination; blank for the web and this very page."""
    if not wiki:
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|[/#?]", dest):
            return ""
        dest = unquote(dest)
    return dest.partition("#")[0].replace("\0", "").strip()[:TARGET_LENGTH]


def target_name(target: str) -> str:
    """The name that a link's target asks for: "notes/S3.md" and "aws/S3" ask for "S3"."""
    name = target.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return re.sub(r"\.(md|markdown)$", "", name, flags=re.IGNORECASE)


class _Reader:
    """Walks the tree of blocks once and collects tasks and questions."""

    def __init__(self, tree: Tree, *, asks: bool) -> None:
        self.tree = tree
        self.asks = asks
        self.items: list[Item] = []
        self.questions: list[Question] = []

    def read_all(self) -> None:
        section: list[tuple[int, bool]] = []
        # Each entry: a block's children, and what its place means to them.
        stack = [_Place(self.tree.root, asks=self.asks)]
        while stack:
            place = stack[-1]
            block = place.next_child()
            if block is None:
                stack.pop()
                continue
            if block.kind == "Heading" and place.block.kind == "Root":
                section = [entry for entry in section if entry[0] < block.level]
                section.append((block.level, is_question_section(block.plain)))
                place.asks = self.asks or any(called for _, called in section)
            elif block.kind == "Paragraph":
                self.paragraph(block, place)
            elif block.kind == "Callout" and block.word in QUESTION_CALLOUTS:
                self.callout(block, place)
            if block.kind == "List" and place.depth == 0:
                place.list_title = _title_above(place)
            if block.children:
                stack.append(place.enter(block))

    def paragraph(self, block: Block, place: _Place) -> None:
        item = place.block if place.block.kind == "Item" else None
        if item is not None and item.marker >= 0 and item.children[0] is block:
            self.task(item, block.lines, place)
            return
        if place.block.kind == "Callout" and block is place.block.children[0]:
            return
        self.lines(block, place)

    def task(self, item: Block, lines: Sequence[Line], place: _Place) -> None:
        data = self.tree.data
        text = " ".join(filter(None, (self.tree.source(line) for line in lines)))
        self.items.append(
            Item(
                text=text,
                state=STATES[chr(data[item.marker])],
                depth=place.depth - 1,
                list_title=place.list_title,
                marker=item.marker,
                text_start=lines[0].start if lines else item.marker + 2,
                text_end=self.tree.end(lines[-1]) if lines else item.marker + 2,
                start=item.start,
                end=item.end,
            )
        )

    def lines(self, block: Block, place: _Place) -> None:
        """The questions that a paragraph asks, line by line, and the answers among its lines."""
        starts = [i for i, line in enumerate(block.lines) if self.asked(line, i, place)]
        following = place.peek()
        if following is not None and _has_tasks(following):
            starts = [i for i in starts if i != len(block.lines) - 1]
        for number, i in enumerate(starts):
            last = number + 1 == len(starts)
            end = len(block.lines) if last else starts[number + 1]
            answers = [k for k in range(i + 1, end) if self.answers(block.lines[k])]
            if answers:
                span = (block.lines[answers[0]].start, self.tree.end(block.lines[end - 1]))
                answer = self.text_of(block.lines[answers[0] : end])
                self.add(block.lines[i], span, answer, place)
            elif last:
                self.followed(block.lines[i], block, place, following)
            else:
                place_end = self.tree.end(block.lines[end - 1])
                self.add(block.lines[i], (place_end, place_end), "", place, block=False)

    def asked(self, line: Line, index: int, place: _Place) -> bool:
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

    def callout(self, block: Block, place: _Place) -> None:
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
        found = re.match(r"\[![^\]]*\][+-]?[ \t]*", source)
        skip = len(source[: found.end()].encode()) if found else 0
        return Line(min(line.start + skip, self.tree.end(line)), line.stop, line.plain)

    def followed(self, line: Line, block: Block, place: _Place, following: Block | None) -> None:
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
        first, *rest = re.split(r"\r\n|\n|\r", source)
        title = re.sub(r"^>?[ \t]*\[![^\]]*\][+-]?[ \t]*", "", first)
        depth = 1 + _line_prefix(data, block.start).count(">")
        for _ in range(depth):
            rest = [QUOTE_PREFIX.sub("", line, count=1) for line in rest]
        return "\n".join([title, *rest]).strip()

    def add(
        self, line: Line, span: tuple[int, int], answer: str, place: _Place, block: bool = True
    ) -> None:
        source = self.tree.source(line)
        asked = ASKED.match(source)
        skip = len(source[: asked.end()].encode()) if asked else 0
        text = source[asked.end() :] if asked else source
        if not text.strip():
            return
        prefix = re.sub(r"[^>\t]", " ", _line_prefix(self.tree.data, line.start))
        if place.next_is_own_callout(line):
            prefix = prefix.rpartition(">")[0]
        in_list = place.depth > 0
        self.questions.append(
            Question(
                text=text,
                answer=answer.strip(),
                text_start=line.start + skip,
                text_end=self.tree.end(line),
                answer_start=span[0],
                answer_end=span[1],
                prefix=prefix,
                block=block and not in_list,
            )
        )


class _Place:
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
        if self.index == 0 and not children:
            return None
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

    def enter(self, block: Block) -> _Place:
        inner = _Place(block, asks=self.asks)
        inner.quoted = self.quoted or block.kind in ("BlockQuote", "Callout", "FootnoteDefinition")
        inner.depth = self.depth + (block.kind == "Item")
        inner.list_title = self.list_title
        return inner


def _title_above(place: _Place) -> str:
    """A list's title: the last line of the paragraph, or the heading, right above it."""
    above = place.above()
    if above is None or not above.lines or above.kind not in ("Paragraph", "Heading"):
        return ""
    words = above.plain if above.kind == "Heading" else above.lines[-1].plain
    return " ".join(words.replace("\0", "").split())[:LIST_TITLE_LENGTH]


def _has_tasks(block: Block) -> bool:
    return block.kind == "List" and any(item.marker >= 0 for item in block.children)


def _is_answer(block: Block) -> bool:
    return block.kind == "Callout" and block.word in ANSWER_CALLOUTS


def _line_prefix(data: bytes, offset: int) -> str:
    """What stands before an offset on its line: quote marks, list markers, indentation."""
    start = max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1
    return data[start:offset].decode(errors="replace")
