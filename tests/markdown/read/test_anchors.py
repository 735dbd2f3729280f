"""Headings have the anchors that GitHub gives them."""

from __future__ import annotations

import pytest

from services.markdown.read.anchors import heading_anchor
from services.markdown.render.render import render


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What is it?", "what-is-it"),
        ("S3 & Co.", "s3--co"),
        ("Größe", "größe"),
        ("under_score", "under_score"),
        ("日本語", "日本語"),
        ("😀", "section"),
        ("kb-main", "section-kb-main"),
        ("  KB-Main!", "section-kb-main"),
    ],
)
def test_anchors_are_those_of_github(text, name):
    assert heading_anchor(text) == name


def test_anchors_are_numbered_as_on_github():
    names = [heading.anchor for heading in render("# A\n\n# A\n\n# A 1\n\n# A\n").headings]
    assert names == ["a", "a-1", "a-1-1", "a-2"]
