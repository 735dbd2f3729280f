"""What fields of forms make of what is typed."""

from __future__ import annotations

from django import forms

from services.forms.fields import NamesField, NotesField


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
