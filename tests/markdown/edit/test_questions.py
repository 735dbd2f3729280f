"""Questions and answers are edited in the notes, changing little else, or the edit is refused."""

from __future__ import annotations

import pytest

from services.markdown.edit.questions import (
    add_question,
    delete_question,
    set_answer,
    set_question_text,
)
from services.markdown.edit.splice import EditRefused
from services.markdown.read.notes import read_notes

SERVICE = {"service": True, "title": ""}
TOPIC = {"service": False, "title": ""}
ENDS = pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])


@ENDS
@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("Why?|", "Why?||> [!answer]|> Yes.|>|> No.|"),
        ("Why?||More.|", "Why?||> [!answer]|> Yes.|>|> No.||More.|"),
        ("Why?|I ask.||# H|", "Why?|I ask.||> [!answer]|> Yes.|>|> No.||# H|"),
        ("Why?|# H|", "Why?||> [!answer]|> Yes.|>|> No.|# H|"),
        ("Why?|> A quote.|", "Why?|> [!answer]|> Yes.|>|> No.||> A quote.|"),
        ("- Why?|- b|", "- Why?|  > [!answer]|  > Yes.|  >|  > No.|- b|"),
        ("1. Why?|   c|", "1. Why?|   c|   > [!answer]|   > Yes.|   >|   > No.|"),
        ("> [!question] Why?|> c||D|", "> [!question] Why?|> c||> [!answer]|> Yes.|>|> No.||D|"),
        ("> Q: Why?|", "> Q: Why?|>|> > [!answer]|> > Yes.|> >|> > No.|"),
        ("Q: Why?|Q: b", "Q: Why?|> [!answer]|> Yes.|>|> No.|>|Q: b"),
    ],
)
def test_an_answer_is_put_below_its_question_and_can_be_taken_out_again(text, answered, end):
    text, answered = text.replace("|", end), answered.replace("|", end)
    assert set_answer(text, 0, "Yes.\r\n\r\nNo.", **SERVICE) == answered
    assert read_notes(answered, **SERVICE).questions[0].answer.split("\n") == ["Yes.", "", "No."]
    assert set_answer(answered, 0, " ", **SERVICE) == text


def test_a_text_without_a_line_end_stays_without():
    answered = set_answer("A\r\n\r\nWhy?", 0, "Yes.", **SERVICE)
    assert answered == "A\r\n\r\nWhy?\r\n\r\n> [!answer]\r\n> Yes."
    assert set_answer(answered, 0, "", **SERVICE) == "A\r\n\r\nWhy?"


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("Why?\n\n> [!answer]\n> Old\n> words\n\nB", "Why?\n\n> [!answer]\n> New.\n\nB"),
        ("Why?\n\n> [!success] Old\n\nB", "Why?\n\n> [!answer]\n> New.\n\nB"),
        ("Q: a\nA: Old\nQ: b", "Q: a\n> [!answer]\n> New.\n>\nQ: b"),
        ("Q: a\n\nA: Old\n\nB", "Q: a\n\n> [!answer]\n> New.\n\nB"),
        ("> [!question] a\n> A: Old", "> [!question] a\n> > [!answer]\n> > New."),
    ],
)
def test_an_answer_is_replaced_in_its_place(text, answered):
    assert set_answer(text, 0, "New.", **SERVICE) == answered


def test_an_answer_that_was_written_otherwise_can_be_taken_out():
    assert set_answer("Q: a\nA: b\nc\nQ: d", 0, "", **TOPIC) == "Q: a\nQ: d"
    assert set_answer("Q: a\n\nA: b\n\nC", 0, "", **TOPIC) == "Q: a\n\nC"


def test_an_answer_of_markdown():
    answer = "- a\n- b\n\n```\n> code\n```"
    text = set_answer("Why?", 0, answer, **SERVICE)
    assert read_notes(text, **SERVICE).questions[0].answer == answer


@ENDS
def test_a_question_is_reworded_in_its_place(end):
    text = f"Why?{end}I ask.{end}{end}> [!answer] So"
    changed = set_question_text(text, 0, "How\n come?", **SERVICE)
    assert changed == f"How come?{end}I ask.{end}{end}> [!answer] So"
    assert set_question_text("**Q:** a", 0, "b", **TOPIC) == "**Q:** b"
    assert set_question_text("> [!faq]- a\n> c", 0, "b", **TOPIC) == "> [!faq]- b\n> c"


def test_text_that_would_be_no_question_is_refused():
    for words in ("No question.", "", "# Why?", "> Why?", "- [ ] Why?"):
        with pytest.raises(EditRefused):
            set_question_text("Why?", 0, words, **SERVICE)


def test_a_question_is_added_as_a_callout_if_a_line_would_not_be_one():
    assert add_question("A", "Why?", "", **SERVICE) == "A\n\nWhy?\n"
    assert add_question("A", "Why?", "", **TOPIC) == "A\n\n> [!question] Why?\n"
    assert add_question("", "Why", "So.", **SERVICE) == (
        "> [!question] Why\n\n> [!answer]\n> So.\n"
    )
    assert add_question("A\r\n", "Why?", "", **SERVICE) == "A\r\n\r\nWhy?\r\n"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("A\n\nWhy?\n\nB", "A\n\n\nB"),
        ("Why?\nMore.\n\n> [!answer] So\n\nB", "More.\n\nB"),
        ("> [!question] Why?\n> More.", "> More."),
        ("> [!question]\n> Why?\n\nB", "\nB"),
        ("Q: a\nA: b\nQ: c\n", "Q: c\n"),
    ],
)
def test_deleting_a_question_removes_its_answer_and_no_other_text(text, left):
    assert delete_question(text, 0, **SERVICE) == left


def test_a_deletion_that_would_change_what_is_around_is_refused():
    with pytest.raises(EditRefused):
        delete_question("- [ ] task\n- Why?\nlazy", 0, **SERVICE)
