"""Read what a user typed into the search box: words, phrases, and filters.

    lambda "cold start" -python category:compute tag:serverless is:question changed:>2026-01-01

No input is an error: what is not a filter is words.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

from services.search.tokens import CJK, MARKS, WORD

MAX_QUERY_LENGTH = 400
MAX_TERMS = 16
# The filters with a fixed choice of values.
CHOICES = {
    "is": ("open", "done", "question"),
    "has": ("attachment", "attachments", "file", "files"),
    "in": ("title", "titles"),
}
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
    """Words in this order, side by side; mostly one.

    With `prefix`, the last word may continue; `cjk` marks a run of a script without spaces, and
    `exact` a quoted phrase, which matches in no other form.
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
    """A parsed query. `text` is what was typed; `plain` its words without filters."""

    text: str = ""
    plain: str = ""
    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    changed: tuple[Changed, ...] = ()

    def get_values(self, kind: str) -> list[str]:
        """Return the different values of the filters of a kind."""
        return list(dict.fromkeys(one.value for one in self.filters if one.kind == kind))

    @property
    def has_filters(self) -> bool:
        """Whether filters limit the pages, not only the words or where they are."""
        return any(one.kind not in ("in", "without") for one in self.filters)

    def __bool__(self) -> bool:
        return bool(self.terms or self.without or self.has_filters)


def parse(text: str, *, typing: bool = False) -> Query:
    """Parse a query. With `typing`, its last word may continue."""
    text = unicodedata.normalize("NFC", text)[:MAX_QUERY_LENGTH].replace("\0", " ").lstrip()
    plain: list[str] = []
    found: list[Term] = []
    without: list[Term] = []
    filters: list[Filter] = []
    for piece in PIECE.finditer(text):
        if one := _read_filter(piece):
            filters.append(one)
            continue
        phrase = piece["phrase"]
        read = _read_words(piece[0]) if phrase is None else _read_phrase(phrase)
        if not piece["not"]:
            found += read
            plain.append(piece[0] if phrase is None else phrase)
        elif read:
            without += read
            filters.append(Filter("without", piece[0].lstrip("-"), *piece.span()))
    terms = list(dict.fromkeys(found))[:MAX_TERMS]
    continues = typing and terms and text[-1] not in ' "' and text.endswith(plain[-1])
    # A single letter begins too many words to be useful; names are found by it anyway.
    if continues and not terms[-1].cjk and len(terms[-1].words[-1]) > 1:
        terms[-1] = replace(terms[-1], prefix=True)
    return Query(
        text=text.strip(),
        plain=" ".join(" ".join(plain).split()),
        terms=tuple(terms),
        without=tuple(dict.fromkeys(without))[:MAX_TERMS],
        filters=tuple(filters),
        changed=tuple(filter(None, (_parse_changed(one.value) for one in filters))),
    )


def _read_filter(piece: re.Match[str]) -> Filter | None:
    """Return the filter that a piece is; None if it is words, as "in:title:lambda"."""
    kind, value = (piece["name"] or "").lower(), piece["quoted"] or piece["value"] or ""
    if kind in CHOICES:
        value = value.lower()
        valid = value in CHOICES[kind]
    elif kind == "changed":
        valid = _parse_changed(value) is not None
    else:
        value = value.strip()
        valid = kind in ("category", "tag") and bool(value)
    return Filter(kind, value, *piece.span()) if valid and not piece["not"] else None


def _read_words(text: str) -> list[Term]:
    """Return the words of a text, each a term; `TCP/IP` is two, a run of CJK one."""
    words = WORD.findall(MARKS.sub("", text))
    # Splitting by an expression with a group gives the runs of CJK at odd positions.
    parts = [(part, at % 2 == 1) for word in words for at, part in enumerate(CJK.split(word))]
    return [Term((part,), cjk=is_cjk) for part, is_cjk in parts if part]


def _read_phrase(text: str) -> list[Term]:
    """Return a quoted phrase as one term; one with CJK as a term for each of its words."""
    words = tuple(WORD.findall(MARKS.sub("", text)))
    if any(CJK.search(word) for word in words):
        return _read_words(text)
    return [Term(words, exact=True)] if words else []


def _parse_changed(value: str) -> Changed | None:
    """Return the days that a value of `changed:` means; None if it is no date."""
    found = WHEN.match(value)
    if not found:
        return None
    sign, year, month, day = found.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    last_month = int(month or 12)
    last_day = int(day or monthrange(first.year, last_month)[1])
    return Changed(sign or "=", first, date(first.year, last_month, last_day))
