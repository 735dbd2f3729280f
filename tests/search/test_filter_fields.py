"""Fields add filters to the text of a query, chips remove them; its words stay as they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.filter_fields import FIELDS, add_filters, list_chips
from services.search.query import MAX_QUERY_LENGTH, parse

TYPED = st.lists(
    st.sampled_from(
        [
            "lambda",
            '"cold start"',
            '"open',
            "-python",
            '-"cold start"',
            "category:compute",
            "tag:serverless",
            'tag:"two words"',
            "is:open",
            "is:nothing",
            "in:title",
            "has:file",
            "changed:>2026-01-01",
            "changed:2026",
            "-tag:x",
            "is:open-",
            "a:b",
            ":",
            "-",
            '"',
        ]
    )
    | st.text(max_size=8),
    max_size=8,
).map(" ".join)
VALUES = {
    "category": st.text(),
    "tag": st.text(),
    "is": st.sampled_from(["open", "done", "question"]),
    "has": st.just("attachment"),
    "in": st.just("title"),
    "changed": st.dates().map(str),
    "without": st.text(),
}
ADDED = st.sampled_from(list(VALUES)).flatmap(
    lambda field: VALUES[field].map(lambda value: {field: [value]})
)


def words(text: str) -> object:
    """What a query says apart from its filters."""
    query = parse(text)
    return query.plain, query.terms


@pytest.mark.parametrize(
    ("field", "value", "piece"),
    [
        ("category", "compute", "category:compute"),
        ("tag", ' two  "words" ', 'tag:"two words"'),
        ("is", "open", "is:open"),
        ("has", "attachment", "has:attachment"),
        ("in", "title", "in:title"),
        ("changed", "2026-01-31", "changed:>2026-01-31"),
        ("phrase", 'cold  "start', '"cold start"'),
        ("without", "python", "-python"),
        ("without", 'x "cold start" -y', '-x -"cold start" -y'),
        ("without", '"cold start', '-"cold start"'),
    ],
)
def test_a_field_adds_to_the_end_once(field, value, piece):
    text = add_filters("lambda", {field: [value]})
    assert text == f"lambda {piece}"
    assert add_filters(text, {field: [value]}) == text
    assert add_filters("", {field: [value]}) == piece


def test_fields_are_added_in_their_order():
    form = {field: ["2026-01-31" if field == "changed" else "open"] for field in reversed(FIELDS)}
    form |= {"is": ["open", "question"], "has": ["attachment"], "in": ["title"]}
    assert add_filters("x", form) == (
        "x category:open tag:open is:open is:question has:attachment in:title"
        ' changed:>2026-01-31 "open" -open'
    )


def test_a_filter_that_is_there_in_any_case_is_not_added_again():
    assert add_filters("category:Compute x", {"category": ["compute"]}) == "category:Compute x"
    assert add_filters('"Cold start"', {"phrase": ["cold start"]}) == '"Cold start"'
    assert add_filters('"tag:a"', {"tag": ["a"]}) == '"tag:a" tag:a'


@pytest.mark.parametrize(
    ("field", "value"),
    [("is", "red"), ("tag", ' " '), ("changed", "soon"), ("without", "?"), ("phrase", " ? ")],
)
def test_what_is_no_filter_is_not_added(field, value):
    assert add_filters("lambda", {field: [value]}) == "lambda"


def test_quotes_that_are_open_do_not_swallow_a_filter():
    assert add_filters('"cold start', {"is": ["open"]}) == '"cold start" is:open'
    assert add_filters('is:open "a', {"phrase": ["b"]}) == 'is:open "a" "b"'


def test_a_filter_has_room_in_a_long_query():
    text = add_filters("x" * 1000, {"tag": ["y"]})
    assert len(text) == MAX_QUERY_LENGTH
    assert text.endswith("x tag:y")


def test_each_chip_leads_to_the_query_without_it():
    found = list_chips('lambda tag:"a b" is:open -python cold')
    assert [(one.label, one.rest) for one in found] == [
        ("Tag: a b", "lambda is:open -python cold"),
        ("Open", 'lambda tag:"a b" -python cold'),
        ("Without: python", 'lambda tag:"a b" is:open cold'),
    ]


def test_days_are_told_in_words():
    labels = [one.label for one in list_chips("changed:>2026-01-02 changed:<=2026 changed:2026-03")]
    assert labels == ["Changed after 2026-01-02", "Changed until 2026", "Changed in 2026-03"]


def test_filters_that_can_be_typed_in_several_ways_have_one_label():
    assert [one.label for one in list_chips("HAS:files in:titles IS:Done")] == [
        "Attachments",
        "Title only",
        "Done",
    ]


def test_what_only_looks_like_a_filter_is_words():
    assert list_chips('is:red "is:open" in:title:x tag: is:open"x" a:b -') == []


@given(TYPED, ADDED)
def test_adding_changes_no_words(text, form):
    assert words(add_filters(text, form)) == words(text)


@given(TYPED, ADDED)
def test_what_was_added_can_be_removed(text, form):
    added = add_filters(text, form)
    chips = list_chips(added)
    assert len(chips) >= len(list_chips(text))
    for one in chips:
        assert len(list_chips(one.rest)) == len(chips) - 1
        assert words(one.rest) == words(added)


@given(TYPED)
def test_a_form_without_a_value_changes_nothing(text):
    assert add_filters(text, {field: [""] for field in FIELDS}) == parse(text).text
