"""Tags as a user types them: separated by commas, each of one or more words.

In quotes stands a tag that has a comma in it, as `"a, b"`; a quote in there is written twice. Any
other quote is a character like all others. `kb.settings` tells django-taggit of these two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from taggit.models import Tag

# One tag up to its comma or line end: in quotes, or as it is.
ENTRY = re.compile(r'\s*"(?P<quoted>(?:[^"]|"")*)"\s*(?=[,\r\n]|\Z)|[^,\r\n]+')
NEEDS_QUOTES = re.compile(r'\A"|[,\r\n]')


def from_text(text: str | None) -> list[str]:
    """Return the tags in a text, each once and in order."""
    found = set()
    for entry in ENTRY.finditer(text or ""):
        quoted = entry["quoted"]
        found.add(entry[0].strip() if quoted is None else quoted.replace('""', '"').strip())
    return sorted(found - {""})


def to_text(tags: Iterable[Tag]) -> str:
    """Return the text from which `from_text` reads these tags."""
    return ", ".join(sorted(_written(str(tag.name)) for tag in tags))


def _written(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""')) if NEEDS_QUOTES.search(name) else name


def is_reachable(name: str) -> bool:
    """Tell whether a tag can have an address: browsers remove the parts `.` and `..` from it."""
    return {".", ".."}.isdisjoint(name.split("/"))
