"""Every example of the CommonMark specification, through our renderer.

`tests/data/commonmark.json` holds the examples of version 0.31.2 by John MacFarlane, licensed
CC BY-SA 4.0, unchanged from https://spec.commonmark.org/0.31.2/spec.json.

Both sides are compared as a browser would see them, after the sanitiser: what it removes is
tested elsewhere. What we add on purpose is put aside by `seen`: anchors and the shift of
headings, boxes around code, `rel` on links, `loading` on pictures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest

from services.markdown.render.render import render
from services.markdown.render.sanitise import sanitise

EXAMPLES = json.loads(
    (Path(__file__).parents[1] / "data" / "commonmark.json").read_text(encoding="utf-8")
)
OURS = {"id", "rel", "tabindex", "loading"}
# Blank space beside these is no text.
BLOCKS = frozenset(
    "blockquote dd details div dl dt h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td th thead tr "
    "ul".split()
)

WIKI = "[[…]] is a wiki-link"
BARE = "a bare address is a link"
PLACEHOLDER = "an element that HTML does not have is shown: `<bucket>` is a placeholder"
CUT_OFF = "a tag without an end is shown, so that it swallows nothing"
# Examples that come out differently, and why.
DIFFERENT: dict[int, str] = {
    **dict.fromkeys((150, 163, 201, 491, 524, 536, 613, 614, 615, 617, 623), PLACEHOLDER),
    **dict.fromkeys((156, 157, 173), CUT_OFF),
    **dict.fromkeys((548, 559, 590), WIKI),
    **dict.fromkeys((602, 608, 611), BARE),
}


class Everywhere(Mapping[str, str]):
    """A mapping in which every link target exists."""

    def __getitem__(self, target: str) -> str:
        return "/here/" + target

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 1


class Seen(HTMLParser):
    """HTML as a list of tags with their attributes, and of words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[object] = []
        self.words = ""
        self.pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "span":
            return
        self.end_words(tag)
        self.pre += tag == "pre"
        self.found.append((tag, {name: value for name, value in attrs if name not in OURS}))

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            return
        self.end_words(tag)
        self.pre -= tag == "pre"
        self.found.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.words += data

    def end_words(self, tag: str = "p") -> None:
        words, self.words = self.words, ""
        if self.pre:
            self.found.append(words)
            return
        last = self.found[-1] if self.found else "/p"
        if (last[0] if isinstance(last, tuple) else str(last)[1:]) in BLOCKS:
            words = words.lstrip()
        if tag in BLOCKS:
            words = words.rstrip()
        if words:
            self.found.append(words)


def seen(html: str) -> list[object]:
    parser = Seen()
    parser.feed(html)
    parser.close()
    parser.end_words()
    return parser.found


def expected(example: dict[str, str]) -> list[object]:
    """The specification's HTML with an h2 as the highest heading and links that lead somewhere."""
    html = example["html"]
    shift = 2 - min((int(level) for level in re.findall(r"<h([1-6])>", html)), default=2)
    html = re.sub(
        r"(</?h)([1-6])>", lambda found: f"{found[1]}{min(int(found[2]) + shift, 6)}>", html
    )
    html = re.sub(r'<pre><code class="language-([^"]*)">', r'<pre data-language="\1"><code>', html)
    if not re.search(r"<(a|img)\s", example["markdown"]):
        # Only Markdown's own links are looked up.
        html = re.sub(r'(href|src)="(?![/#?]|[a-zA-Z][a-zA-Z0-9+.-]*:|")', r'\1="/here/', html)
    return seen(sanitise(html))


def ours(example: dict[str, str]) -> list[object]:
    return seen(render(example["markdown"], Everywhere(), Everywhere()).html)


def test_all_examples_are_read():
    assert [example["example"] for example in EXAMPLES] == list(range(1, 653))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example["example"]))
def test_example(example):
    if example["example"] in DIFFERENT:
        assert ours(example) != expected(example), "this example passes, take it off the list"
    else:
        assert ours(example) == expected(example)
