"""Cuts a file's text into sections: which heading opens a category, a service or a topic.

The rules are in docs/architecture.md. The raw pieces joined again are the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from services.markdown.read.blocks import Heading, Tree, parse
from services.markdown.read.front_matter import FrontMatter, split_front_matter
from services.text.line_ends import LINE_END, split_lines

# Blank lines after a heading belong to it, so that the pieces joined again are the file.
BLANK_LINES = re.compile(rb"(?:[ \t]*(?:\r\n|\n|\r))*")
NO_HEADING = 7


class Role(StrEnum):
    """What a section becomes."""

    PAGE = "page"
    SERVICE = "service"
    TOPIC = "topic"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of a file: `heading + body` is its text, byte for byte.

    `category` is the category's name, for a category and for the services under it. `title` is
    blank if the file's name is to be used. Role PAGE is the file's own page. `line` counts from 1.
    """

    role: Role
    heading: str
    body: str
    title: str
    category: str
    line: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A file as front matter and sections, which joined are its text."""

    front_matter: FrontMatter
    sections: list[Section]

    @property
    def text(self) -> str:
        return self.front_matter.raw + "".join(s.heading + s.body for s in self.sections)


# From a heading's text to the category that it names, or to that of the AWS service it names.
FindCategory = Callable[[str], str | None]


def read_outline(
    text: str,
    *,
    category_named: FindCategory,
    category_of_service: FindCategory,
    was_split: bool = False,
) -> Outline:
    """Cut a file's text into sections.

    `category_named` returns the category that a heading's text names, `category_of_service` the
    category of the AWS service that it names, or None. A file that `was_split` before stays split,
    so that removing one heading does not join all its pages into one.
    """
    matter, body = split_front_matter(text)
    tree = parse(body)
    first_line = 1 + len(LINE_END.findall(matter.raw.encode()))
    cuts = _Cuts(top_headings(tree), category_named, category_of_service)
    is_split = not matter.kind and (was_split or cuts.is_split())
    pieces = cuts.split() if is_split else []
    sections = _assemble(tree.data, pieces, cuts.all, matter, first_line)
    return Outline(matter, sections)


def top_headings(tree: Tree) -> list[Heading]:
    """Return the headings outside all containers; each ends after its line end."""
    found = [block.heading for block in tree.root.children if block.kind == "Heading"]
    return [replace(each, end=_line_end(tree.data, each.end)) for each in found]


def _line_end(data: bytes, end: int) -> int:
    """Return the end after a heading's line end; its range may stop before its CRLF."""
    if end and data[end - 1 : end] in (b"\n", b"\r"):
        return end + (data[end - 1 : end + 1] == b"\r\n")
    found = LINE_END.search(data, end)
    return found.end() if found else len(data)


@dataclass(frozen=True, slots=True)
class _Piece:
    heading: Heading
    role: Role
    category: str


class _Cuts:
    """Decides which of a file's headings open sections."""

    def __init__(
        self,
        headings: Sequence[Heading],
        category_named: FindCategory,
        category_of_service: FindCategory,
    ) -> None:
        self.all = headings
        self.category_named = category_named
        self.category_of_service = category_of_service
        levels = Counter(heading.level for heading in headings)
        # "Top-level" is the shallowest level that the file uses more than once.
        self.top = min((level for level, n in levels.items() if n > 1), default=NO_HEADING)
        self.tops = [heading for heading in headings if heading.level <= self.top]

    def is_split(self) -> bool:
        """Is the file to become several pages (rule 0)?

        "Other" alone is too common a heading to make a file a collection of services.
        """
        if any(self.category_named(h.text) not in (None, "Other") for h in self.tops):
            return True
        top_level = [heading for heading in self.tops if heading.level == self.top]
        naming = [h for h in top_level if self.category_of_service(h.text)]
        return bool(naming) and 2 * len(naming) >= len(top_level)

    def split(self) -> list[_Piece]:
        """Return the sections' headings by rules 2 to 4."""
        pieces: list[_Piece] = []
        category, category_level = "", NO_HEADING
        for heading in self.all:
            if category and heading.level == category_level + 1:
                pieces.append(_Piece(heading, Role.SERVICE, category))
            elif heading.level <= min(self.top, category_level):
                category, category_level = "", NO_HEADING
                if named := self.category_named(heading.text):
                    category, category_level = named, heading.level
                    pieces.append(_Piece(heading, Role.CATEGORY, named))
                elif heading is self.all[0] and heading.level < self.top:
                    continue  # a single title above everything: the document's own page
                elif of_service := self.category_of_service(heading.text):
                    pieces.append(_Piece(heading, Role.SERVICE, of_service))
                else:
                    pieces.append(_Piece(heading, Role.TOPIC, ""))
        return pieces


