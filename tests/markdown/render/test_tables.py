"""Tables as HTML."""

from __future__ import annotations

from tests.support.rendering import html


def test_tables_are_aligned_and_scroll_in_a_box():
    shown = html("| a | b | c | d |\n|---|:--|:-:|--:|\n| 1 | *2* | `3` | [[x\\|y]] |\n")
    assert shown.startswith('<div class="table" role="group" aria-label="Table" tabindex="0">')
    assert '<th>a</th><th class="align-left">b</th><th class="align-center">c</th>' in shown
    assert '<td class="align-left"><em>2</em></td>' in shown
    assert '<td class="align-right"><span class="missing"' in shown
    assert ">y</span>" in shown
