"""Lists of pages: their first words, and their parts in a fixed number of queries."""

import pytest

from services.models import Category, Page
from services.selectors.lists import summarize
from tests.views.test_pages import html

pytestmark = pytest.mark.django_db


def many(compute: Category, number: int) -> None:
    Page.objects.bulk_create(
        Page(kind="service", category=compute, title=f"P{i}", slug=f"p{i}", position=i + 10)
        for i in range(number)
    )


def test_category_is_paginated_with_the_same_queries(
    as_reader, compute, django_assert_max_num_queries
):
    many(compute, 250)
    with django_assert_max_num_queries(10):
        text = html(as_reader, "/categories/compute/?page=3")
    assert "Page 3 of 3" in text
    assert ">P249</a>" in text


def test_first_words_of_a_list_are_prose_only():
    notes = "# Title\n\n```\ncode\n```\n\n- item\n\n> Quoted **words**.\n"
    assert summarize(notes) == "Quoted words."
    assert summarize("") == ""
