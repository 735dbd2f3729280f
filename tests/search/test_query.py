"""What is typed into the search box, read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.query import Changed, Query, Term, parse


def words(text: str) -> list[str]:
    return [" ".join(term.words) for term in parse(text).terms]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("lambda cold start", ["lambda", "cold", "start"]),
        ("ECS/EKS, TCP/IP", ["ECS", "EKS", "TCP", "IP"]),
        ('lambda "cold start"', ["lambda", "cold start"]),
        ('"cold start', ["cold start"]),
        ('""', []),
        ("step-functions", ["step", "functions"]),
        ("lambda lambda", ["lambda"]),
        ("AND OR NOT NEAR(a b) ^c *", ["AND", "OR", "NOT", "NEAR", "a", "b", "c"]),
        ("数据库 lambda函数", ["数据库", "lambda", "函数"]),
    ],
)
def test_words_and_phrases(typed, read):
    assert words(typed) == read


def test_what_narrows_is_no_word():
    query = parse(
        'lambda category:compute tag:"two words" is:open is:question has:attachment in:title '
        'changed:>2026-01-01 -python -"step functions"'
    )
    assert [term.words for term in query.terms] == [("lambda",)]
    assert query.get_values("category") == ["compute"]
    assert query.get_values("tag") == ["two words"]
    assert query.get_values("is") == ["open", "question"]
    assert query.get_values("has") == ["attachment"]
    assert query.get_values("in") == ["title"]
    assert query.changed == (Changed(">", date(2026, 1, 1), date(2026, 1, 1)),)
    assert [term.words for term in query.without] == [("python",), ("step", "functions")]
    assert query.plain == "lambda"


@pytest.mark.parametrize(
    "typed",
    [
        "is:later",
        "in:notes",
        "has:wings",
        "changed:soon",
        "changed:>2026-13-01",
        "colour:red",
        "a:",
    ],
)
def test_what_is_no_filter_is_words(typed):
    query = parse(typed)
    assert query.terms
    assert not query.has_filters
    assert query.plain == typed


@pytest.mark.parametrize(
    ("typed", "sign", "first", "last"),
    [
        ("changed:2026", "=", date(2026, 1, 1), date(2026, 12, 31)),
        ("changed:>=2026-02", ">=", date(2026, 2, 1), date(2026, 2, 28)),
        ("changed:<2026-12-31", "<", date(2026, 12, 31), date(2026, 12, 31)),
        ("changed:2026-12", "=", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_when_a_page_was_changed(typed, sign, first, last):
    assert parse(typed).changed == (Changed(sign, first, last),)


def test_the_last_word_goes_on_while_it_is_typed():
    assert parse("cold sta", typing=True).terms == (Term(("cold",)), Term(("sta",), prefix=True))
    assert not parse("cold sta").terms[-1].prefix
    assert not parse("cold sta ", typing=True).terms[-1].prefix
    assert not parse('"cold sta"', typing=True).terms[-1].prefix
    assert not parse("cold s", typing=True).terms[-1].prefix
    assert not parse("sta is:open", typing=True).terms[-1].prefix


def test_nothing_is_nothing():
    assert not parse("")
    assert not parse("  - \0 ")
    assert parse("is:open")
    assert parse("-lambda")


@given(st.text(max_size=600), st.booleans())
def test_any_text_is_read(text, typing):
    query = parse(text, typing=typing)
    assert isinstance(query, Query)
    assert len(query.text) <= 400
    for term in (*query.terms, *query.without):
        assert all(word and '"' not in word and "'" not in word for word in term.words)
