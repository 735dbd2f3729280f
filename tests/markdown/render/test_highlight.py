"""Code as HTML, highlighted by its language."""

from __future__ import annotations

import pytest

from tests.support.rendering import html


def test_code_is_highlighted_by_its_language():
    shown = html("```python\nif x:\n```")
    assert '<pre tabindex="0" data-language="python">' in shown
    assert '<span class="k">if</span>' in shown


@pytest.mark.parametrize("info", ["", "nonsense", "nonsense {x}"])
def test_code_in_no_known_language_is_plain(info):
    assert "<code>a &lt; b\n</code>" in html(f"```{info}\na < b\n```")
