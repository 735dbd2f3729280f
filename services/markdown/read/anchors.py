"""The anchors of headings, as GitHub makes them."""

from __future__ import annotations

import re


def anchor(text: str) -> str:
    """A heading's anchor as GitHub makes it: lower case, punctuation gone, spaces to hyphens."""
    slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
    # Names that begin with kb- belong to the page around the notes.
    return f"section-{slug}" if slug.startswith("kb-") else slug or "section"


class Anchors:
    """Give each heading of a page an anchor of its own, numbered as GitHub does."""

    def __init__(self) -> None:
        self.used: dict[str, int] = {}

    def give(self, text: str) -> str:
        first = name = anchor(text)
        while name in self.used:
            self.used[first] += 1
            name = f"{first}-{self.used[first]}"
        self.used[name] = 0
        return name
