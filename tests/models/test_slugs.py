"""Slugs of pages: in any script, and each of them once."""

from __future__ import annotations

import pytest

from tests.sync.test_planner import bring, page

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_titles_in_any_script_get_an_address():
    bring("日本.md", "# 日本語のノート\n")
    bring("!!!.md", "# !!!\n")
    assert (
        page("日本語のノート").get_absolute_url()
        == "/topics/%E6%97%A5%E6%9C%AC%E8%AA%9E%E3%81%AE%E3%83%8E%E3%83%BC%E3%83%88/"
    )
    assert page("!!!").slug == "topic"


def test_titles_that_give_the_same_slug_have_addresses_of_their_own():
    bring("a.md", "# C#\n")
    bring("b.md", "# C!\n")
    assert page("C#").slug != page("C!").slug
