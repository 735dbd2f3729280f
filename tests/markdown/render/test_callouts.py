"""Callouts of GitHub and Obsidian as HTML."""

from __future__ import annotations

import pytest

from tests.support.rendering import html


@pytest.mark.parametrize(
    ("word", "kind"),
    [("NOTE", "note"), ("Tip", "tip"), ("IMPORTANT", "important"), ("warning", "warning"),
     ("CAUTION", "warning"), ("bug", "danger"), ("faq", "question"), ("answer", "tip"),
     ("own-word", "note")],
)  # fmt: skip
def test_callouts_of_github_and_obsidian(word, kind):
    shown = html(f"> [!{word}]\n> Text")
    name = word.lower().replace("-", " ").capitalize()
    assert shown == (
        f'<div class="callout callout-{kind}">\n<p class="callout-title">{name}</p>\n'
        "<p>Text</p>\n</div>"
    )


def test_a_callout_may_have_a_title():
    shown = html("> [!note] A *b* `c` [[d]]\n> Text", {"d": "/d"})
    assert '<p class="callout-title">A <em>b</em> <code>c</code> <a href="/d">d</a></p>' in shown
    assert "<p>Text</p>" in shown


def test_a_callout_may_fold():
    assert html("> [!tip]- T\n> x").startswith('<details class="callout callout-tip">\n<summary ')
    assert html("> [!tip]+ T\n> x").startswith('<details class="callout callout-tip" open="">')


def test_callouts_nest():
    shown = html("> [!question] Why?\n> > [!answer] So\n> > Text")
    assert shown.count("<div class=") == 2
    assert '<p class="callout-title">So</p>\n<p>Text</p>\n</div>\n</div>' in shown


@pytest.mark.parametrize(
    "rest",
    ["*a\n> b*", "[a\n> b](/c)", "**a\n> b** c", "`a\n> b`", "a\\\n> b"],
)
def test_text_after_a_title_does_no_harm(rest):
    shown = html(f"> [!note] {rest}\n\nAfter.")
    assert shown.endswith("</div>\n<p>After.</p>")
    assert 'class="callout-title"' in shown


@pytest.mark.parametrize("text", ["> \\[!note] a", "> [!] a", "> a [!note]", "> - [!note] a"])
def test_other_quotes_are_quotes(text):
    assert html(text).startswith("<blockquote>")
