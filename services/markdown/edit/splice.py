"""What all edits of notes share: putting words into a text by the byte, and saying no."""

from __future__ import annotations

from services.text.line_ends import split_lines


class EditRefused(ValueError):
    """The words that were asked for would not be read back as what they should be."""


def splice(text: str, start: int, end: int, piece: str) -> str:
    """A text with the bytes from `start` to `end` replaced."""
    data = text.encode()
    return (data[:start] + piece.encode() + data[end:]).decode()


def one_line(words: str) -> str:
    return " ".join(words.replace("\0", "").split())


def with_blank_line(text: str, end: str) -> str:
    """A text that something new can follow: empty, or ending in a blank line."""
    if not text.strip():
        return text
    if not text.endswith(("\n", "\r")):
        text += end
    words, last_end = split_lines(text)[-1]
    return text if not words.strip() else text + last_end
