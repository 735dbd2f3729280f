"""Lines and their ends (LF, CRLF or CR), which are preserved as in the author's file."""

from __future__ import annotations

import re

from services.text.sequences import matching_blocks

LINE_END = re.compile(rb"\r\n|\n|\r")
LINES = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")


def split_lines(text: str) -> list[tuple[str, str]]:
    """Return a text's lines as pairs of words and line end (CommonMark 2.1), blank for none."""
    return [(m[1], m[2]) for m in LINES.finditer(text) if m[0]]


def dominant_line_end(text: str) -> str:
    """Return the line end that most lines have, or LF."""
    crlf = text.count("\r\n")
    counts = {"\n": text.count("\n") - crlf, "\r\n": crlf, "\r": text.count("\r") - crlf}
    return max(counts, key=lambda end: counts[end])


def restore_line_ends(typed: str, stored: str, default: str) -> str:
    """Give the lines of a form's text the line ends of the same lines in the stored text.

    Browsers send every line end as CRLF (HTML, "constructing the form data set"). New lines get
    `default`.
    """
    new, old = split_lines(typed), split_lines(stored)
    ends = [default if end else "" for _, end in new]
    if {end for _, end in old} <= {default, ""}:
        return "".join(words + end for (words, _), end in zip(new, ends, strict=True))
    for a, b, size in matching_blocks([words for words, _ in old], [words for words, _ in new]):
        for k in range(size):
            if ends[b + k] and old[a + k][1]:
                ends[b + k] = old[a + k][1]
    for k in range(1, len(new)):
        if not new[k][0] and (ends[k - 1], ends[k]) == ("\r", "\n"):
            # Together they would be one line end, and the blank line would disappear.
            ends[k] = "\r"
    return "".join(words + end for (words, _), end in zip(new, ends, strict=True))


def line_start(data: bytes, offset: int) -> int:
    """Return where the line of an offset begins."""
    return max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1


def line_stop(data: bytes, offset: int) -> int:
    """Return where the line of an offset ends, after its line end."""
    found = LINE_END.search(data, offset)
    return found.end() if found else len(data)


def line_above(data: bytes, start: int) -> int:
    """Return where the line above the one that begins at `start` begins."""
    before = start - (2 if data[:start].endswith(b"\r\n") else 1)
    return line_start(data, max(before, 0))
