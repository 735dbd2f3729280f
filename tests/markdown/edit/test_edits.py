"""Edits of notes change as little of the text as possible, or are refused."""

from __future__ import annotations

import pytest

from services.markdown.edit.questions import (
    add_question,
    delete_question,
    set_answer,
    set_question_text,
)
from services.markdown.edit.splice import EditRefused
from services.markdown.edit.tasks import add_item, delete_item, set_item_text, set_state
from services.markdown.read.front_matter import split_front_matter
from services.markdown.read.notes import read_notes
from services.text.line_ends import dominant_line_end, restore_line_ends
from tests.support import corpora

SERVICE = {"service": True, "title": ""}
TOPIC = {"service": False, "title": ""}
ENDS = pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])


# -- tasks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", corpora.files(), ids=corpora.name)
def test_a_tick_changes_one_character_of_a_real_file(file):
    text = split_front_matter(corpora.read(file))[1]
    items = read_notes(text).items
    for index in range(0, len(items), 1 + len(items) // 25):
        state = "open" if items[index].state == "done" else "done"
        changed = set_state(text, index, state)
        place = len(text.encode()[: items[index].marker].decode())
        assert changed == text[:place] + {"open": " ", "done": "x"}[state] + text[place + 1 :]
        states = [item.state for item in items]
        states[index] = state
        assert [item.state for item in read_notes(changed).items] == states


def test_every_state_has_its_mark():
    text = "- [X] a"
    marks = [set_state(text, 0, state)[3] for state in ("open", "doing", "done", "na")]
    assert marks == [" ", "/", "X", "-"]


def test_a_missing_task():
    with pytest.raises(IndexError):
        set_state("- [ ] a", 1, "done")


@ENDS
def test_a_task_is_reworded_in_its_place(end):
    text = f"- [x] a{end}- [ ] b{end}  c{end}{end}end"
    assert set_item_text(text, 1, "new\n words") == f"- [x] a{end}- [ ] new words{end}{end}end"


@pytest.mark.parametrize("words", ["", "  ", "\0"])
def test_a_task_needs_words(words):
    for change in (lambda: set_item_text("- [ ] a", 0, words), lambda: add_item("- [ ] a", words)):
        with pytest.raises(EditRefused):
            change()


@ENDS
def test_a_task_is_added_below_the_last_of_its_list(end):
    text = f"A{end}{end}- [ ] a{end}  - [ ] b{end}{end}B{end}{end}* [x] c{end}"
    assert add_item(text, "new", list_title="A") == text.replace("[ ] b", f"[ ] b{end}- [ ] new")
    assert add_item(text, "new", "doing") == f"{text}* [/] new{end}"


@pytest.mark.parametrize(
    ("text", "line"),
    [("1. [ ] a", "2. [ ] new"), ("9) [ ] a", "10) [ ] new"), ("> - [ ] a", "> - [ ] new"),
     ("  + [ ] a", "  + [ ] new"), ("-\t[ ] a", "-\t[ ] new")],
)  # fmt: skip
def test_a_new_task_looks_like_those_above(text, line):
    assert add_item(text, "new") == f"{text}\n{line}"


@ENDS
def test_a_list_of_its_own_is_made_where_there_is_none(end):
    assert add_item(f"Text{end}Text", "new") == f"Text{end}Text{end}{end}- [ ] new{end}"
    assert add_item("", "new", list_title="To do") == "To do\n\n- [ ] new\n"


@ENDS
def test_a_deleted_task_leaves_what_is_nested_in_it(end):
    text = f"- [ ] a{end}  - [x] b{end}    - [ ] c{end}- [ ] d{end}"
    assert delete_item(text, 0) == f"- [x] b{end}  - [ ] c{end}- [ ] d{end}"
    assert delete_item(text, 1) == f"- [ ] a{end}  - [ ] c{end}- [ ] d{end}"
    assert delete_item(text, 3) == f"- [ ] a{end}  - [x] b{end}    - [ ] c{end}"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("- [ ] a\n\t- [ ] b\n\t\t- [ ] c", "- [ ] b\n    - [ ] c"),
        ("- [ ] z\n- [ ] a\n    - [ ] b", "- [ ] z\n- [ ] b"),
        ("1. [ ] a\n   - [ ] b", "- [ ] b"),
        ("> - [ ] a\n>   - [ ] b\n> - [ ] c", "> - [ ] b\n> - [ ] c"),
        ("- [ ] a\n  more\n\n  A paragraph.\n", "\nA paragraph.\n"),
    ],
)
def test_nested_ones_move_up_whatever_they_are_indented_with(text, left):
    index = [item.text.split()[0] for item in read_notes(text).items].index("a")
    assert delete_item(text, index) == left


def test_a_deletion_that_would_cost_another_task_is_refused():
    with pytest.raises(EditRefused):
        delete_item("To do\n1. [ ] a\n2. [ ] b", 0)  # no list may interrupt a paragraph with 2.


@pytest.mark.parametrize("words", ["[link][ref", "`code", "*a", "# a", "- [x] b", "> a", "a\\"])
def test_markdown_in_a_task_is_taken_as_it_is(words):
    assert read_notes(add_item("- [ ] a\n- [ ] z\n", words)).items[-1].text == words


# -- questions -------------------------------------------------------------------------------------


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


# -- line ends -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "a", "a\nb\n", "a\r\nb", "a\rb\r", "a\nb\r\nc\rd", "\r\n\n\r"]
)
def test_an_unchanged_form_preserves_every_line_end(text):
    form = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    assert restore_line_ends(form, text, dominant_line_end(text)) == text


def test_new_lines_take_the_end_that_most_have():
    assert restore_line_ends("a\r\nnew\r\nb\r\n", "a\nb\r\n", "\n") == "a\nnew\nb\r\n"
    assert restore_line_ends("a\r\nb", "a\r\nb\r\n", "\r\n") == "a\r\nb"


def test_an_empty_line_stays_one_between_two_kinds_of_line_end():
    assert restore_line_ends("a\r\n\r\nb", "a\rb", "\n") == "a\r\rb"


def test_the_dominant_line_end():
    assert dominant_line_end("") == "\n"
    assert dominant_line_end("a\r\nb\r\nc\n") == "\r\n"
    assert dominant_line_end("a\rb") == "\r"
