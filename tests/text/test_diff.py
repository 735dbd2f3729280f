"""The diff is readable, loses nothing and is quick with any text."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.text import diff as module
from services.text.diff import diff
from tests.support.steps import MAX_STEPS, at_most

LINES = st.lists(
    st.sampled_from(["", "one", "two words", "- [ ] a task", "Ein Wort, mehr.", "雲の上", "# A"])
    | st.text(max_size=12),
    max_size=12,
)
TEXTS = st.builds(
    lambda lines, ends: "".join(a + b for a, b in zip(lines, ends, strict=False)),
    LINES,
    st.lists(st.sampled_from(["\n", "\n", "\r\n", "\r", ""]), min_size=12, max_size=12),
)


def rows(found):
    return [row for block in found.blocks for row in block.rows]


def side(found, name):
    lines = [getattr(row, name) for row in rows(found)]
    return "".join(line.text + line.end for line in lines if line is not None)


def marked(line):
    return "".join(f"[{p.text}]" if p.changed else p.text for p in line.pieces)


def changes(old, new):
    return [
        (row.old and marked(row.old), row.new and marked(row.new))
        for row in rows(diff(old, new))
        if not row.same
    ]


@given(TEXTS, TEXTS)
def test_each_side_joined_is_the_text_again(old, new):
    found = diff(old, new)
    if old != new:
        assert side(found, "old") == old
        assert side(found, "new") == new


@given(TEXTS, TEXTS)
def test_every_difference_is_reported(old, new):
    found = diff(old, new)
    assert found.is_same == (old == new)


@given(TEXTS, TEXTS)
def test_lines_are_numbered_and_in_order(old, new):
    for name in ("old", "new"):
        numbers = [getattr(r, name).number for r in rows(diff(old, new)) if getattr(r, name)]
        assert numbers == sorted(set(numbers))


@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_on_both_sides(old, new):
    for row in rows(diff(old, new)):
        if row.same:
            assert row.old.text == row.new.text
        elif row.old and row.new and any(p.changed for p in row.old.pieces + row.new.pieces):
            kept = [[p.text for p in line.pieces if not p.changed] for line in (row.old, row.new)]
            first, second = ("".join("".join(texts).split()) for texts in kept)
            assert first == second


def test_changes_inside_a_line_are_marked_by_word():
    assert changes("The queue keeps four days.\n", "The queue keeps fourteen days.\n") == [
        ("The queue keeps [four] days.", "The queue keeps [fourteen] days.")
    ]


def test_a_tick_is_one_character():
    assert changes("- [ ] Learn S3\n", "- [x] Learn S3\n") == [
        ("- [[ ]] Learn S3", "- [[x]] Learn S3")
    ]


def test_markdown_punctuation_is_separate_from_words():
    assert changes("Read **this** now\n", "Read *this* now\n") == [
        ("Read [**]this[**] now", "Read [*]this[*] now")
    ]


def test_scripts_without_blanks_are_compared_by_character():
    assert changes("雲の上に服を置く\n", "雲の下に服を置く\n") == [
        ("雲の[上]に服を置く", "雲の[下]に服を置く")
    ]


def test_a_new_line_between_changed_ones_is_new():
    old = "Buckets hold objects.\nObjects have keys.\n"
    new = "Buckets hold many objects.\nVersioning keeps old ones.\nObjects have unique keys.\n"
    assert changes(old, new) == [
        ("Buckets hold objects.", "Buckets hold [many ]objects."),
        (None, "Versioning keeps old ones."),
        ("Objects have keys.", "Objects have [unique ]keys."),
    ]


def test_lines_with_nothing_in_common_are_not_one_changed_line():
    assert changes("Lambda runs code.\n", "S3 keeps objects!\n") == [
        ("Lambda runs code.", None),
        (None, "S3 keeps objects!"),
    ]


def test_only_lines_near_a_change_are_shown():
    lines = [f"line {n}" for n in range(40)]
    new = [*lines[:20], "something else entirely", *lines[21:]]
    found = diff("\n".join(lines), "\n".join(new))
    shape = [(block.folded, block.count or len(block.rows)) for block in found.blocks]
    assert shape == [(True, 17), (False, 3), (False, 2), (False, 3), (True, 16)]
    assert side(found, "new") == "\n".join(new)


def test_a_very_long_fold_has_only_its_length():
    lines = [f"line {n}" for n in range(2_000)]
    found = diff("\n".join(lines), "\n".join([*lines, "more"]))
    assert found.blocks[0].folded
    assert found.blocks[0].rows == ()
    assert found.blocks[0].count == 1_997


@pytest.mark.parametrize(("old", "new"), [("a\nb\n", "a\r\nb\r\n"), ("a\r\nb\r\n", "a\rb\r")])
def test_changed_line_ends_are_described(old, new):
    found = diff(old, new)
    assert (found.added, found.removed) == (0, 0)
    assert found.remarks[0].startswith("The line end of 2 lines changed (mostly ")


def test_the_end_of_the_last_line_is_described():
    assert diff("a", "a\n").remarks == ("The last line now has a line end; before, it had none.",)
    assert diff("a\n", "a").remarks == ("The last line no longer has a line end.",)
    assert diff("a\n", "a").added == 0


def test_lines_are_counted():
    found = diff("a\nb\n", "a\nc\nd\n")
    assert (found.added, found.removed) == (2, 1)


def test_equal_texts_have_no_blocks():
    assert diff("a\n", "a\n").is_same
    assert diff("a\n", "a\n").blocks == ()


def noise(seed, words, lines, at_once):
    chance = random.Random(seed)
    vocabulary = [f"word{n}" for n in range(words)]
    return "\n".join(" ".join(chance.choices(vocabulary, k=at_once)) for _ in range(lines))


HARD = {
    "differs everywhere": (noise(1, 5_000, 900, 9), noise(2, 5_000, 900, 9)),
    "few words": (noise(1, 6, 1_000, 9), noise(2, 6, 1_000, 9)),
    "few lines, often": (noise(1, 3, 8_000, 1), noise(2, 3, 8_000, 1)),
    "some lines, often": (noise(1, 100, 8_000, 1), noise(2, 100, 8_000, 1)),
    "one long line": (noise(1, 300, 1, 8_000), noise(2, 300, 1, 8_000)),
    "one character": ("a" * 50_000, "a" * 40_000 + "b" * 10_000),
    "punctuation": ("*_" * 25_000, "_*" * 25_000),
    "CJK": ("雲上下" * 16_000, "雲下上下" * 12_000),
    "blank lines": ("\n\na\n" * 10_000, "\n\nb\n\n" * 8_000),
    "fewer blank lines": ("\n\na\n" * 6_000, "\n\nb\n\n" * 4_000),
    "turned round": (
        "\n".join(f"line {n}" for n in range(9_000)),
        "\n".join(f"line {n}" for n in range(9_000, 0, -1)),
    ),
}


@pytest.mark.soak
@pytest.mark.parametrize("name", HARD)
def test_no_text_takes_long(name):
    old, new = HARD[name]
    with at_most(MAX_STEPS):
        found = diff(old, new)
    assert found.too_long == (name == "blank lines")
    if not (found.too_long or found.cut) and all(block.rows for block in found.blocks):
        assert side(found, "new") == new


def test_what_is_too_long_is_not_compared():
    assert diff("a" * (module.MAX_LENGTH + 1), "b").too_long
    assert diff("\n" * (module.MAX_LINES + 1), "b").too_long
    assert not diff("a" * (module.MAX_LENGTH + 1), "b").is_same


def test_only_the_first_changes_are_shown():
    old = "\n".join(f"old{n}" for n in range(3_000))
    found = diff(old, "\n".join(f"new{n}" for n in range(3_000)))
    assert found.cut
    assert (found.added, found.removed) == (3_000, 3_000)
    assert len(rows(found)) == module.MAX_SHOWN_LINES


@given(TEXTS)
def test_an_emptied_text_is_all_removed(text):
    assert side(diff(text, ""), "old") == ("" if text == "" else text)