def _assemble(
    data: bytes,
    pieces: Sequence[_Piece],
    headings: Sequence[Heading],
    matter: FrontMatter,
    first_line: int,
) -> list[Section]:
    """Cut the bytes at the pieces; what is before the first is the file's own page."""
    first_start = pieces[0].heading.start if pieces else len(data)
    sections: list[Section] = []
    # Without a page of its own, the file's first blank lines belong to the first heading.
    lead = 0
    own = matter.title or matter.tags or matter.aliases
    if not pieces or own or data[:first_start].strip():
        sections.append(_own_page(data[:first_start], headings, matter, first_line))
        lead = first_start
    ends = [*(piece.heading.start for piece in pieces[1:]), len(data)][: len(pieces)]
    line, counted = first_line, 0
    for piece, end in zip(pieces, ends, strict=True):
        blank = BLANK_LINES.match(data, piece.heading.end, end)
        body_start = blank.end() if blank else piece.heading.end
        line += len(LINE_END.findall(data, counted, piece.heading.start))
        counted = piece.heading.start
        sections.append(
            Section(
                role=piece.role,
                heading=data[min(lead, piece.heading.start) : body_start].decode(),
                body=data[body_start:end].decode(),
                title=piece.heading.text,
                category=piece.category,
                line=line,
            )
        )
        lead = end
    return sections


def _own_page(
    data: bytes, headings: Sequence[Heading], matter: FrontMatter, first_line: int
) -> Section:
    """Return the file's own page (rule 5); an H1 at its start that is its title is its heading."""
    blank = BLANK_LINES.match(data)
    text_start = blank.end() if blank else 0
    title, body_start = matter.title, 0
    first_h1 = next((h for h in headings if h.level == 1 and h.start < len(data)), None)
    if first_h1 and first_h1.text and title in ("", first_h1.text):
        title = first_h1.text
        if first_h1.start == text_start:
            blank = BLANK_LINES.match(data, first_h1.end)
            body_start = blank.end() if blank else first_h1.end
    return Section(
        role=Role.PAGE,
        heading=data[:body_start].decode(),
        body=data[body_start:].decode(),
        title=title,
        category="",
        line=first_line,
    )


ATX = re.compile(r"(?P<open>[ \t]{0,3}#{1,6}[ \t]+).*?(?P<close>[ \t]+#+)?[ \t]*(?=[\r\n]|$)")
MARKUP = re.compile(r"[\\`*_\[\]<>&#~|]")


def rename_heading(heading: str, title: str) -> str:
    """Put another title in a raw heading, escaped if it would not be read back as it is.

    Style, level and blank lines are preserved. A page without a heading stays without one.
    """
    if not heading.strip():
        return heading
    title = " ".join(title.split())
    renamed = _with_title(heading, title)
    if [each.text for each in top_headings(parse(renamed))] == [title]:
        return renamed
    return _with_title(heading, MARKUP.sub(r"\\\g<0>", title))


def _with_title(heading: str, title: str) -> str:
    """Replace the title; a heading of two lines or more (setext) becomes one with hashes."""
    body = heading.lstrip("\r\n")
    lead = heading[: len(heading) - len(body)]
    if found := ATX.match(body):
        close = found["close"] or ""
        return f"{lead}{found['open']}{title}{close}{body[found.end() :]}"
    text, blank_lines = body.rstrip(), body[len(body.rstrip()) :]
    underline = split_lines(text)[-1][0].strip()
    hashes = "#" if underline.startswith("=") else "##"
    return f"{lead}{hashes} {title}{blank_lines}"
