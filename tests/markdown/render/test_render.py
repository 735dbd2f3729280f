"""Notes as HTML, feature by feature. Dangerous HTML is in test_sanitise.py."""

from __future__ import annotations

import pytest

from services.markdown.render.render import Heading, render, render_inline
from tests.markdown.render.test_sanitise import dangers
from tests.markdown.test_properties import Balance
from tests.support import corpora
from tests.support.rendering import html

# -- headings --------------------------------------------------------------------------------------


def test_the_highest_heading_is_an_h2():
    assert render("### A\n\n#### B\n\n###### C\n").headings == [
        Heading(2, "A", "a"),
        Heading(3, "B", "b"),
        Heading(5, "C", "c"),
    ]
    assert html("# A\n###### B") == '<h2 id="a">A</h2>\n<h6 id="b">B</h6>'


def test_headings_in_quotes_and_lists_are_shown_but_not_listed():
    rendered = render("> # Quoted\n\n- # Listed\n\n## Own\n")
    assert [heading.text for heading in rendered.headings] == ["Own"]
    assert '<h2 id="quoted">' in rendered.html
    assert '<h2 id="own">' in rendered.html


def test_a_heading_knows_its_words_without_their_marks():
    assert render("# A *b* `c` [d](/x) ![e](/f.png)\n").headings[0].text == "A b c d e"


# -- lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "state", "label", "checked"),
    [
        (" ", "open", "To do", False),
        ("/", "doing", "In progress", False),
        ("x", "done", "Done", True),
        ("X", "done", "Done", True),
        ("-", "na", "Not applicable", False),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_task_shows_its_state(gap, mark, state, label, checked):
    shown = html(f"- [{mark}] *a*{gap}- b")
    assert f'<li class="task task-{state}">' in shown
    assert f'aria-label="{label}"' in shown
    assert 'type="checkbox"' in shown
    assert 'disabled="disabled"' in shown
    assert ("checked" in shown) is checked
    assert f"[{mark}]" not in shown
    assert "<em>a</em>" in shown


def test_a_box_without_words_is_text():
    assert html("- [ ]\n- [/]") == "<ul>\n<li>[ ]</li>\n<li>[/]</li>\n</ul>"


def test_lists_begin_where_they_begin():
    assert html("3. a\n4. b") == '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'


# -- tables, footnotes, strikethrough, code --------------------------------------------------------


def test_tables_are_aligned_and_scroll_in_a_box():
    shown = html("| a | b | c | d |\n|---|:--|:-:|--:|\n| 1 | *2* | `3` | [[x\\|y]] |\n")
    assert shown.startswith('<div class="table" role="group" aria-label="Table" tabindex="0">')
    assert '<th>a</th><th class="align-left">b</th><th class="align-center">c</th>' in shown
    assert '<td class="align-left"><em>2</em></td>' in shown
    assert '<td class="align-right"><span class="missing"' in shown
    assert ">y</span>" in shown


def test_footnotes_are_numbered_in_the_order_of_the_text():
    shown = html("b[^B] a[^a] b[^b]\n\n[^a]: Note A\n\n[^b]: Note *B*\n")
    assert '<a href="#fn-1" id="fnref-1">1</a></sup> a<sup><a href="#fn-2"' in shown
    assert shown.count('href="#fn-1"') == 2
    assert shown.count('id="fnref-1"') == 1
    assert '<li id="fn-1"><p>Note <em>B</em> <a href="#fnref-1" aria-label="Back' in shown


def test_a_footnote_that_nothing_refers_to_is_still_shown():
    shown = html("a\n\n[^1]: Lost")
    assert '<li id="fn-1"><p>Lost</p></li>' in shown
    assert "fnref" not in shown


def test_a_reference_to_no_footnote_is_text():
    assert html("a[^1]") == "<p>a[^1]</p>"


def test_strikethrough():
    assert html("~~gone~~") == "<p><del>gone</del></p>"


def test_code_is_highlighted_by_its_language():
    shown = html("```python\nif x:\n```")
    assert '<pre tabindex="0" data-language="python">' in shown
    assert '<span class="k">if</span>' in shown


@pytest.mark.parametrize("info", ["", "nonsense", "nonsense {x}"])
def test_code_in_no_known_language_is_plain(info):
    assert "<code>a &lt; b\n</code>" in html(f"```{info}\na < b\n```")


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


def test_what_is_nested_too_deep_is_drawn_flat():
    assert render("> " * 1_000 + "x").html.count("<blockquote>") == 60
    assert render("- " * 1_000 + "x").html.count("<ul>") == 30
    assert "x" in render("*a **b " * 1_000 + "x").html


def test_unclosed_elements_are_closed():
    shown = render("<div>" * 1_000 + "\n\n" + "<b title=x>" * 1_000 + "\n\nAfter.").html
    assert shown.count("<div>") <= 100
    assert shown.count("<b ") <= 200
    assert render("<div>" * 100 + "x" + "</div>" * 100).html.count("<div>") == 100


@pytest.mark.parametrize("html", ["<div>\n<!--", "<p>\n<!-- a -- b", "<div title='", "<p>\n<svg>"])
def test_html_that_is_left_open_swallows_nothing(html):
    assert "<p>After.</p>" in render(f"{html}\n\nAfter.").html


def test_lists_and_tasks_follow_letters_that_run_to_the_left():
    html = render("- [ ] ללמוד\n- [x] learn\n\n1. تعلم\n").html
    assert html.count('" dir="auto">') == 2
    assert '<ul dir="auto">' in html
    assert '<ol dir="auto">' in html


@pytest.mark.parametrize("text", ["- [ ] learn\n- a\n", "- [ ] Zürich 学ぶ → учить\n"])
def test_other_notes_need_no_direction(text):
    assert "dir=" not in render(text).html
