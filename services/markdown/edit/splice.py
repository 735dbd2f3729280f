"""What all edits of notes share: replacing bytes of a text, and the error of a refused edit."""

from __future__ import annotations

from services.text.line_ends import split_lines


class EditRefused(ValueError):
    """The new text would not be read back as what it is meant to be."""


def splice(text: str, start: int, end: int, piece: str) -> str:
    """Replace the bytes of a text from `start` to `end`."""
    data = text.encode()
    return (data[:start] + piece.encode() + data[end:]).decode()


def one_line(words: str) -> str:
    return " ".join(words.replace("\0", "").split())


def with_blank_line(text: str, end: str) -> str:
    """Return a text to which something can be added: empty, or ending in a blank line."""
    if not text.strip():
        return text
    if not text.endswith(("\n", "\r")):
        text += end
    words, last_end = split_lines(text)[-1]
    return text if not words.strip() else text + last_end
