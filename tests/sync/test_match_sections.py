"""Sections of a file are matched with those that it had when it was last imported."""

from services.sync.match_sections import Side, pair_sections

LONG = "What this is about, in so many words."


def test_sections_match_by_title_anywhere():
    old = [Side("A", "x"), Side("B", "y")]
    assert pair_sections(old, [Side("B", "y"), Side("A", "x")]) == [1, 0]


def test_a_renamed_heading_pairs_by_its_text():
    assert pair_sections([Side("A", LONG)], [Side("Z", LONG + " More.")]) == [0]


def test_a_corrected_heading_pairs_by_its_place():
    old = [Side("A", "x"), Side("InifiniDash", "short"), Side("C", "z")]
    assert pair_sections(old, [Side("A", "x"), Side("InfiniDash", "else"), Side("C", "z")]) == [
        0,
        1,
        2,
    ]


def test_something_else_in_the_same_place_is_new():
    old = [Side("A", "x"), Side("Lambda", "Functions that run for a while.")]
    assert pair_sections(
        old, [Side("A", "x"), Side("Route 53", "Names for addresses, worldwide.")]
    ) == [
        0,
        None,
    ]


def test_two_sections_of_one_title_pair_in_order():
    old = [Side("A", "one"), Side("A", "two")]
    assert pair_sections(old, [Side("A", "one"), Side("A", "two"), Side("A", "three")]) == [
        0,
        1,
        None,
    ]


def test_a_section_in_the_file_pairs_before_one_that_is_gone():
    assert pair_sections([Side("A", "old", gone=True), Side("A", "new")], [Side("A", "new")]) == [1]


def test_a_category_pairs_only_with_itself():
    old = [Side("Compute", "", category="Compute"), Side("Compute", LONG)]
    assert pair_sections(
        old, [Side("Compute", LONG), Side("Computing", "", category="Compute")]
    ) == [1, 0]
