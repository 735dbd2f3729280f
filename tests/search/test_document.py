"""The outline of a page: its headings, and one that cannot be read."""

from __future__ import annotations

import pytest

from services.models import Page
from services.search.search import search_pages
from tests.support.finding import page, shown, titles

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_a_heading_may_name_a_null_character():
    page("Escapes", "# Write \\u0000 so\n\nalpha")
    hit = search_pages("alpha").hits[0]
    assert hit.places[0].path == ("Write \\u0000 so",)
    assert titles("write") == ["Escapes"]


def test_an_outline_that_was_broken_breaks_no_search():
    page("One", "# Heading\n\nalpha")
    Page.objects.update(outline="no JSON")
    assert shown(search_pages("alpha").hits[0].places[0].snippet) == "[alpha]"
