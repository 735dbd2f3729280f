"""The sections of a page's notes, found without making HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.markdown.read import outline
from services.markdown.read.blocks import parse
from services.markdown.read.sections import find_section, read_sections, section_source
from services.markdown.render import render
from services.markdown.render.writer import Writer

PIECES = [
    "# One\n",
    "## One\n",
    "### *Two* `three`\n",
    "# One-1\n",
    "# kb-menu\n",
    "#\n",
    "# ![a ![b] `c`](d)\n",
    "One\n===\n",
    "One\ntwo\\\nthree\n---\n",
    "> # One\n",
    "- # One\n",
    "- [ ] One\n  ---\n",
    "- [/] x\n  # One\n",
    "1. > ## One\n",
    "[^1]: # One\n",
    "x[^1]\n",
    "> [!tip] # One\n> # Two\n",
    "```\n# One\n```\n",
    "<div>\n# One\n</div>\n",
    "# <b>One</b> [[S3|x]] <https://a.b>\n",
    "    # One\n",
    "| a |\n|---|\n| # One |\n",
    "\n",
    "text\n",
    "- [/] One\n  ===\n",
    "# One [x](y 'z') &amp; \\* [^1]\n",
    "<!--\n",
    "-->\n",
    "~~~\n",
    "# Ünï · ①\r\n",
    "- x\n\n  ![a\n  b](c)\n  ---\n",
    "# ![[a|300]] www.a.b\n",
]
texts = st.lists(st.sampled_from(PIECES) | st.text("#>-= \n[]!`ab|^:*", max_size=9), max_size=12)
texts = texts.map("".join)


def as_rendered(text):
    return [(heading.text, heading.anchor) for heading in render.render(text).headings]


@given(texts)
def test_anchors_are_those_of_the_page(text):
    assert [(section.title, section.anchor) for section in read_sections(text)] == as_rendered(text)


@pytest.mark.parametrize("text", [*PIECES, "".join(PIECES), "> " * 70 + "# One\n\n# One\n"])
def test_each_kind_of_heading_has_the_anchor_that_it_has_on_the_page(text):
    assert [(section.title, section.anchor) for section in read_sections(text)] == as_rendered(text)


@given(texts)
def test_a_section_ends_where_the_next_of_its_level_begins(text):
    found, end = read_sections(text), len(text.encode())
    assert [(p.title, p.level, p.start, p.body) for p in found] == [
        (h.text, h.level, h.start, h.end) for h in outline.top_headings(parse(text))
    ]
    for index, section in enumerate(found):
        after = [other.start for other in found[index + 1 :] if other.level <= section.level]
        assert section.stop == (after[0] if after else end)
        assert find_section(text, section.anchor) == section


def test_finding_a_section_makes_no_html(monkeypatch):
    monkeypatch.delattr(Writer, "run")
    text = "# One\n\n> # Two\n\n# Two\n\nwords\n"
    section = find_section(text, "two-1")
    assert section is not None
    assert section_source(text, section) == "# Two\n\nwords\n"
