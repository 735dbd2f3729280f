"""Questions are read from notes, each with its answer."""

from __future__ import annotations

import pytest

from services.markdown.read.notes import read_notes


def questions(text: str, *, service: bool = False, title: str = "") -> list[tuple[str, str]]:
    found = read_notes(text, service=service, title=title).questions
    return [(question.text, question.answer) for question in found]


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
