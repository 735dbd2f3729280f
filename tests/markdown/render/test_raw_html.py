"""HTML in notes that is not closed."""

from __future__ import annotations

import pytest

from services.markdown.render.render import render


def test_unclosed_elements_are_closed():
    shown = render("<div>" * 1_000 + "\n\n" + "<b title=x>" * 1_000 + "\n\nAfter.").html
    assert shown.count("<div>") <= 100
    assert shown.count("<b ") <= 200
    assert render("<div>" * 100 + "x" + "</div>" * 100).html.count("<div>") == 100


@pytest.mark.parametrize("html", ["<div>\n<!--", "<p>\n<!-- a -- b", "<div title='", "<p>\n<svg>"])
def test_html_that_is_left_open_swallows_nothing(html):
    assert "<p>After.</p>" in render(f"{html}\n\nAfter.").html
