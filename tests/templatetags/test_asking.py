"""How an unsaved draft is shown."""

from __future__ import annotations

import pytest

from services.templatetags.asking import first_new_line
from tests.pages.test_drafts import NOTES

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"notes": NOTES.replace("Second", "Mine")}, "Mine"),
        ({"notes": NOTES.replace("First", "*New*  words\n\nFirst")}, "*New* words"),
        ({"notes": NOTES.replace("First\n\n", "")}, "without: First"),
        ({"notes": NOTES, "title": "Plan B"}, "Plan B"),
        ({"notes": "x" * 100}, "x" * 80 + "…"),
        ({}, "without: Intro"),
    ],
)
def test_a_draft_is_told_by_the_first_line_that_it_changes(fields, words):
    assert first_new_line(fields, NOTES) == words
