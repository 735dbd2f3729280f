"""The addresses of stored files as paths below a folder, and back again; pure.

On the site a file is at `/attachments/<uuid>/<name>`. In a folder of Markdown files it lies at
`attachments/<uuid>/<name>`, and a note `depth` folders down leads there with as many `../` before
it. Only the beginning of a destination changes, in links and in raw HTML, so that one way undoes
the other to the byte.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import unescape
from typing import Any
from urllib.parse import unquote

from services.markdown.edit.html_attributes import raw_addresses
from services.markdown.parser import PARSER
from services.markdown.read.front_matter import split_front_matter

FOLDER = "attachments"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
PLACE = re.compile(rf"{FOLDER}/({UUID})/")
STORED = re.compile(rf"{FOLDER}/({UUID})/([^/?#]+)(?=[?#]|\Z)")
STORED_BYTES = re.compile(rf"{FOLDER}/({UUID})/(?=[^\s?#>)/])(?![^\s?#<>()]*/)".encode())
# What stands between a link's words and its destination, which may be on the line below.
SPACE = rb"[ \t]*(?:(?:\r\n?|\n)[ \t>]*)?<?"
INLINE = re.compile(rb"\]\(" + SPACE)
DEFINITION = re.compile(rb"\[(?:\\.|[^\]\\])*\]:" + SPACE, re.DOTALL)


def stored_in(text: str) -> set[str]:
    """The uuids in all that looks like the place of a stored file, here or below a folder."""
    return set(PLACE.findall(text)) if f"{FOLDER}/" in text else set()


def outward(text: str, depth: int, known: Collection[str]) -> tuple[str, list[tuple[str, str]]]:
    """A document's text with paths for addresses, and the files (uuid, name) it leads to by them.

    `known` are the uuids of files that are here. Code and front matter stay, and so does the whole
    text where `homeward` would not give it back.
    """
    up = "../" * depth
    matter, body = split_front_matter(text)
    moved = _moved(body, "/", up, known)
    if _moved(moved, up, "/", known) != body:
        return text, []
    found: dict[tuple[str, str], None] = {}
    for dest in (*_links_to(moved), *(unescape(raw) for _, raw in raw_addresses(moved))):
        if dest.startswith(up) and (stored := STORED.match(dest, len(up))) and stored[1] in known:
            found[stored[1], unquote(stored[2])] = None
    return matter.raw + moved, list(found)


def homeward(text: str, depth: int, known: Collection[str]) -> str:
    """A document's text with addresses for the paths that `outward` writes, and for no others.

    The text stays where `outward` would not give it back.
    """
    if not known:
        return text
    up = "../" * depth
    matter, body = split_front_matter(text)
    moved = _moved(body, up, "/", known)
    return text if _moved(moved, "/", up, known) != body else matter.raw + moved


def _moved(body: str, old: str, new: str, known: Collection[str]) -> str:
    """A text whose links lead to stored files from another place; as it was, where it would not
    be read so."""
    if not known or not stored_in(body):
        return body
    data, pieces, done = body.encode(), [], 0
    for start in sorted(_starts(body, data, old, known)):
        pieces += [data[done:start], new.encode()]
        done = start + len(old)
    changed = b"".join([*pieces, data[done:]]).decode()
    wanted = [_led(dest, old, new, known) for dest in _leading(body)]
    return changed if list(_leading(changed)) == wanted else body


def _starts(body: str, data: bytes, old: str, known: Collection[str]) -> Iterator[int]:
    """Where addresses of stored files at another place begin, in bytes."""
    for start in _destinations(body, data):
        if data.startswith(old.encode(), start):
            found = STORED_BYTES.match(data, start + len(old))
            if found and found[1].decode() in known:
                yield start
    for start, raw in raw_addresses(body):
        if _is_stored(raw, old, known):
            yield start


def _led(dest: str, old: str, new: str, known: Collection[str]) -> str:
    return new + dest[len(old) :] if _is_stored(dest, old, known) else dest


def _is_stored(dest: str, old: str, known: Collection[str]) -> bool:
    found = STORED.match(dest, len(old)) if dest.startswith(old) else None
    return found is not None and found[1] in known


def _leading(body: str) -> Iterator[str]:
    """Where a text leads to: its links, and the addresses in its raw HTML as they are written."""
    yield from _links_to(body)
    for _, raw in raw_addresses(body):
        yield raw


def _links_to(body: str) -> Iterator[str]:
    """Where links, pictures and definitions lead, but not wiki-links, which ask for names."""
    for detail, _, _ in _links(body):
        yield detail["dest_url"]
    for definition in PARSER.reference_definitions(body).values():
        yield definition["dest"]


def _destinations(body: str, data: bytes) -> Iterator[int]:
    """Where the destinations of links, pictures and definitions begin, in bytes."""
    for detail, words_end, end in _links(body):
        if detail["link_type"] == "Inline" and (found := INLINE.match(data, words_end, end)):
            yield found.end()
    for definition in PARSER.reference_definitions(body).values():
        span = definition["span"]
        if found := DEFINITION.match(data, span["start"], span["end"]):
            yield found.end()


def _links(body: str) -> Iterator[tuple[Any, int, int]]:
    """Each link or picture that is no wiki-link, where its words end and where it ends."""
    # Those around the current event, and how far their words go as yet.
    inside: list[tuple[Any, int, int]] = []
    for event, span in PARSER.events_with_range(body):
        name, value = ("", None) if isinstance(event, str) else next(iter(event.items()))
        if name == "End" and value in ("Link", "Image"):
            detail, words_end, end = inside.pop()
            if not isinstance(detail["link_type"], dict):
                yield detail, words_end, end
        elif inside:
            detail, words_end, end = inside[-1]
            inside[-1] = detail, max(words_end, span["end"]), end
        if name == "Start" and isinstance(value, dict):
            kind, detail = next(iter(value.items()))
            if kind in ("Link", "Image"):
                opening = 1 + (kind == "Image")
                inside.append((detail, span["start"] + opening, span["end"]))
