"""What a person typed into the search box, read: words, phrases, and what narrows them.

    lambda "cold start" -python category:compute tag:serverless is:question changed:>2026-01-01

Nothing that is typed is a mistake: what is no filter is words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from services.search.tokens import CJK, MARKS, WORD

LONGEST_QUERY = 400
MOST_TERMS = 16
STATES = ("open", "done", "question")
PIECE = re.compile(
    r"""(?P<not>-?)(?:
        (?P<name>[a-z]+):(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))(?=\s|$)
        |"(?P<phrase>[^"]*)"?
        |(?P<words>[^\s"]+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
WHEN = re.compile(r"(>=|<=|>|<|=)?(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?\Z")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand in this order, side by side; mostly one.

    `prefix` says that the last may go on, `cjk` that it is a run of a script without spaces,
    `exact` that it was quoted, so that no other form of it will do.
    """

    words: tuple[str, ...]
    prefix: bool = False
    cjk: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """When a page was last changed: `sign` is one of > >= < <= =, the days `first` to `last`."""

    sign: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Filter:
    """A piece of a query's text, from `start` to `end`, that filters pages.

    `kind` is the name before the colon, or "without" for words with a hyphen before them.
    """

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was read. `text` is what was typed; `plain` its words without filters."""

    text: str = ""
    plain: str = ""
    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    has_attachment: bool = False
    in_title: bool = False
    changed: tuple[Changed, ...] = ()
    filters: tuple[Filter, ...] = ()

    @property
    def narrowed(self) -> bool:
        return bool(
            self.categories or self.tags or self.states or self.has_attachment or self.changed
        )

    def __bool__(self) -> bool:
        return bool(self.terms or self.without or self.narrowed)


def parse(text: str, *, typing: bool = False) -> Query:
    """Read a query. `typing` says that its last word may go on."""
    text = unicodedata.normalize("NFC", text)[:LONGEST_QUERY].replace("\0", " ").lstrip()
    reader = _Reader()
    for piece in PIECE.finditer(text):
        reader.piece(piece)
    return reader.query(text, typing=typing)


class _Reader:
    def __init__(self) -> None:
        self.plain: list[str] = []
        self.terms: list[Term] = []
        self.without: list[Term] = []
        self.named: dict[str, list[str]] = {"category": [], "tag": [], "is": []}
        self.filters: list[Filter] = []
        self.changed: list[Changed] = []
        self.has_attachment = self.in_title = False

    def piece(self, piece: re.Match[str]) -> None:
        name, value = (piece["name"] or "").lower(), piece["quoted"] or piece["value"] or ""
        if name and not piece["not"] and self.reads_filter(name, value):
            self.filters.append(Filter(name, value, *piece.span()))
            return
        phrase = piece["phrase"]
        terms = _phrase(phrase) if phrase is not None else _terms(piece[0])
        if not piece["not"]:
            self.terms += terms
            self.plain.append(phrase if phrase is not None else piece[0])
        elif terms:
            self.without += terms
            self.filters.append(Filter("without", piece[0].lstrip("-"), *piece.span()))

    def reads_filter(self, name: str, value: str) -> bool:
        """Read a filter; False where it is none that we know."""
        if name in ("category", "tag") and value.strip():
            self.named[name].append(value.strip())
        elif name == "is" and value.lower() in STATES:
            self.named[name].append(value.lower())
        elif name == "has" and value.lower() in ("attachment", "attachments", "file", "files"):
            self.has_attachment = True
        elif name == "in" and value.lower() in ("title", "titles"):
            self.in_title = True
        elif name == "changed" and (changed := _changed(value)):
            self.changed.append(changed)
        else:
            # "in:title:lambda" and the like are words.
            return False
        return True

    def query(self, text: str, *, typing: bool) -> Query:
        terms = list(dict.fromkeys(self.terms))[:MOST_TERMS]
        goes_on = (
            typing
            and terms
            and text[-1:] not in (" ", '"')
            and text.endswith(self.plain[-1] if self.plain else "\0")
        )
        # One letter begins too many words for that to say anything; names are looked up by it.
        if goes_on and not terms[-1].cjk and len(terms[-1].words[-1]) > 1:
            terms[-1] = replace(terms[-1], prefix=True)
        return Query(
            text=text.strip(),
            plain=" ".join(" ".join(self.plain).split()),
            terms=tuple(terms),
            without=tuple(dict.fromkeys(self.without))[:MOST_TERMS],
            categories=tuple(self.named["category"]),
            tags=tuple(self.named["tag"]),
            states=tuple(dict.fromkeys(self.named["is"])),
            has_attachment=self.has_attachment,
            in_title=self.in_title,
            changed=tuple(self.changed),
            filters=tuple(self.filters),
        )


def _terms(text: str) -> list[Term]:
    """Words that have to be there, each wherever it is; `TCP/IP` is two."""
    found = []
    for word in WORD.findall(MARKS.sub("", text)):
        found += _word(word)
    return found


def _word(word: str) -> list[Term]:
    found, start = [], 0
    for run in CJK.finditer(word):
        if run.start() > start:
            found.append(Term((word[start : run.start()],)))
        found.append(Term((run[0],), cjk=True))
        start = run.end()
    return [*found, Term((word[start:],))] if start < len(word) else found


def _phrase(text: str) -> list[Term]:
    words = tuple(WORD.findall(MARKS.sub("", text)))
    if any(CJK.search(word) for word in words):
        return [term for word in words for term in _word(word)]
    return [Term(words, exact=True)] if words else []


def _changed(value: str) -> Changed | None:
    found = WHEN.match(value)
    if not found:
        return None
    sign, year, month, day = found.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        last = first
        if not month:
            last = date(int(year), 12, 31)
        elif not day:
            after = date(int(year) + (month == "12"), int(month) % 12 + 1, 1)
            last = date.fromordinal(after.toordinal() - 1)
    except ValueError:
        return None
    return Changed(sign or "=", first, last)
