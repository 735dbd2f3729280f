"""Split text into the words that search compares, without case and accents.

Scripts without spaces are split into pairs of characters. The same for both databases.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Letters in lower case, digits unchanged, all else as spaces.
ASCII_WORDS = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
# Letters and digits, as for SQLite's tokenizer "unicode61" and our PostgreSQL function.
WORD = re.compile(r"[^\W_]+")
# Han, Kana, Hangul and their extensions: written without spaces, or searched by parts anyway.
CJK = re.compile(
    "([\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff]+)"
)
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Accents only: the marks of Kana make other letters.
MARKS = re.compile("[\u0300-\u036f]+")
# Characters that have another form without accents; checking each one takes ten times as long.
ACCENTED = re.compile(
    "[\u00aa-\u024f\u0386-\u03ce\u0400-\u045f\u1e00-\u1fff\ufb00-\ufb06\uff01-\uffee]"
)
LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
MAX_WORD_LENGTH, MIN_WORD_LENGTH = 30, 3


class _Folded(dict[int, str]):
    """Each character without case and accents, always as one character."""

    def __missing__(self, code: int) -> str:
        plain = MARKS.sub("", unicodedata.normalize("NFKD", chr(code))).lower()
        self[code] = plain if len(plain) == 1 else chr(code)
        return self[code]


_FOLDED = _Folded()


def fold(text: str) -> str:
    """Return a text without case and accents, each character at its position."""
    lower = text.lower()
    plain = len(lower) == len(text) and not ACCENTED.search(lower)
    return lower if plain else text.translate(_FOLDED)


def split_words(text: str) -> list[str]:
    """Return the folded words of a text; combining accents are joined with their letters."""
    if text.isascii():
        # Three times as fast as the expression.
        return text.translate(ASCII_WORDS).split()
    return WORD.findall(MARKS.sub("", fold(unicodedata.normalize("NFC", text))))


def split_pairs(run: str) -> list[str]:
    """Return each two neighbouring characters of a run of CJK, or its only character."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def list_cjk_pairs(text: str) -> str:
    """Return the pairs of all runs of CJK in a text, by which parts of them are found."""
    if text.isascii():
        return ""
    # The last character of a run is added, so that a single character is found there, too.
    return " ".join(" ".join([*split_pairs(run), run[-1]]) for run in CJK.findall(text))


def squash(text: str) -> str:
    """Return a name as one word: "Step Functions" is "stepfunctions"."""
    return "".join(split_words(text))


def list_variants(name: str) -> Iterator[str]:
    """Yield a name with its words joined, or split: "OpenSearch" is "open search"."""
    words = WORD.findall(name)
    if len(words) > 1:
        yield "".join(words)
    parts = [part for word in words for part in CAMEL.findall(word) or [word]]
    if len(parts) > len(words):
        yield " ".join(parts)


def find_script(text: str) -> str:
    """Return the script of most letters of a text, as Unicode names it: "latin", "cjk", …

    Blank for a text without letters.
    """
    if text.isascii():
        return "latin" if LETTER.search(text) else ""
    ours = len(LETTER.findall(text))
    others = [char for char in text if char > "\u024f" and char.isalpha()]
    if len(others) <= ours:
        return "latin" if ours else ""
    return unicodedata.name(others[len(others) // 2], "").partition(" ")[0].lower()


def other_numbers(word: str) -> tuple[str, ...]:
    """Return the plural or singular of an English word, guessed by its ending: "policies"."""
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


def list_vocabulary(text: str) -> set[str]:
    """Return the words of a text that can be suggested for similar ones."""
    return {
        word
        for word in set(split_words(text))
        if MIN_WORD_LENGTH <= len(word) <= MAX_WORD_LENGTH and not word.isdigit()
    }
