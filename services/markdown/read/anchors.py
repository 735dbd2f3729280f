"""The anchors of headings, as GitHub makes them."""

from __future__ import annotations

import re


def heading_anchor(text: str) -> str:
    """Return a heading's anchor as on GitHub: lower case, no punctuation, hyphens for spaces."""
    slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
    # Anchors that begin with kb- belong to the page around the notes.
    return f"section-{slug}" if slug.startswith("kb-") else slug or "section"


class Anchors:
    """Gives each heading of a page an anchor of its own, numbered as GitHub does."""

    def __init__(self) -> None:
        self.used: dict[str, int] = {}

    def assign(self, text: str) -> str:
        first = name = heading_anchor(text)
        while name in self.used:
            self.used[first] += 1
            name = f"{first}-{self.used[first]}"
        self.used[name] = 0
        return name
