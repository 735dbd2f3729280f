"""Tags of an imported file, added and removed in any case."""

from __future__ import annotations

import pytest

from tests.sync.test_planner import AWS, bring, page

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_tags_dropped_from_the_file_go_and_others_stay():
    bring("AWS.md", AWS)
    page("AWS").tags.add("mine")
    bring("AWS.md", AWS.replace("[cloud, work]", "[cloud, new]"))
    assert sorted(tag.name for tag in page("AWS").tags.all()) == ["cloud", "mine", "new"]


def test_tags_are_dropped_whatever_their_case():
    bring("a.md", "---\ntags: aws\n---\nA.\n")
    bring("b.md", "---\ntags: AWS\n---\nB.\n")
    bring("b.md", "---\ntitle: b\n---\nB.\n")
    assert not page("b").tags.exists()
