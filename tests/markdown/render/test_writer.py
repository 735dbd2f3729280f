"""Headings, tasks, lists and footnotes as HTML."""

from __future__ import annotations

import pytest

from services.markdown.render.render import Heading, render
from tests.support.rendering import html


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


def test_what_is_nested_too_deep_is_drawn_flat():
    assert render("> " * 1_000 + "x").html.count("<blockquote>") == 60
    assert render("- " * 1_000 + "x").html.count("<ul>") == 30
    assert "x" in render("*a **b " * 1_000 + "x").html


def test_lists_and_tasks_follow_letters_that_run_to_the_left():
    html = render("- [ ] ללמוד\n- [x] learn\n\n1. تعلم\n").html
    assert html.count('" dir="auto">') == 2
    assert '<ul dir="auto">' in html
    assert '<ol dir="auto">' in html


@pytest.mark.parametrize("text", ["- [ ] learn\n- a\n", "- [ ] Zürich 学ぶ → учить\n"])
def test_other_notes_need_no_direction(text):
    assert "dir=" not in render(text).html
