"""Filters are put into the text of a query and taken out again; its words stay as they are."""

from hypothesis import given
from hypothesis import strategies as st

from services.search.filter_fields import KINDS, add, filters, put_together, remove, shown
from services.search.query import LONGEST_QUERY, parse

TYPED = st.lists(
    st.sampled_from(
        [
            *("lambda", '"cold start"', '"open', "-python", '-"cold start"', "category:compute"),
            *("tag:serverless", 'tag:"two words"', "is:open", "is:nothing", "in:title"),
            *("has:file", "changed:>2026-01-01", "changed:2026", "-tag:x", "is:open-", "a:b"),
            *(":", "-", '"'),
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
FILTERS = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), VALUES[kind]))


def kept(text: str) -> object:
    """What a query says apart from its filters."""
    query = parse(text)
    return query.plain, query.terms


def test_a_filter_is_added_at_the_end():
    assert add("lambda", "category", "compute") == "lambda category:compute"
    assert add("", "tag", "two words") == 'tag:"two words"'
    assert add("lambda", "is", "open") == "lambda is:open"
    assert add("lambda", "changed", "2026-01-31") == "lambda changed:>2026-01-31"
    assert add("lambda", "without", "python") == "lambda -python"
    assert add("lambda", "without", '"cold start"') == 'lambda -"cold start"'


def test_a_filter_that_is_there_is_not_added_again():
    assert add("category:Compute x", "category", "compute") == "category:Compute x"


def test_what_is_no_filter_is_not_added():
    for kind, value in (("is", "red"), ("tag", ' " '), ("changed", "soon"), ("without", "?")):
        assert add("lambda", kind, value) == "lambda"


def test_quotes_that_are_open_do_not_swallow_a_filter():
    assert add('"cold start', "is", "open") == '"cold start" is:open'


def test_a_filter_has_room_in_a_long_query():
    text = add("x" * 1000, "tag", "y")
    assert len(text) == LONGEST_QUERY
    assert text.endswith("x tag:y")


def test_each_filter_knows_the_query_without_it():
    found = filters('lambda tag:"a b" is:open -python cold')
    assert [(one.label, one.rest) for one in found] == [
        ("Tag: a b", "lambda is:open -python cold"),
        ("Left to do", 'lambda tag:"a b" -python cold'),
        ("Without: python", 'lambda tag:"a b" is:open cold'),
    ]


def test_days_are_told_in_words():
    labels = [one.label for one in filters("changed:>2026-01-02 changed:<=2026 changed:2026-03")]
    assert labels == ["Changed after 2026-01-02", "Changed until 2026", "Changed in 2026-03"]


def test_what_only_looks_like_a_filter_is_words():
    assert filters('is:red "is:open" in:title:x tag: is:open"x" a:b -') == []


def test_a_filter_is_removed_in_any_case():
    assert remove("a category:Compute b category:COMPUTE", "category", "compute") == "a b"


def test_fields_show_what_they_can():
    found = shown("tag:a tag:b is:done is:open changed:2026 changed:>2026-01-02 -x -y")
    assert found["tag"] == ("a",)
    assert found["is"] == ("done", "open")
    assert found["changed"] == ("2026-01-02",)
    assert found["without"] == ("x", "y")


def test_a_form_adds_and_removes_what_was_changed_in_it():
    seen = "lambda category:compute is:open -x"
    form = {"category": ["data-store"], "is": ["done"], "without": ['x "y z"']}
    assert put_together("sqs category:compute is:open -x", seen, form) == (
        'sqs -x category:data-store is:done -"y z"'
    )


def test_words_side_by_side_are_put_behind_the_others_once():
    assert put_together("lambda", "lambda", {"phrase": ['cold  "start']}) == 'lambda "cold start"'
    assert put_together('"Cold start"', "", {"phrase": ["cold start"]}) == '"Cold start"'
    assert put_together('is:open "a', "is:open", {"is": ["open"], "phrase": ["b"]}) == (
        'is:open "a" "b"'
    )
    assert put_together("lambda", "lambda", {"phrase": [" ? "]}) == "lambda"


def test_what_no_field_can_show_stays():
    seen = "a tag:one tag:two changed:<2026"
    form = {"tag": ["one"], "in": ["title"]}
    assert put_together(seen, seen, form) == f"{seen} in:title"


def test_a_filter_that_was_typed_away_is_not_brought_back():
    assert put_together("lambda", "lambda is:open", {"is": ["open"]}) == "lambda"


@given(TYPED, FILTERS)
def test_adding_changes_no_words(text, wanted):
    assert kept(add(text, *wanted)) == kept(text)


@given(TYPED, FILTERS)
def test_what_was_added_can_be_removed(text, wanted):
    added = add(text, *wanted)
    for one in filters(added):
        assert len(filters(one.rest)) == len(filters(added)) - 1
        assert kept(one.rest) == kept(added)


@given(TYPED)
def test_a_form_that_nobody_touched_changes_nothing(text):
    form = {kind: [" ".join(values)] if kind == "without" else values
            for kind, values in shown(text).items()}  # fmt: skip
    assert put_together(text, text, form) == parse(text).text
