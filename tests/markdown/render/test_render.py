"""Notes as HTML: one line, real files and whatever else comes. Dangers are in test_sanitise.py."""

from __future__ import annotations

import pytest

from services.markdown.render.render import render, render_inline
from tests.markdown.render.test_sanitise import dangers
from tests.markdown.test_properties import Balance
from tests.support import corpora

# -- one line --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a *b* `c`", "a <em>b</em> <code>c</code>"),
        ("# a", "# a"),
        ("- a", "- a"),
        ("a <p align=left>b", "a &lt;p align=left&gt;b"),
        ("", ""),
    ],
)
def test_one_line_has_no_blocks(text, line):
    assert render_inline(text) == line


# -- whatever comes --------------------------------------------------------------------------------


PATHOLOGICAL = {
    "quotes": "> " * 1_000 + "x",
    "lists": "- " * 1_000 + "x",
    "numbers": "1. " * 1_000 + "x",
    "tasks": "".join("  " * depth + "- [ ] x\n" for depth in range(300)),
    "emphasis": "*a **b " * 10_000,
    "stars": "*" * 50_000 + "x" + "*" * 50_000,
    "links": "[a](" * 20_000,
    "links in links": "[" * 1_000 + "x" + "](y)" * 1_000,
    "brackets": "[" * 100_000,
    "wiki-links": "[[" * 50_000,
    "pictures in pictures": "![" * 1_000 + "x" + "](y)" * 1_000,
    "a long word": "x" * 100_000,
    "a long line": "word " * 20_000,
    "headings": "# H\n" * 10_000,
    "callouts": "> [!note] x\n\n" * 3_000,
    "callouts in callouts": "".join("> " * depth + "[!note] x\n" for depth in range(1, 200)),
    "footnotes": "".join(f"[^{n}] " for n in range(2_000)) + "\n\n"
    + "".join(f"[^{n}]: x\n\n" for n in range(2_000)),
    "footnotes in footnotes": "[^1]:" * 1_000 + " x",
    "open elements": "<div>" * 20_000,
    "open lines": "<div>\n\n" * 10_000,
    "open formatting": "<p>" + "".join(f"<b title={n}>" for n in range(1_000)) + "</p>\n\n"
    + "x\n\n" * 2_000,
    "comments": "<!--" * 20_000,
    "less than": "<" * 100_000,
    "backticks": "".join("`" * length + " " for length in range(300)),
    "a table": "|a|b|\n|-|-|\n" + "|x|y|\n" * 5_000,
    "addresses": "http://!" * 10_000 + "www." * 10_000 + "http://a(" + ")" * 20_000,
    "questions": "Q: a?\nA: b\n" * 3_000,
}  # fmt: skip


@pytest.mark.soak
@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_no_text_takes_forever(name):
    shown = render(PATHOLOGICAL[name]).html
    assert dangers(shown) == []
    Balance(shown)
    assert len(shown) < 60 * len(PATHOLOGICAL[name]) + 1_000


@pytest.mark.parametrize("file", corpora.files(), ids=corpora.name)
def test_real_files(file):
    shown = render(corpora.read(file)).html
    assert dangers(shown) == []
    Balance(shown)
