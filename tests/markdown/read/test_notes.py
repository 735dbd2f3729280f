"""Tasks are read from notes, with their state, depth and list."""

from __future__ import annotations

import pytest

from services.markdown.read.notes import read_notes


def tasks(text: str) -> list[tuple[str, str]]:
    return [(item.state, item.text) for item in read_notes(text).items]


@pytest.mark.parametrize(
    ("mark", "state"),
    [(" ", "open"), ("x", "done"), ("X", "done"), ("/", "doing"), ("-", "na")],
)
@pytest.mark.parametrize("bullet", ["-", "*", "+", "1.", "7)"])
def test_a_task_has_one_of_five_marks_in_any_list(bullet, mark, state):
    assert tasks(f"{bullet} [{mark}] Read *this*") == [(state, "Read *this*")]


@pytest.mark.parametrize(
    "text",
    [
        "```\n- [ ] a\n```",
        "~~~\n- [/] a\n~~~",
        "    - [ ] a",
        "<div>\n- [ ] a\n</div>",
        "<!--\n- [ ] a\n-->",
        "- `[ ]` a",
        "- \\[ ] a",
        "- \\[/] a",
        "- [ ]a",
        "- [/]a",
        "- [] a",
        "- [?] a",
        "- [ ](a.md)",
        "- [/](a.md)",
        "[ ] a",
        "- [ ]",
        "- [/]",
        "- [ ]\n  a",
        "- a [ ] b",
        "# [ ] a",
        "- [/] a\n\n[/]: /somewhere",
    ],
)
def test_what_only_looks_like_a_task_is_text(text):
    assert tasks(text) == []


def test_nested_tasks_know_their_depth():
    text = "- [ ] a\n  - [x] b\n    1. [ ] c\n- [ ] d\n- no task\n  - [ ] e"
    assert [(item.text, item.depth) for item in read_notes(text).items] == [
        ("a", 0),
        ("b", 1),
        ("c", 2),
        ("d", 0),
        ("e", 1),
    ]


@pytest.mark.parametrize("text", ["> - [ ] a", "> > 1. [ ] a", "> [!todo]\n> - [ ] a"])
def test_quoted_tasks_count(text):
    assert tasks(text) == [("open", "a")]


def test_a_task_over_several_lines_is_one_text():
    assert tasks("- [ ] one\n  two\nthree") == [("open", "one two three")]


def test_text_below_a_task_is_not_part_of_it():
    assert tasks("- [ ] one\n\n  More of it.\n\n      code") == [("open", "one")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_kinds(end):
    assert tasks(f"- [ ] a{end}- [x] b{end}") == [("open", "a"), ("done", "b")]


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("What to learn\n\n", "What to learn"),
        ("What to learn:\n", "What to learn:"),
        ("First line\nlast *line*\n\n", "last line"),
        ("## Heading\n\n", "Heading"),
        ("Heading\n===\n", "Heading"),
        ("", ""),
        ("Text\n\n---\n\n", ""),
        ("Text\n\n```\ncode\n```\n", ""),
        ("Text\n\n> quote\n\n", ""),
    ],
)
def test_a_list_is_titled_by_the_paragraph_or_heading_right_above(above, title):
    items = read_notes(f"{above}- [ ] a\n- [ ] b\n  - [ ] c").items
    assert [item.list_title for item in items] == [title] * 3


def test_offsets_are_bytes():
    item = read_notes("Größe 😀\n\n- [x] größer").items[0]
    data = "Größe 😀\n\n- [x] größer".encode()
    assert data[item.marker : item.marker + 1] == b"x"
    assert data[item.text_start : item.text_end].decode() == "größer"
    assert data[item.start : item.end].decode() == "- [x] größer"
