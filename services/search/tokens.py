"""Words as search compares them: without case and accents, and of scripts without spaces in pairs.

Pure text, the same for both databases.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Letters in lower case and digits as they are, all else as space.
ASCII_WORDS = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
# As SQLite's tokenizer "unicode61" and our PostgreSQL function cut words: letters and digits.
WORD = re.compile(r"[^\W_]+")
# Han, Kana, Hangul and what extends them: written without spaces, or searched by parts anyway.
CJK = re.compile(
    "[\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff]+"
)
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Accents, and no other marks: those of Kana make other letters.
MARKS = re.compile("[\u0300-\u036f]+")
# What has another form without accents; to look each character up takes ten times as long.
ACCENTED = re.compile(
    "[\u00aa-\u024f\u0386-\u03ce\u0400-\u045f\u1e00-\u1fff\ufb00-\ufb06\uff01-\uffee]"
)
LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
LONGEST_WORD, SHORTEST_WORD = 30, 3


class _Folded(dict[int, str]):
    """Each character without case and accents, as one character: places stay what they are."""

    def __missing__(self, code: int) -> str:
        plain = MARKS.sub("", unicodedata.normalize("NFKD", chr(code))).lower()
        self[code] = plain if len(plain) == 1 else chr(code)
        return self[code]


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Text without case and accents, each character in its place."""
    lower = text.lower()
    plain = len(lower) == len(text) and not ACCENTED.search(lower)
    return lower if plain else text.translate(_FOLDED)


def tokens(text: str) -> list[str]:
    """The words of a text, folded; marks that stand apart from their letters are put to them."""
    if text.isascii():
        # Three times as fast as by the expression.
        return text.translate(ASCII_WORDS).split()
    return WORD.findall(MARKS.sub("", fold(unicodedata.normalize("NFC", text))))


def pairs(run: str) -> list[str]:
    """Each two neighbouring characters of a run of CJK; a single one is its own."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def cjk_pairs(text: str) -> str:
    """The pairs of all runs of CJK in a text, by which parts of them are found; often blank."""
    if text.isascii():
        return ""
    # The end of a run alone, so that a single character is found there, too.
    return " ".join(" ".join([*pairs(run), run[-1]]) for run in CJK.findall(text))


def squashed(text: str) -> str:
    """A name without what is between its words: "Step Functions" is "stepfunctions"."""
    return "".join(tokens(text))


def variants(name: str) -> Iterator[str]:
    """How else a name's words may be run together or apart: "OpenSearch" is "open search"."""
    words = WORD.findall(name)
    if len(words) > 1:
        yield "".join(words)
    parts = [part for word in words for part in CAMEL.findall(word) or [word]]
    if len(parts) > len(words):
        yield " ".join(parts)


def script_of(text: str) -> str:
    """The script that most letters of a text are in, as Unicode names it: "latin", "cyrillic",
    "cjk", …; blank for a text without letters."""
    if text.isascii():
        return "latin" if LETTER.search(text) else ""
    ours = len(LETTER.findall(text))
    others = [char for char in text if char > "\u024f" and char.isalpha()]
    if len(others) <= ours:
        return "latin" if ours else ""
    return unicodedata.name(others[len(others) // 2], "").partition(" ")[0].lower()


def numbers(word: str) -> tuple[str, ...]:
    """A word of English in its other number, as far as its ending tells: "policy", "policies"."""
    if len(word) < 2 or not (word.isascii() and word.isalpha()):
        return ()
    low = word.lower()
    if low.endswith("ies") and len(low) > 4:
        return (word[:-3] + "y",)
    if low.endswith(("ses", "xes", "ches", "shes")):
        return (word[:-1], word[:-2])
    if low.endswith("s"):
        short = word[:-1].isupper()
        return () if low.endswith(("ss", "us", "is")) and not short else (word[:-1],)
    if low.endswith("y") and low[-2] not in "aeiou":
        return (word[:-1] + "ies",)
    return (word + ("es" if low.endswith(("x", "ch", "sh")) else "s"),)


def worth_knowing(text: str) -> set[str]:
    """The words of a text that somebody may mean by one that is like them."""
    return {
        word
        for word in set(tokens(text))
        if SHORTEST_WORD <= len(word) <= LONGEST_WORD and not word.isdigit()
    }
