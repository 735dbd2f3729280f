"""Addresses of stored files as paths in a folder of Markdown files, and back again.

On the site a file is at `/attachments/<uuid>/<name>`. In a folder of Markdown files it is at
`attachments/<uuid>/<name>`, and a note `depth` folders down leads there with as many `../` before
it. Only the beginning of a destination changes, in links and in raw HTML, so that one direction
reverses the other to the byte.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote

from services.markdown.parser import PARSER, Link, read_events
from services.markdown.read.front_matter import split_front_matter
from services.markdown.render.raw_html import SWALLOWING

FOLDER = "attachments"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
PLACE = re.compile(rf"{FOLDER}/({UUID})/")
STORED = re.compile(rf"{FOLDER}/({UUID})/([^/?#]+)(?=[?#]|\Z)")
STORED_BYTES = re.compile(rf"{FOLDER}/({UUID})/(?=[^\s?#>)/])(?![^\s?#<>()]*/)".encode())
# Between a link's text and its destination, which may be on the line below.
SPACE = rb"[ \t]*(?:(?:\r\n?|\n)[ \t>]*)?<?"
INLINE = re.compile(rb"\]\(" + SPACE)
DEFINITION = re.compile(rb"\[(?:\\.|[^\]\\])*\]:" + SPACE, re.DOTALL)
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


def find_attachment_ids(text: str) -> set[str]:
    """Return the uuids in all that looks like a path or address of a stored file."""
    return set(PLACE.findall(text)) if f"{FOLDER}/" in text else set()


def export_paths(
    text: str, depth: int, known: Collection[str]
) -> tuple[str, list[tuple[str, str]]]:
    """Return a document's text with paths for addresses, and the files (uuid, name) they lead to.

    `known` are the uuids of stored files. Code and front matter are not changed, nor is any of the
    text if `import_paths` would not reverse it.
    """
    up = "../" * depth
    matter, body = split_front_matter(text)
    moved = _move(body, "/", up, known)
    if _move(moved, up, "/", known) != body:
        return text, []
    found: dict[tuple[str, str], None] = {}
    for each in _destinations(moved, moved.encode()):
        dest = unescape(each.dest) if each.is_html else each.dest
        if dest.startswith(up) and (stored := STORED.match(dest, len(up))) and stored[1] in known:
            found[stored[1], unquote(stored[2])] = None
    return matter.raw + moved, list(found)


def import_paths(text: str, depth: int, known: Collection[str]) -> str:
    """Return a document's text with addresses for the paths that `export_paths` writes.

    The text is not changed if `export_paths` would not reverse it.
    """
    if not known:
        return text
    up = "../" * depth
    matter, body = split_front_matter(text)
    moved = _move(body, up, "/", known)
    return text if _move(moved, "/", up, known) != body else matter.raw + moved


class _Destination(NamedTuple):
    """Where a link, definition or HTML attribute leads; `start` is -1 if it is not written there.

    That of HTML is as written, with its character references.
    """

    start: int
    dest: str
    is_html: bool = False


def _move(body: str, old: str, new: str, known: Collection[str]) -> str:
    """Replace the beginning of paths of stored files; return the text as it was if that fails."""
    if not known or not find_attachment_ids(body):
        return body
    data, pieces, done = body.encode(), [], 0
    found = list(_destinations(body, data))
    for start in sorted(each.start for each in found if _is_written(each, data, old, known)):
        pieces += [data[done:start], new.encode()]
        done = start + len(old)
    changed = b"".join([*pieces, data[done:]]).decode()
    wanted = [
        new + each.dest[len(old) :] if _is_stored(each.dest, old, known) else each.dest
        for each in found
    ]
    read_back = [each.dest for each in _destinations(changed, changed.encode())]
    return changed if read_back == wanted else body


def _is_written(each: _Destination, data: bytes, old: str, known: Collection[str]) -> bool:
    """Is the path of a known stored file below `old` written at a destination?"""
    if each.is_html:
        return _is_stored(each.dest, old, known)
    if each.start < 0 or not data.startswith(old.encode(), each.start):
        return False
    found = STORED_BYTES.match(data, each.start + len(old))
    return found is not None and found[1].decode() in known


def _is_stored(dest: str, old: str, known: Collection[str]) -> bool:
    found = STORED.match(dest, len(old)) if dest.startswith(old) else None
    return found is not None and found[1] in known


def _destinations(body: str, data: bytes) -> Iterator[_Destination]:
    """Yield all destinations except those of wiki-links, which are names."""
    for link, words_end, end in _links(body):
        found = INLINE.match(data, words_end, end) if link.kind == "Inline" else None
        yield _Destination(found.end() if found else -1, link.dest)
    for definition in PARSER.reference_definitions(body).values():
        span = definition["span"]
        found = DEFINITION.match(data, span["start"], span["end"])
        yield _Destination(found.end() if found else -1, definition["dest"])
    for start, dest in _html_addresses(body):
        yield _Destination(start, dest, is_html=True)


def _links(body: str) -> Iterator[tuple[Link, int, int]]:
    """Yield each link or picture that is no wiki-link, where its text ends and where it ends."""
    # The links around the current event, and where their text ends so far.
    inside: list[tuple[Link, int, int]] = []
    for event in read_events(body):
        if event.kind == "End" and event.tag in ("Link", "Image"):
            link, words_end, end = inside.pop()
            if not link.wiki:
                yield link, words_end, end
        elif inside:
            link, words_end, end = inside[-1]
            inside[-1] = link, max(words_end, event.end), end
        if event.link:
            opening = 1 + event.link.embed
            inside.append((event.link, event.start + opening, event.end))


def _html_addresses(body: str) -> Iterator[tuple[int, str]]:
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
        for offset, value in _attributes(source):
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


def _attributes(source: bytes) -> Iterator[tuple[int, bytes]]:
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
