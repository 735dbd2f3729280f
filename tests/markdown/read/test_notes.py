"""Deriving tasks, questions with answers, and links from notes."""

from __future__ import annotations

import pytest

from services.markdown.read.notes import read_notes
from services.markdown.read.targets import local_target, target_name


def tasks(text: str) -> list[tuple[str, str]]:
    return [(item.state, item.text) for item in read_notes(text).items]


def questions(text: str, *, service: bool = False, title: str = "") -> list[tuple[str, str]]:
    found = read_notes(text, service=service, title=title).questions
    return [(question.text, question.answer) for question in found]


# -- tasks -----------------------------------------------------------------------------------------


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


# -- questions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["Why?", "*Why?*", "**Is it?**", "“Why?”", "(Why?)", "なぜ？", "لماذا؟", "- Why?", "1. Why?"],
)
def test_in_a_service_a_line_that_ends_in_a_question_mark_is_a_question(line):
    assert len(questions(line, service=True)) == 1
    assert questions(line) == []


@pytest.mark.parametrize("title", ["Questions", "FAQ", "faq", "Questions:", " Open questions "])
def test_in_a_section_of_questions_as_well(title):
    assert questions("Why?", title=title) == [("Why?", "")]
    assert questions(f"## {title}\n\nWhy?") == [("Why?", "")]


def test_a_section_of_questions_ends_with_the_next_heading_of_its_level():
    text = "## FAQ\n\nA?\n\n### Deeper\n\nB?\n\n## Next\n\nC?"
    assert questions(text) == [("A?", ""), ("B?", "")]


def test_only_the_first_line_of_a_paragraph_is_a_question():
    assert questions("Why?\nI wondered. Did you?", service=True) == [("Why?", "")]
    assert questions("I wondered.\nWhy?", service=True) == []


@pytest.mark.parametrize(
    "text",
    [
        "> Is it?",
        "> - Is it?",
        "Is it? Yes.",
        "## Is it?",
        "- [ ] Is it?",
        "1. [x] Is it?",
        "    Is it?",
        "```\nIs it?\n```",
        "<p>\nIs it?\n</p>",
        "| Is it? |\n|---|\n| It? |",
        "What do I need to learn?\n\n- [ ] a",
        "What do I need to learn?\n- [x] a",
    ],
)
def test_these_are_no_questions_even_in_a_service(text):
    assert questions(text, service=True) == []


def test_a_line_above_a_plain_list_is_a_question():
    assert questions("Which?\n\n- this\n- that", service=True) == [("Which?", "")]


@pytest.mark.parametrize(
    "text",
    [
        "> [!question] Why",
        "> [!faq] Why",
        "> [!FAQ]- Why",
        "> [!question]+ Why",
        "> [!question]\n> Why",
        "Q: Why",
        "**Q:** Why",
        "**Q**: Why",
        "- Q: Why",
    ],
)
def test_a_marked_question_is_one_anywhere(text):
    assert questions(text) == [("Why", "")]


@pytest.mark.parametrize(
    "text",
    [
        "Q: Why\nA: So",
        "**Q:** Why\n**A:** So",
        "Q: Why\n\nA: So",
        "Q: Why\n\n> [!answer]\n> So",
        "Q: Why\n\n> [!success] So",
        "Q: Why\n> [!answer] So",
        "> [!question] Why\n\n> [!answer]\n> So",
        "> [!question] Why\n> A: So",
        "> [!question] Why\n>\n> A: So",
        "> [!question] Why\n> > [!answer] So",
        "- Q: Why\n  > [!answer]\n  > So",
        "- Q: Why\n  A: So",
        "> Q: Why\n>\n> > [!answer]\n> > So",
    ],
)
def test_an_answer_follows_its_question(text):
    assert questions(text) == [("Why", "So")]


def test_an_answer_may_have_paragraphs_and_code():
    text = "Q: Why\n\n> [!answer]\n> One.\n>\n> ```\n> two\n> ```\n"
    assert questions(text) == [("Why", "One.\n\n```\ntwo\n```")]


def test_text_between_separates_an_answer_from_its_question():
    assert questions("Q: Why\n\nText.\n\n> [!answer] So") == [("Why", "")]
    assert questions("Q: Why\n\n---\n\n> [!answer] So") == [("Why", "")]


def test_questions_in_one_paragraph_have_an_answer_each():
    assert questions("Q: a\nA: b\nc\nQ: d\nQ: e\nA: f") == [("a", "b\nc"), ("d", ""), ("e", "f")]


# -- links -----------------------------------------------------------------------------------------


def test_links_lead_to_pages_and_files_each_once():
    text = (
        "[[S3]] [[S3#Cost|cost]] ![[a b.png|300]] [x](notes/SQS.md#y) ![y](img/c%20d.png) [[S3]]\n"
        "| a |\n|---|\n| [[IAM\\|who]] |\n"
    )
    assert read_notes(text).targets == ["S3", "a b.png", "notes/SQS.md", "img/c d.png", "IAM"]


def test_links_to_other_sites_are_no_targets():
    text = "[a](https://x.example) [b](/b) [c](#c) [d](mailto:a@b.c) <https://y.example> [[#Here]]"
    assert read_notes(text).targets == []
    assert read_notes("`[[a]]`\n\n```\n[[b]]\n```\n\n<div>\n[[c]]\n</div>").targets == []


def test_a_target_is_as_it_is_written_without_its_heading():
    assert local_target("a%20b.md#c", wiki=False) == "a b.md"
    assert local_target("a%20b#c", wiki=True) == "a%20b"
    assert local_target("C:/x", wiki=False) == ""
    assert len(local_target("x" * 1000, wiki=True)) == 500


def test_the_name_in_a_target():
    assert target_name("notes/S3.md") == "S3"
    assert target_name("aws\\S3.MD") == "S3"
    assert target_name("Step Functions") == "Step Functions"
    assert target_name("a.png") == "a.png"
