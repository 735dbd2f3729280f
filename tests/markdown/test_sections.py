"""The parts of a page's notes, found without making HTML of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.markdown.read import outline
from services.markdown.read.sections import part_at, parts, source
from services.markdown.render import render
from services.markdown.render.writer import Writer

PIECES = [
    *(
        "# One\n",
        "## One\n",
        "### *Two* `three`\n",
        "# One-1\n",
        "# kb-menu\n",
        "#\n",
        "# ![a ![b] `c`](d)\n",
    ),
    *("One\n===\n", "One\ntwo\\\nthree\n---\n", "> # One\n", "- # One\n", "- [ ] One\n  ---\n"),
    *(
        "- [/] x\n  # One\n",
        "1. > ## One\n",
        "[^1]: # One\n",
        "x[^1]\n",
        "> [!tip] # One\n> # Two\n",
    ),
    *(
        "```\n# One\n```\n",
        "<div>\n# One\n</div>\n",
        "# <b>One</b> [[S3|x]] <https://a.b>\n",
        "    # One\n",
    ),
    *(
        "| a |\n|---|\n| # One |\n",
        "\n",
        "text\n",
        "- [/] One\n  ===\n",
        "# One [x](y 'z') &amp; \\* [^1]\n",
    ),
    *(
        "<!--\n",
        "-->\n",
        "~~~\n",
        "# Ünï · ①\r\n",
        "- x\n\n  ![a\n  b](c)\n  ---\n",
        "# ![[a|300]] www.a.b\n",
    ),
]
texts = st.lists(st.sampled_from(PIECES) | st.text("#>-= \n[]!`ab|^:*", max_size=9), max_size=12)
texts = texts.map("".join)


def as_rendered(text):
    return [(heading.text, heading.anchor) for heading in render.render(text).headings]


@given(texts)
def test_anchors_are_those_of_the_page(text):
    assert [(part.title, part.anchor) for part in parts(text)] == as_rendered(text)


@pytest.mark.parametrize("text", [*PIECES, "".join(PIECES), "> " * 70 + "# One\n\n# One\n"])
def test_each_kind_of_heading_has_the_anchor_that_it_has_on_the_page(text):
    assert [(part.title, part.anchor) for part in parts(text)] == as_rendered(text)


@given(texts)
def test_parts_end_where_the_next_as_high_begins(text):
    found, end = parts(text), len(text.encode())
    assert [(p.title, p.level, p.start, p.body) for p in found] == [
        (h.text, h.level, h.start, h.end) for h in outline.headings(text, text.encode())
    ]
    for index, part in enumerate(found):
        after = [other.start for other in found[index + 1 :] if other.level <= part.level]
        assert part.stop == (after[0] if after else end)
        assert part_at(text, part.anchor) == part


def test_no_html_is_made_to_find_a_part(monkeypatch):
    monkeypatch.delattr(Writer, "run")
    text = "# One\n\n> # Two\n\n# Two\n\nwords\n"
    part = part_at(text, "two-1")
    assert part is not None
    assert source(text, part) == "# Two\n\nwords\n"
