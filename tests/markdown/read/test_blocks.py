"""The tree of blocks that notes are read from."""

from __future__ import annotations

import pytest

from services.markdown.read.blocks import Block, parse, walk


def kinds(text: str) -> list[str]:
    return [block.kind for block in walk(parse(text).root)][1:]


def test_blocks_in_the_order_of_the_text():
    text = "# H\n\nP\n\n---\n\n- a\n  > q\n\n> [!note] c\n\n```\nx\n```\n\n<p>\n\n|a|\n|-|\n"
    assert kinds(text) == [
        "Heading", "Paragraph", "Rule", "List", "Item", "Paragraph", "BlockQuote", "Paragraph",
        "Callout", "Paragraph", "CodeBlock", "HtmlBlock", "Table",
    ]  # fmt: skip


def test_a_block_is_a_range_of_bytes():
    tree = parse("Größe\n\n> é\n> ü\n")
    quote = tree.root.children[1]
    assert tree.data[quote.start : quote.end].decode() == "> é\n> ü\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_a_paragraph_have_no_container_marks(end):
    tree = parse(end.join(["> *one*  ", "> `two` \\*", "three"]))
    paragraph = tree.root.children[0].children[0]
    assert [tree.source(line) for line in paragraph.lines] == ["*one*", "`two` \\*", "three"]
    assert paragraph.plain == "one two * three"


def test_an_escape_belongs_to_its_line():
    tree = parse("\\*a\n\\_b")
    assert [tree.source(line) for line in tree.root.children[0].lines] == ["\\*a", "\\_b"]


def test_a_callout_has_a_word():
    callout = parse("> [!Some-Word]- x").root.children[0]
    assert (callout.kind, callout.word) == ("Callout", "some-word")


def test_links_in_the_order_of_the_text():
    found = parse("[[a]] ![b](c) ![[d]] [e](f) [g]\n\n[g]: h").links
    assert [(target.dest, target.wiki, target.embed) for target in found] == [
        ("a", True, False),
        ("c", False, True),
        ("d", True, True),
        ("f", False, False),
        ("h", False, False),
    ]


def test_deep_nesting_needs_no_stack():
    depth, block = 0, parse("> " * 5_000 + "x").root
    while block.children:
        depth, block = depth + 1, block.children[0]
    assert isinstance(block, Block)
    assert depth > 1_000
