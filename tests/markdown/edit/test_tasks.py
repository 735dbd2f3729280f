"""Tasks are edited in the notes, changing little else, or the edit is refused."""

from __future__ import annotations

import pytest

from services.markdown.edit.splice import EditRefused
from services.markdown.edit.tasks import add_item, delete_item, set_item_text, set_state
from services.markdown.read.front_matter import split_front_matter
from services.markdown.read.notes import read_notes
from tests.support import corpora

ENDS = pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])


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
