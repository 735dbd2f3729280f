"""Three texts into one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sync.merge import merge, similarity
from services.sync.pairing import Side, pair

BASE = "one\ntwo\nthree\nfour\nfive\n"


def test_changes_in_different_places_are_both_taken():
    merged = merge(BASE, BASE.replace("one", "ONE"), BASE.replace("five", "FIVE"))
    assert (merged.text, merged.clashes) == ("ONE\ntwo\nthree\nfour\nFIVE\n", 0)


def test_the_same_change_on_both_sides_is_taken_once():
    both = BASE.replace("three", "3")
    assert merge(BASE, both + "mine\n", both).text == both + "mine\n"


def test_added_and_removed_lines_merge():
    ours = BASE.replace("two\n", "")
    theirs = BASE.replace("four\n", "four\nand a half\n")
    assert merge(BASE, ours, theirs).text == "one\nthree\nfour\nand a half\nfive\n"


def test_the_same_line_changed_differently_clashes_and_ours_stays():
    merged = merge(BASE, BASE.replace("three", "mine"), BASE.replace("three", "theirs"))
    assert (merged.text, merged.clashes) == (BASE.replace("three", "mine"), 1)


def test_a_line_removed_here_and_changed_there_clashes():
    assert merge(BASE, BASE.replace("three\n", ""), BASE.replace("three", "3")).clashes == 1


def test_line_ends_are_part_of_a_line():
    assert merge("a\nb\n", "a\r\nb\n", "a\nb\nc\n").text == "a\r\nb\nc\n"


texts = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "d"]), max_size=12).map("".join)


@given(texts, texts)
def test_one_side_alone_always_wins(base, changed):
    assert merge(base, changed, base).text == changed
    assert merge(base, base, changed).text == changed
    assert merge(base, changed, changed).text == changed


@given(texts, texts, texts)
def test_without_a_clash_order_does_not_matter(base, ours, theirs):
    one, other = merge(base, ours, theirs), merge(base, theirs, ours)
    assert bool(one.clashes) == bool(other.clashes)
    if not one.clashes:
        assert one.text == other.text


@pytest.mark.parametrize(("a", "b", "least"), [("same", "same", 1.0), ("abcd", "abce", 0.7)])
def test_similarity_tells_how_alike(a, b, least):
    assert least <= similarity(a, b) <= 1.0


LONG = "What this is about, in so many words."


def test_sections_pair_by_title_wherever_they_stand():
    old = [Side("A", "x"), Side("B", "y")]
    assert pair(old, [Side("B", "y"), Side("A", "x")]) == [1, 0]


def test_a_renamed_heading_pairs_by_its_text():
    assert pair([Side("A", LONG)], [Side("Z", LONG + " More.")]) == [0]


def test_a_corrected_heading_pairs_by_its_place():
    old = [Side("A", "x"), Side("InifiniDash", "short"), Side("C", "z")]
    assert pair(old, [Side("A", "x"), Side("InfiniDash", "else"), Side("C", "z")]) == [0, 1, 2]


def test_something_else_in_the_same_place_is_new():
    old = [Side("A", "x"), Side("Lambda", "Functions that run for a while.")]
    assert pair(old, [Side("A", "x"), Side("Route 53", "Names for addresses, worldwide.")]) == [
        0,
        None,
    ]


def test_two_sections_of_one_title_pair_in_order():
    old = [Side("A", "one"), Side("A", "two")]
    assert pair(old, [Side("A", "one"), Side("A", "two"), Side("A", "three")]) == [0, 1, None]


def test_a_section_in_the_file_pairs_before_one_that_is_gone():
    assert pair([Side("A", "old", gone=True), Side("A", "new")], [Side("A", "new")]) == [1]


def test_a_category_pairs_only_with_itself():
    old = [Side("Compute", "", category="Compute"), Side("Compute", LONG)]
    assert pair(old, [Side("Compute", LONG), Side("Computing", "", category="Compute")]) == [1, 0]
