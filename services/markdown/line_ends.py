"""Lines and their ends: LF, CRLF or CR, which stay as an author's file has them."""

from __future__ import annotations

import difflib
import re

from services.markdown.parser import LINE_END

LINES = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")


def split_lines(text: str) -> list[tuple[str, str]]:
    """A text's lines as pairs of words and line end (CommonMark 2.1); the last may have none."""
    return [(m[1], m[2]) for m in LINES.finditer(text) if m[0]]


def dominant_line_end(text: str) -> str:
    """The line end that most lines have; LF where there is none."""
    crlf = text.count("\r\n")
    counts = {"\n": text.count("\n") - crlf, "\r\n": crlf, "\r": text.count("\r") - crlf}
    return max(counts, key=lambda end: counts[end])


def keep_line_ends(new: str, old: str, default: str) -> str:
    """Lay a form's text over the stored one: a line whose words did not change keeps its line end.

    Browsers send every line end as CRLF (HTML, "constructing the form data set"). New lines take
    `default`.
    """
    new_lines, old_lines = split_lines(new), split_lines(old)
    if not {end for _, end in old_lines} - {default, ""}:
        return "".join(words + (default if end else "") for words, end in new_lines)
    words_new, words_old = [w for w, _ in new_lines], [w for w, _ in old_lines]
    ends = [default if end else "" for _, end in new_lines]
    matcher = difflib.SequenceMatcher(None, words_old, words_new, autojunk=False)
    for a, b, size in matcher.get_matching_blocks():
        for k in range(size):
            if ends[b + k] and old_lines[a + k][1]:
                ends[b + k] = old_lines[a + k][1]
    for k, words in enumerate(words_new[1:], 1):
        # A lone CR and the LF of an empty line would be one line end together.
        if not words and ends[k - 1] == "\r" and ends[k] == "\n":
            ends[k] = "\r"
    return "".join(words + end for words, end in zip(words_new, ends, strict=True))


def line_start(data: bytes, offset: int) -> int:
    """Where the line begins that `offset` is on."""
    return max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1


def line_stop(data: bytes, offset: int) -> int:
    """Behind the line end of the line that `offset` is on."""
    found = LINE_END.search(data, offset)
    return found.end() if found else len(data)


def line_above(data: bytes, start: int) -> int:
    """Where the line above the one that begins at `start` begins."""
    before = start - (2 if data[:start].endswith(b"\r\n") else 1)
    return line_start(data, max(before, 0))
