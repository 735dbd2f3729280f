"""Stored rows of an import: the text of a category, and front matter as it was."""

from __future__ import annotations

import pytest

from services.models import Document, Section
from tests.sync.test_planner import AWS, bring

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_words_under_a_category_are_kept_with_it():
    bring("AWS.md", AWS)
    section = Section.objects.get(category__name="Compute")
    assert section.text == "All that runs.\n\n"
    assert section.page is None


def test_a_broken_front_matter_is_a_warning_and_kept():
    plan = bring("n.md", "---\ntags: [a\n---\ntext\n")
    assert [w.path for w in plan.warnings] == ["n.md"]
    assert Document.objects.get().front_matter == "---\ntags: [a\n---\n"
