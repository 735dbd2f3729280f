"""What a page consists of, for tests of what it shows and of what it must not let in."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

from django.utils.html import strip_tags


def words(text: str) -> str:
    """What a reader sees of the main part of a page."""
    return " ".join(unescape(strip_tags(text.partition("<main")[2] or text)).split())


class Elements(HTMLParser):
    """The elements of a page and their attributes, apart from what texts say."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.names.append(tag)
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)
        self.links += [value or "" for name, value in attrs if name == "href"]
