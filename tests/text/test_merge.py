"""Three texts into one."""

from collections import Counter
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.text import merge as module
from services.text import sequences
from services.text.merge import UNKNOWN, Merge, Use, merge, similarity

BASE = "one\ntwo\nthree\nfour\nfive\n"


def test_changes_in_different_places_are_both_taken():
    merged = merge(BASE, BASE.replace("one", "ONE"), BASE.replace("five", "FIVE"))
    assert merged == Merge("ONE\ntwo\nthree\nfour\nFIVE\n", [])


def test_the_same_change_on_both_sides_is_taken_once():
    both = BASE.replace("three", "3")
    merged = merge(BASE, both + "mine\n", both)
    assert merged.text == both + "mine\n"
    assert not merged.disputed


def test_added_and_removed_lines_merge():
    ours = BASE.replace("two\n", "")
    theirs = BASE.replace("four\n", "four\nand a half\n")
    assert merge(BASE, ours, theirs).text == "one\nthree\nfour\nand a half\nfive\n"


LIST = "- one\n- two\n- three\n- four\n"


def test_items_below_each_other_that_were_changed_are_both_taken():
    merged = merge(LIST, LIST.replace("two", "2"), LIST.replace("three", "3").replace("four", "4"))
    assert merged == Merge("- one\n- 2\n- 3\n- 4\n", [])


def test_a_change_next_to_a_removed_item_is_taken():
    ours, theirs = LIST.replace("three", "3"), LIST.replace("- two\n", "")
    assert merge(LIST, ours, theirs).text == "- one\n- 3\n- four\n"


def test_an_item_added_below_one_that_was_changed_is_taken():
    ours, theirs = LIST.replace("two", "2"), LIST.replace("two\n", "two\n  - and more\n")
    assert merge(LIST, ours, theirs).text == "- one\n- 2\n  - and more\n- three\n- four\n"


def test_a_paragraph_below_a_blank_line_is_its_own():
    ours, theirs = "My one.\n\nTwo.\n", "One.\n\nTheir two.\n"
    assert merge("One.\n\nTwo.\n", ours, theirs).text == "My one.\n\nTheir two.\n"


def test_no_sentence_is_put_together_from_two_halves():
    base = "It is safe to\nrun this twice.\n"
    ours = "It is not safe to\nrun this twice.\n"
    assert merge(base, ours, "It is safe to\nrun this once only.\n").disputed


def test_lines_added_below_a_removed_line_are_disputed():
    ours = LIST.replace("two\n", "two\n  - detail of two\n")
    assert merge(LIST, ours, LIST.replace("- two\n", "")).disputed


def test_lines_changed_below_a_removed_item_are_disputed():
    base = "- one\n- two\n  - its detail\n"
    assert merge(base, base.replace("its", "my"), "- one\n  - its detail\n").disputed


def test_lines_added_within_rewritten_lines_are_disputed():
    theirs = LIST.replace("two\n", "two\n  - detail\n")
    ours = LIST.replace("- two\n- three", "# Shopping\n- two and three")
    assert merge(LIST, ours, theirs).disputed


def test_lines_added_in_one_place_below_a_changed_line_are_disputed():
    ours = LIST.replace("two\n", "two\n- mine\n")
    assert merge(LIST, ours, LIST.replace("two\n", "TWO\n- theirs\n")).disputed


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        ("First.\n\n\nLast.\n", "First.\n\nMy last.\n", "Their first.\n\nLast.\n"),
        (
            "# A\n- [ ] test\n- [ ] test\nEnd\n",
            "# A\n- [ ] test\nMy end\n",
            "# Their A\n- [ ] test\nEnd\n",
        ),
    ],
)
def test_a_line_that_both_still_have_is_not_merged_away(base, ours, theirs):
    merged = merge(base, ours, theirs)
    kept = set(ours.splitlines()) & set(theirs.splitlines()) & set(base.splitlines())
    assert merged.disputed or kept <= set(merged.text.splitlines())


def test_a_line_added_within_removed_lines_is_disputed():
    assert len(merge("a\nb\nc\nd\n", "a\nb\nmine\nc\nd\n", "a\nd\n").disputed) == 1


def test_lines_that_were_changed_together_clash_together():
    ours = BASE.replace("two\nthree", "my two\nmy three")
    merged = merge(BASE, ours, BASE.replace("three\nfour", "their three\ntheir four"))
    [(_, mine, their)] = merged.disputed
    assert mine == ["my two\n", "my three\n", "four\n"]
    assert their == ["two\n", "their three\n", "their four\n"]


