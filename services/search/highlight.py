"""Find the words of a query in texts, and cut the piece of a text that a user sees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.search.document import Outline
from services.search.query import Term
from services.search.results import Marked
from services.search.tokens import MARKS, fold

# With this many finds of a term in a text, the best place is known well enough.
MAX_FINDS = 300
# A single letter is in very many words of a long text.
MAX_CANDIDATES = 20_000
SNIPPET_LENGTH = 180
KINDS = {"heading": 3, "question": 2, "item": 1, "text": 0}
# Markdown syntax to remove, in this order: a text that it always contains (for speed), its
# expression, and its replacement.
MARKUP = (
    ("[^", re.compile(r"\[\^[^\]\s]+\]:?"), ""),
    ("[", re.compile(r"!?\[\[(?:[^\]|]*\|)?([^\]]*)\]\]"), r"\1"),
    ("](", re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)"), r"\1"),
    ("<", re.compile(r"</?[A-Za-z][^<>]*>"), ""),
    ("", re.compile(r"^[\s>]*(?:#{1,6}\s+|[-*+]\s+|\d{1,9}[.)]\s+)*(?:\[[ xX/-]\]\s+)?"), ""),
    ("[!", re.compile(r"\[![a-zA-Z]+\][+-]?\s*"), ""),
    ("`", re.compile(r"`+"), ""),
    ("*", re.compile(r"\*\*|(?<!\w)\*|\*(?!\w)"), ""),
    ("_", re.compile(r"__|(?<!\w)_|_(?!\w)"), ""),
    ("~~", re.compile(r"~~"), ""),
    ("\\", re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
    ("|", re.compile(r"\s*\|\s*"), " · "),
)


def _find_end(text: str, start: int, words: Sequence[str], *, whole: bool) -> int:
    """Return the end of words in sequence from `start` on; 0 if they are not there."""
    end = start + len(words[0])
    for word in words[1:]:
        while end < len(text) and not text[end].isalnum():
            end += 1
        if text[end - 1].isalnum() or not text.startswith(word, end):
            return 0
        end += len(word)
    return 0 if whole and text[end : end + 1].isalnum() else end


def _drop_accents(folded: str) -> tuple[str, Sequence[int]]:
    """Return a text without combining accents, and the original position of each character."""
    if folded.isascii() or not MARKS.search(folded):
        return folded, range(len(folded) + 1)
    places = [at for at, char in enumerate(folded) if not MARKS.match(char)]
    return MARKS.sub("", folded), [*places, len(folded)]


@dataclass(frozen=True, slots=True)
class Find:
    """A line of notes with words of the query: its position, the first of them, and which terms."""

    start: int
    end: int
    first: int
    kind: str
    terms: frozenset[int]


class Pattern:
    """The terms of a query, to be found in texts.

    `str.find` and a check of the characters on either side was measured to be five times as fast as
    a regular expression of all terms.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = [(tuple(map(fold, term.words)), term.prefix, term.cjk) for term in terms]

    def find_terms(self, text: str) -> list[tuple[int, int, int]]:
        """Return the start, end and number of each find of a term, in the order of the text."""
        folded, places = _drop_accents(fold(text))
        found: list[tuple[int, int, int]] = []
        for number, (words, prefix, cjk) in enumerate(self.terms):
            place, count = folded.find(words[0]), 0
            for _ in range(MAX_CANDIDATES):
                if place < 0 or count == MAX_FINDS:
                    break
                end = _find_end(folded, place, words, whole=not (prefix or cjk))
                if end and (cjk or not place or not folded[place - 1].isalnum()):
                    found.append((place, end, number))
                    count += 1
                place = folded.find(words[0], place + 1)
        found.sort()
        return [(places[start], places[end], term) for start, end, term in found]

    def mark(self, text: str) -> Marked:
        """Return a text in pieces, with the terms marked."""
        ends: dict[int, int] = {}
        last = -1
        for start, end, _ in self.find_terms(text):
            # Terms may overlap, as a word and its beginning.
            last = last if ends and start <= ends[last] else start
            ends[last] = max(end, ends.get(last, 0))
        pieces, done = [], 0
        for start, end in ends.items():
            pieces += [(text[done:start], False), (text[start:end], True)]
            done = end
        return tuple(piece for piece in [*pieces, (text[done:], False)] if piece[0])


def find_lines(
    pattern: Pattern, notes: str, outline: Outline, limit: int, prefer: str = ""
) -> list[Find]:
    """Return the lines with the most terms, the best first, and one of each kind per section.

    Lines of the kind `prefer` come first.
    """
    lines: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    start, end = 0, -1
    for find in pattern.find_terms(notes):
        if find[0] > end:
            start, end = notes.rfind("\n", 0, find[0]) + 1, notes.find("\n", find[0])
            end = len(notes) if end < 0 else end
        lines.setdefault((start, end), []).append(find)
    found = [
        Find(*line, hits[0][0], outline.find_kind(*hits[0][:2]), frozenset(t for *_, t in hits))
        for line, hits in lines.items()
    ]
    found.sort(key=lambda f: (f.kind != prefer, -len(f.terms), -KINDS[f.kind], f.start))
    chosen: dict[tuple[int, str], Find] = {}
    for one in found:
        above = outline.find_headings(one.start)
        chosen.setdefault((above[-1].start if above else -1, one.kind), one)
        if len(chosen) == limit:
            break
    return list(chosen.values())


def strip_markdown(line: str) -> str:
    """Return a line of Markdown without its syntax, for display only."""
    for sign, regex, instead in MARKUP:
        if sign in line:
            line = regex.sub(instead, line)
    # Dots separate the cells of a table; those at its edges are removed.
    return " ".join(line.split()).strip("· ")


def cut_snippet(notes: str, find: Find) -> str:
    """Return the text of a line, or of a long line the part around the first find."""
    start, end = find.start, find.end
    if end - start > 4 * SNIPPET_LENGTH:
        start = max(start, find.first - SNIPPET_LENGTH)
        end = min(end, find.first + 3 * SNIPPET_LENGTH)
    text = strip_markdown(notes[start:end])
    if start > find.start:
        text = "… " + text.partition(" ")[2]
    return text


def shorten(text: str, pattern: Pattern) -> str:
    """Return at most about 180 characters of a text, including the first find."""
    if len(text) <= SNIPPET_LENGTH:
        return text
    finds = pattern.find_terms(text)
    first = finds[0][0] if finds else 0
    start = max(0, min(first - SNIPPET_LENGTH // 3, len(text) - SNIPPET_LENGTH))
    if start:
        start = text.find(" ", start) + 1 or start
    end = start + SNIPPET_LENGTH
    end = end if end >= len(text) else text.rfind(" ", start, end + 1)
    end = end if end > first else min(len(text), start + SNIPPET_LENGTH)
    return ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
