"""Finds addresses in HTML that an author wrote between the Markdown."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from services.markdown.parser import read_events
from services.markdown.render.raw_html import SWALLOWING

# Byte patterns match only the white space of HTML. A tag without an end is skipped, since `<` is
# not allowed in it outside quotation marks.
TOKEN = re.compile(
    rb"<!--.*?(?:-->|\Z)"
    rb"|<([A-Za-z][^\s<>/\"']*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>",
    re.DOTALL,
)
ATTRIBUTE = re.compile(
    rb"([^\s<>/=\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s<>=\"'`]+)))?", re.DOTALL
)
ADDRESSES = frozenset((b"href", b"poster", b"src"))
LINE_END = re.compile(rb"[\r\n]")


def find_html_addresses(body: str) -> Iterator[tuple[int, str]]:
    """Yield each address in the HTML of a text: where it begins, in bytes, and as it is written.

    Addresses in comments, in scripts and the like, and over two lines are left out.
    """
    data = body.encode()
    for spans in _html_spans(body):
        # In a quote, a block's lines without the quote marks before them.
        source = b"".join(data[start:end] for start, end in spans)
        starts, at = [], 0
        for start, end in spans:
            starts.append(at)
            at += end - start
        for offset, value in _addresses(source):
            if not LINE_END.search(value):
                line = bisect_right(starts, offset) - 1
                yield spans[line][0] + offset - starts[line], value.decode()


def _html_spans(body: str) -> Iterator[list[tuple[int, int]]]:
    """Yield the byte ranges of the lines of each HTML block, and of each tag within a line."""
    block: list[tuple[int, int]] = []
    for event in read_events(body):
        if event.kind == "InlineHtml":
            yield [(event.start, event.end)]
        elif event.kind == "Html":
            block.append((event.start, event.end))
        elif event.tag == "HtmlBlock" and event.kind == "End":
            yield block
            block = []


def _addresses(source: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield where each address in a piece of HTML begins, and the address as it is written."""
    at = 0
    while tag := TOKEN.search(source, at):
        at = tag.end()
        if tag[1] is None:
            continue
        for found in ATTRIBUTE.finditer(source, *tag.span(2)):
            group = found.lastindex or 1
            if group > 1 and found[1].lower() in ADDRESSES:
                yield found.start(group), found[group]
        name = tag[1].lower()
        if name.decode(errors="replace") in SWALLOWING:
            end = re.compile(rb"</" + re.escape(name), re.IGNORECASE).search(source, at)
            at = end.start() if end else len(source)
