"""Which row continues which after the notes have changed."""

from __future__ import annotations

from services.text.match_rows import match_rows


def rows(*texts: str, place: str = "") -> list[tuple[str, str]]:
    return [(place, text) for text in texts]


def test_the_same_text_matches_anywhere():
    assert match_rows(rows("a", "b", "c"), rows("c", "a", "b")) == [2, 0, 1]


def test_the_same_text_twice_continues_in_order():
    assert match_rows(rows("a", "a"), rows("a", "a", "a")) == [0, 1, None]


def test_the_same_place_matches_first():
    old = [("Monday", "run"), ("Tuesday", "run")]
    assert match_rows(old, [("Tuesday", "run"), ("Monday", "run")]) == [1, 0]
    assert match_rows(old, [("Tuesday", "run")]) == [1]


def test_a_text_that_moved_to_another_list_continues():
    assert match_rows([("Monday", "run")], [("Tuesday", "run")]) == [0]


def test_reworded_text_continues():
    old = rows("Learn about step functions", "Read the exam guide")
    assert match_rows(old, rows("Read the whole exam guide", "Learn step functions")) == [1, 0]


def test_other_text_is_new():
    assert match_rows(rows("Learn step functions"), rows("Buy milk")) == [None]
    assert match_rows([], rows("a")) == [None]
    assert match_rows(rows("a"), []) == []


def test_nothing_is_continued_twice():
    found = match_rows(rows("Learn SQS"), rows("Learn SQS.", "Learn SQS!"))
    assert sorted(found, key=str) == [0, None]


def test_very_many_changes_are_not_compared_one_by_one():
    old, new = rows(*(f"old {n}" for n in range(60))), rows(*(f"olds {n}" for n in range(60)))
    assert match_rows(old, new) == [None] * 60
