"""Tags as a user types them: separated by commas, each of one or more words.

A tag with a comma is written in quotes, as in `"a, b"`, with any quotes in it doubled. All other
quotes are ordinary characters. `kb.settings` names these functions for django-taggit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from taggit.models import Tag

# One tag up to its comma or line end: in quotes, or as it is.
ENTRY = re.compile(r'\s*"(?P<quoted>(?:[^"]|"")*)"\s*(?=[,\r\n]|\Z)|[^,\r\n]+')
NEEDS_QUOTES = re.compile(r'\A"|[,\r\n]')


def parse_tag_text(text: str | None) -> list[str]:
    """Return the tags in a text, sorted and without duplicates."""
    found = set()
    for entry in ENTRY.finditer(text or ""):
        quoted = entry["quoted"]
        found.add(entry[0].strip() if quoted is None else quoted.replace('""', '"').strip())
    return sorted(found - {""})


def format_tag_text(tags: Iterable[Tag]) -> str:
    """Return the text from which `parse_tag_text` reads these tags."""
    return ", ".join(sorted(_written(str(tag.name)) for tag in tags))


def _written(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""')) if NEEDS_QUOTES.search(name) else name


def is_reachable(name: str) -> bool:
    """Return whether a tag can have a URL: browsers remove the parts `.` and `..` from it."""
    return {".", ".."}.isdisjoint(name.split("/"))
