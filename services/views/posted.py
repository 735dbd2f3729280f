"""What addresses and forms bring: text, which may be anything."""

from __future__ import annotations

# What a database takes as a key, and as a version.
KEY_DIGITS, VERSION_DIGITS = 18, 9


def number(text: object, digits: int = KEY_DIGITS) -> int | None:
    """A key or version; None where it is none."""
    words = "" if text is None else str(text)
    known = words.isascii() and words.isdecimal() and len(words) <= digits
    return int(words) if known else None


def version_number(text: object) -> int:
    """A version; 0, which no page has, where it is none."""
    return number(text, VERSION_DIGITS) or 0
