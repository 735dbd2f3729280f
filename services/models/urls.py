"""Addresses of pages on the site, and of words in them."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from django.urls import reverse

# What a list shows of an item or question is found again in the notes by its first words.
FRAGMENT_WORDS = 8


@lru_cache(maxsize=20_000)
def page_url(kind: str, slug: str) -> str:
    """Return a page's address; cached, since `reverse` would take most of a tree's time."""
    return reverse(kind, args=[slug])


def text_url(page: str, words: str, below: str) -> str:
    """Return the address of words within the page at the address `page`.

    `below` is the anchor of the heading above them. The words are for browsers that know text
    fragments (WICG "URL Fragment Text Directives"); others ignore them.
    """
    # A hyphen and a comma mean something there, and are not quoted otherwise.
    quoted = quote(" ".join(words.split()[:FRAGMENT_WORDS]), safe="").replace("-", "%2D")
    return f"{page}#{below}:~:text={quoted}" if quoted else page
