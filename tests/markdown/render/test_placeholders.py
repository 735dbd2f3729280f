"""Controls among rendered notes: boxes, and what follows a task's text."""

from __future__ import annotations

import re

import pytest

from services.markdown.read.notes import read_notes
from services.markdown.render.render import Controls, Task, render


def shown(text: str) -> str:
    """Render notes with a `W` and a number after the text of each task."""
    items = read_notes(text, service=False).items
    tasks = [Task(item.state, after=f" <w>{at}</w>") for at, item in enumerate(items)]
    html = render(text, controls=Controls(tasks)).html
    html = re.sub(r"<input[^>]*> ?", "", html).replace(' class="callout-title"', "")
    return re.sub(r"<w>(\d+)</w>", r"W\1", html)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- [x] one\n- [ ] two", "one W0</li>\n<li two W1</li>"),
        ("- [x] one\n  goes on\n", "one\ngoes on W0</li>"),
        ("- [x] *one*", "<em>one</em> W0</li>"),
        ("- [-] [one](a.md) `x`", "<code>x</code> W0</li>"),
        (
            "- [x] one\n\n  more\n\n- [ ] two",
            "<p>one W0</p>\n<p>more</p>\n</li>\n<li <p>two W1</p>",
        ),
        ("- [x] one\n  - [/] two\n    - plain\n", "one W0<ul>\n<li two W1<ul>\n<li>plain</li>"),
        ("- [x] one\n  1. [ ] two\n  2. [ ] three\n- [ ] four", "three W2</li>\n</ol>\n</li>"),
        ("- [x] one\n  > quoted", "one W0<blockquote>\n<p>quoted</p>"),
        ("- [x] one\n  ```\n  code\n  ```", "one W0<pre "),
        ("- [x] one\n  ***\n", "one W0<hr>"),
        ("- [x] one\n  # Heading\n", 'one W0<h2 id="heading">'),
        ("- [x] one\n  <div>raw</div>\n", "one W0<div>raw</div>"),
        ("> [!note] Title\n> - [x] one\n>   - [x] two", "one W0<ul>\n<li two W1</li>"),
        ("a[^1]\n\n[^1]: - [x] one\n", "one W0</li>"),
        ("- [x] ![alt](b.png) one", "one W0</li>"),
        ("- [x] <b>never closed", "never closed W0</b></li>"),
    ],
)
def test_it_follows_the_first_paragraph(text, html):
    found = re.sub(r'<li class="task task-\w+">', "<li ", shown(text))
    assert html in found


def test_controls_follow_their_text_below_the_drawn_depth():
    text = "".join(f"{'  ' * depth}- [ ] x{depth}\n" for depth in range(70))
    found = shown(text)
    assert re.findall(r"x(\d+) W(\d+)", found) == [(str(n), str(n)) for n in range(70)]


def test_a_task_in_another_state_than_expected_has_no_controls():
    controls = Controls([Task("open", "<box>", "<w>"), Task("done", "<box>", "<w>")])
    html = render("- [x] one\n- [x] two\n", controls=controls).html
    assert (html.count("<box>"), html.count("<w>")) == (1, 1)
    assert html.endswith("<box>two<w></li>\n</ul>\n")


def test_notes_cannot_contain_a_placeholder():
    html = render('- [x] one <input aria-label="0"> <w>\n', controls=Controls([Task("done")])).html
    assert html.count("<input") == 2
