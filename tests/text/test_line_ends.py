"""Only what the user typed changes between a form and the stored text."""

from __future__ import annotations

from django import forms
from hypothesis import given, settings
from hypothesis import strategies as st

from services.forms.fields import NamesField, NotesField, as_posted
from services.text.line_ends import restore_line_ends

LINES = st.tuples(
    st.sampled_from(["", "a", "b", "\t", "x ", "\u2028"]), st.sampled_from(["\n", "\r\n", "\r"])
)
TEXTS = st.builds(
    lambda lines, last: "".join(words + end for words, end in lines) + last,
    st.lists(LINES, max_size=8),
    st.sampled_from(["", "last"]),
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@given(TEXTS, ENDS)
@settings(deadline=None)
def test_what_comes_back_unchanged_is_what_was_stored(stored: str, default: str) -> None:
    assert restore_line_ends(as_posted(stored), stored, default) == stored


@given(TEXTS, TEXTS, ENDS)
@settings(deadline=None, max_examples=500)
def test_no_line_is_lost_or_made(stored: str, typed: str, default: str) -> None:
    assert as_posted(restore_line_ends(as_posted(typed), stored, default)) == as_posted(typed)


@given(TEXTS, TEXTS, ENDS)
@settings(deadline=None)
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


def test_forms_with_notes_preserve_blanks() -> None:
    class Form(forms.Form):
        notes = NotesField()

    form = Form({"notes": " \r\n a \r\n"}, initial={"notes": " \n a \r"})
    assert form.is_valid()
    assert form.cleaned_data["notes"] == " \r\n a \r\n"
    assert not form.has_changed()
    assert Form({"notes": "a"}, initial={"notes": "a "}).has_changed()


def test_names_come_one_a_line_or_with_commas() -> None:
    field = NamesField(required=False)
    assert field.clean("A, B\r\n\r\n C \r\nA") == ["A", "B", "C"]
    assert field.clean("") == []
    assert field.prepare_value(["A", "B"]) == "A\nB"
