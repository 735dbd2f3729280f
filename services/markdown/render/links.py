"""The HTML of links, bare addresses and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import quote

from services.markdown.parser import Link
from services.markdown.read.anchors import heading_anchor
from services.markdown.read.targets import ATTACHMENT, local_target, target_name

# GFM "extended autolinks": a bare address ends before its trailing punctuation.
BARE_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"`]*[^\s<>\"`?!.,:;*_~'’”)\]]")
# Obsidian's size of a picture, as its label or after it: `300`, `300x200`, `Label|300`.
SIZE = re.compile(r"(?:(?P<label>.*)\|)?(?P<width>\d{1,4})(?:x(?P<height>\d{1,4}))?", re.DOTALL)

# Pixels: width and height.
Size = tuple[int, int]

# A name with a file extension is not offered as a new page.
FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}\Z")
# The address of a stored file; a fragment in it is for the program that shows the file.
STORED = "/attachments/"


def escape_url(url: str) -> str:
    """Return an address for an attribute, with the characters that it may not contain encoded."""
    # Brackets are allowed only around an IPv6 address.
    brackets = "[]" if "//[" in url else ""
    return escape(quote(url, safe="!#$%&'()*+,-./:;=?@_~" + brackets))


def link_addresses(text: str) -> str:
    """Return text as HTML with its bare addresses as links."""
    if "://" not in text and "www." not in text:
        return escape(text, quote=False)
    pieces, done = [], 0
    for found in BARE_LINK.finditer(text):
        start, end = found.span()
        # A closing parenthesis belongs to the address that opened it.
        while text[end : end + 1] == ")" and text.count("(", start, end) > text.count(
            ")", start, end
        ):
            end += 1
        words = text[start:end]
        href = words if "://" in words else f"http://{words}"
        pieces.append(escape(text[done:start], quote=False))
        pieces.append(f'<a href="{escape_url(href)}">{escape(words, quote=False)}</a>')
        done = end
    pieces.append(escape(text[done:], quote=False))
    return "".join(pieces)


def link_tags(
    link: Link,
    links: Mapping[str, str],
    files: Mapping[str, str],
    missing: Callable[[str], str] | None = None,
) -> tuple[str, str]:
    """Return the tags before and after a link's words.

    A page that does not exist is no link, or a link to the address that `missing` returns for its
    name.
    """
    target, fragment = local_target(link.dest, wiki=link.wiki), link.dest.partition("#")[2]
    href: str | None = link.dest
    if link.kind == "Email":
        href = f"mailto:{link.dest}"
    elif target:
        href = links.get(target, files.get(target))
        if href and fragment and not fragment.startswith("^"):
            as_is = not link.wiki or href.startswith(STORED)
            href += "#" + (fragment if as_is else _wiki_anchor(fragment))
    elif link.wiki:
        href = "#" + _wiki_anchor(fragment)
    if href is None and missing and (name := target_name(target)) and not FILE.search(name):
        href = escape_url(missing(name))
        return f'<a class="missing" href="{href}" title="Make a page with this name">', "</a>"
    if href is None:
        return '<span class="missing" title="No page has this name yet">', "</span>"
    title = f' title="{escape(link.title)}"' if link.title else ""
    return f'<a href="{escape_url(href)}"{title}>', "</a>"


def _wiki_anchor(fragment: str) -> str:
    """Return the anchor of the deepest heading in [[Page#Heading#Deeper]]."""
    return heading_anchor(fragment.rpartition("#")[2])


class Picture:
    """A picture, or an embedded file, whose description is still being read."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.words: list[str] = []
        # A description may contain pictures.
        self.depth = 1

    @property
    def alt(self) -> str:
        return "".join(self.words)

    def html(
        self,
        links: Mapping[str, str],
        files: Mapping[str, str],
        sizes: Mapping[str, Size],
        *,
        linked: bool,
    ) -> str:
        """Return the picture, a link if a page is embedded, or a label if the file is missing.

        `linked` means that it is inside a link already.
        """
        target = local_target(self.link.dest, wiki=self.link.wiki)
        src = files.get(target) if target else self.link.dest
        alt, wanted = self.alt, None
        found = SIZE.fullmatch(alt)
        if found and (self.link.wiki or found["label"] is not None):
            alt, wanted = found["label"] or target, found
        label = escape(alt or target or self.link.dest, quote=False)
        if src:
            title = f' title="{escape(self.link.title)}"' if self.link.title else ""
            size = _size_attributes(src, wanted, sizes)
            return f'<img src="{escape_url(src)}" alt="{escape(alt)}"{title}{size} loading="lazy">'
        if target in links:
            href = links[target]
            if href.startswith(STORED):
                href, label = self._stored(href, alt, target)
            return label if linked else f'<a href="{escape_url(href)}">{label}</a>'
        return f'<span class="missing" title="This file is not here">{label}</span>'

    def _stored(self, href: str, alt: str, target: str) -> tuple[str, str]:
        """Return the address and label of a stored file that is no picture; by default its name."""
        hash_sign, fragment = self.link.dest.partition("#")[1:]
        words = target_name(target) if alt in ("", target, self.link.dest) else alt
        return href + hash_sign + fragment, escape(words, quote=False)


def _size_attributes(src: str, wanted: re.Match[str] | None, sizes: Mapping[str, Size]) -> str:
    """Return the size attributes of a picture: the size in its label, or that of the file.

    If only a width is given, the height is calculated from the file's size.
    """
    found = ATTACHMENT.match(src)
    own = sizes.get(found[1].lower()) if found else None
    if wanted and wanted["height"]:
        return f' width="{wanted["width"]}" height="{wanted["height"]}" class="sized"'
    width = int(wanted["width"]) if wanted else 0
    if own:
        width, height = (width, round(width * own[1] / own[0])) if width else own
        return f' width="{width}" height="{height}"'
    return f' width="{width}"' if width else ""
