"""Only what the user typed changes between a form and the stored text."""

from __future__ import annotations

import pytest
from django.utils.text import normalize_newlines
from hypothesis import given, settings
from hypothesis import strategies as st

from services.text.line_ends import dominant_line_end, restore_line_ends
from tests.soak import TIMES

LINES = st.tuples(
    st.sampled_from(["", "a", "b", "\t", "x ", "\u2028"]), st.sampled_from(["\n", "\r\n", "\r"])
)
TEXTS = st.builds(
    lambda lines, last: "".join(words + end for words, end in lines) + last,
    st.lists(LINES, max_size=8),
    st.sampled_from(["", "last"]),
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def as_posted(text: str) -> str:
    """Return a text as browsers send it: with CRLF line ends."""
    return normalize_newlines(text).replace("\n", "\r\n")


@given(TEXTS, ENDS)
def test_what_comes_back_unchanged_is_what_was_stored(stored: str, default: str) -> None:
    assert restore_line_ends(as_posted(stored), stored, default) == stored


@given(TEXTS, TEXTS, ENDS)
@settings(max_examples=TIMES * 200)
def test_no_line_is_lost_or_made(stored: str, typed: str, default: str) -> None:
    assert as_posted(restore_line_ends(as_posted(typed), stored, default)) == as_posted(typed)


@given(TEXTS, TEXTS, ENDS)
def test_lines_around_an_insertion_preserve_ends(above: str, below: str, default: str) -> None:
    above = above if above.endswith(("\n", "\r")) or not above else f"{above}\n"
    stored = above + below
    laid = restore_line_ends(as_posted(above) + "new line\r\n" + as_posted(below), stored, default)
    if not (below.startswith("\n") and "\r" in (above[-1:], default)):
        assert laid == f"{above}new line{default}{below}"


def test_a_blank_line_below_a_lone_cr_stays_one() -> None:
    assert restore_line_ends("a\r\n\r\nb", "a\rb", "\n") == "a\r\rb"


def test_an_edit_at_each_end_of_a_long_text_takes_no_minute() -> None:
    stored = "".join(f"Line {n}\r\n\n" for n in range(10_000))
    typed = f"first\r\n{as_posted(stored)}last"
    assert restore_line_ends(typed, stored, "\n") == f"first\n{stored}last"


@pytest.mark.parametrize(
    "text", ["", "a", "a\nb\n", "a\r\nb", "a\rb\r", "a\nb\r\nc\rd", "\r\n\n\r"]
)
def test_an_unchanged_form_preserves_every_line_end(text):
    form = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    assert restore_line_ends(form, text, dominant_line_end(text)) == text


def test_new_lines_take_the_end_that_most_have():
    assert restore_line_ends("a\r\nnew\r\nb\r\n", "a\nb\r\n", "\n") == "a\nnew\nb\r\n"
    assert restore_line_ends("a\r\nb", "a\r\nb\r\n", "\r\n") == "a\r\nb"


def test_the_dominant_line_end():
    assert dominant_line_end("") == "\n"
    assert dominant_line_end("a\r\nb\r\nc\n") == "\r\n"
    assert dominant_line_end("a\rb") == "\r"
