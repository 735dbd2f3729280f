"""Words are looked for in a text to be marked."""

from __future__ import annotations

from services.search import highlight
from services.search.highlight import Pattern
from services.search.query import Term


def test_looking_for_a_letter_has_an_end(monkeypatch):
    text = "banana " * 1_000 + "a"
    assert Pattern([Term(("a",))]).find_terms(text) == [(7_000, 7_001, 0)]
    monkeypatch.setattr(highlight, "MAX_CANDIDATES", 100)
    assert Pattern([Term(("a",))]).find_terms(text) == []