def test_lines_added_in_the_same_place_clash():
    assert len(merge(BASE, BASE + "mine\n", BASE + "theirs\n").disputed) == 1


def test_the_same_line_changed_differently_clashes_and_ours_stays():
    merged = merge(BASE, BASE.replace("three", "mine"), BASE.replace("three", "theirs"))
    assert (merged.text, len(merged.disputed)) == (BASE.replace("three", "mine"), 1)


def test_a_line_removed_here_and_changed_there_clashes():
    assert len(merge(BASE, BASE.replace("three\n", ""), BASE.replace("three", "3")).disputed) == 1


def test_line_ends_are_part_of_a_line():
    assert merge("a\nb\n", "a\r\nb\n", "a\nb\nc\n").text == "a\r\nb\nc\n"


texts = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "d"]), max_size=12).map("".join)


# How much may be done to compare lines: as much as it takes, and so little that lines are missed.
EFFORTS = [sequences.MAX_STEPS, 100, 0]


def merge_with(effort: int, base: str, ours: str, theirs: str, uses=()) -> Merge:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            module, "matching_blocks", partial(sequences.matching_blocks, max_steps=effort)
        )
        return merge(base, ours, theirs, uses)


@given(texts, texts, st.sampled_from(EFFORTS))
def test_one_side_alone_always_wins(base, changed, effort):
    for sides in ((changed, base), (base, changed), (changed, changed)):
        merged = merge_with(effort, base, *sides)
        assert merged == Merge(changed, [])


@given(texts, texts, texts, st.sampled_from(EFFORTS))
def test_without_a_clash_order_does_not_matter(base, ours, theirs, effort):
    one, other = (merge_with(effort, base, *s) for s in ((ours, theirs), (theirs, ours)))
    assert len(one.disputed) == len(other.disputed)
    if not one.disputed:
        assert one.text == other.text


@pytest.mark.parametrize(("a", "b", "least"), [("same", "same", 1.0), ("abcd", "abce", 0.7)])
def test_similarity(a, b, least):
    assert least <= similarity(a, b) <= 1.0


@pytest.mark.parametrize("use", ["mine", "theirs", "both"])
def test_each_disputed_block_has_a_use(use):
    ours, theirs = "One a.\n\nTwo a.\n", "One b.\n\nTwo b.\n"
    merged = merge("One.\n\nTwo.\n", ours, theirs, [Use.MINE, Use(use)])
    second = {"mine": "Two a.\n", "theirs": "Two b.\n", "both": "Two a.\n\nTwo b.\n"}[use]
    assert merged.text == f"One a.\n\n{second}"
    assert len(merged.disputed) == 2


@pytest.mark.parametrize(
    ("ours", "theirs", "both"),
    [
        ("- a\n", "- b\n", "- a\n- b\n"),
        ("a\n", "b\n", "a\n\nb\n"),
        ("a", "b", "a\n\nb"),
        ("", "b\n", "b\n"),
        ("a\r\n", "b\r\n", "a\r\n\r\nb\r\n"),
    ],
)
def test_both_are_separate_unless_they_are_items(ours, theirs, both):
    assert merge(UNKNOWN, ours, theirs, [Use.BOTH]).text == both


def test_without_a_base_all_that_differs_is_disputed():
    for texts in (("a\n", "b\n"), ("", "b\n"), ("a\n", ""), ("a\nb\n", "a\nc\n")):
        assert len(merge(UNKNOWN, *texts).disputed) == 1
    assert merge(UNKNOWN, "a\n", "a\n").text == "a\n"


@given(texts, texts, texts, st.sampled_from(EFFORTS))
def test_using_both_loses_no_line(base, ours, theirs, effort):
    disputed = merge_with(effort, base, ours, theirs).disputed
    text = merge_with(effort, base, ours, theirs, [Use.BOTH] * len(disputed)).text
    for line in {*ours.splitlines(), *theirs.splitlines()} - {*base.splitlines()}:
        assert line in text
    # A line that a side has more often than the base is there as often.
    shown, before = Counter(text.splitlines()), Counter(base.splitlines())
    for side in (ours, theirs):
        for line, number in (Counter(side.splitlines()) - before).items():
            assert shown[line] >= number
