"""Properties of any text, tested with random texts."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.markdown.edit.questions import delete_question, set_answer
from services.markdown.edit.splice import EditRefused
from services.markdown.edit.tasks import add_item, delete_item, set_item_text, set_state
from services.markdown.read.front_matter import split_front_matter
from services.markdown.read.notes import read_notes
from services.markdown.read.outline import read_outline
from services.markdown.render.render import render, render_inline
from services.text.line_ends import restore_line_ends, split_lines
from tests.markdown.render.test_sanitise import dangers
from tests.soak import TIMES

pytestmark = pytest.mark.soak
PIECES = """
- [ ] task
- [x] done
  - [/] nested
    - [-] deeper
1. [ ] numbered
2) [X] numbered
* [ ] star
> - [ ] quoted
- [ ]
- - [ ] twice
- [ ] - [ ] in one line
-\t[ ] tab
\t- [ ] tabbed
# Heading
## S3
## Questions
### kb-search
===
---
...
***
tags: [a, b]
title: "x
What?
- Is it?
Is it? Yes.
Q: asked
A: answered
**Q:** asked
**A:** answered
> [!question] Why?
> [!faq]- How
> [!question]
> [!answer] So
> [!answer]
> > [!success] nested
> [!note] [a
> quoted](b)
>
> text
```
```python
~~~
    code
<div>
</div>
<details><summary>x
<!--
-->
<svg>
<script>
</script>
<a href="x">
<bucket>
[^1]
[^1]: note
[[Page|label]]
[[Page#Heading]]
![[a.png|300]]
![a *b*](c.png)
[x](y.md "z")
[x]: /y
[/]: /z
*emphasis
**strong
`code
~~gone
|a|b|
|-|:-:|
|[[x\\|y]]|
http://example.com/(a).
www.example.com
<javascript:x>
&amp; &#124; &nbsp;
\\[ ] escaped
😀 日本語 é
""".strip("\n").split("\n")
ENDS = st.sampled_from(["\n", "\n", "\n", "\n\n", "\r\n", "\r", "", " ", "\0", "\u2028"])


@st.composite
def notes(draw) -> str:
    """Lines of Markdown, mostly with one kind of line end."""
    pieces = draw(st.lists(st.sampled_from(PIECES), max_size=9))
    end = draw(st.sampled_from(["\n", "\r\n", "\r", None]))
    text = "".join(piece + (end if end is not None else draw(ENDS)) for piece in pieces)
    return text.rstrip("\r\n") if draw(st.integers(0, 3)) == 0 else text


TEXTS = st.one_of(notes(), notes(), st.text(max_size=60))
quickly = settings(
    max_examples=TIMES * 100, suppress_health_check=[HealthCheck.too_slow], database=None
)


def category(text: str) -> str | None:
    return "Compute" if text == "Heading" else None


def service(text: str) -> str | None:
    return "Data Store" if text == "S3" else None


@quickly
@given(TEXTS)
def test_the_pieces_of_an_outline_are_the_text(text):
    cut = read_outline(text, category_named=category, category_of_service=service)
    assert cut.text == text
    assert [s.line for s in cut.sections] == sorted(s.line for s in cut.sections)


@quickly
@given(TEXTS)
def test_front_matter_and_the_rest_are_the_text(text):
    matter, rest = split_front_matter(f"---\n{text}\n---\n{text}")
    assert matter.raw + rest == f"---\n{text}\n---\n{text}"


@quickly
@given(TEXTS, st.booleans())
def test_reading_twice_finds_the_same(text, is_service):
    assert read_notes(text, service=is_service) == read_notes(text, service=is_service)


class Balance(HTMLParser):
    """Fail if tags do not nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "hr", "img", "input", "wbr", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@quickly
@given(TEXTS)
def test_what_is_rendered_is_safe_and_nests(text):
    html = render(text, {"Page": "/page"}, {"a.png": "/a.png"}).html
    assert dangers(html) == []
    Balance(html)
    Balance(render_inline(text))


@quickly
@given(notes())
def test_a_page_has_as_many_boxes_as_tasks(text):
    if "[^1]:" not in text:  # a note that is defined twice is shown once
        states = [item.state for item in read_notes(text).items]
        html = render(text).html
        for state in ("open", "doing", "done", "na"):
            assert html.count(f'<li class="task task-{state}">') == states.count(state)


@quickly
@given(notes(), st.data())
def test_a_tick_changes_one_character_and_one_task(text, data):
    items = read_notes(text).items
    raw = text.encode()
    for item in items:
        assert raw[item.marker - 1 : item.marker + 2] in (b"[ ]", b"[x]", b"[X]", b"[/]", b"[-]")
        assert raw[item.text_start : item.text_end].strip()
    if not items:
        return
    index = data.draw(st.integers(0, len(items) - 1))
    state = data.draw(st.sampled_from(["open", "doing", "done", "na"]))
    try:
        changed = set_state(text, index, state)
    except EditRefused:
        return
    assert len(changed) == len(text)
    assert sum(a != b for a, b in zip(text, changed, strict=True)) <= 1
    assert [item.state for item in read_notes(changed).items] == [
        state if number == index else item.state for number, item in enumerate(items)
    ]
    assert [item.text for item in read_notes(changed).items] == [item.text for item in items]


@quickly
@given(notes(), st.data())
def test_other_tasks_stay_when_one_is_changed(text, data):
    words = [item.text for item in read_notes(text).items]
    if not words:
        return
    index = data.draw(st.integers(0, len(words) - 1))
    new = data.draw(st.sampled_from(["new", "# x", "- [ ] y", "`", "a [b", "\\"]))
    title = data.draw(st.sampled_from([None, read_notes(text).items[index].list_title, "Other"]))
    without = words[:index] + words[index + 1 :]
    try:
        assert [item.text for item in read_notes(delete_item(text, index)).items] == without
        reworded = [item.text for item in read_notes(set_item_text(text, index, new)).items]
        assert reworded == [*words[:index], new, *words[index + 1 :]]
        more = [item.text for item in read_notes(add_item(text, "added", list_title=title)).items]
        assert more.pop(more.index("added")) == "added"
        assert more == words
    except EditRefused:
        pass


ANSWERS = st.sampled_from(
    ["Yes.", "Two\n\nparagraphs", "- a\n- b", "```\ncode\n```", "> quote", "a"]
)


@quickly
@given(notes(), ANSWERS, st.booleans(), st.data())
def test_taking_an_answer_out_again_leads_back(text, answer, is_service, data):
    found = read_notes(text, service=is_service)
    open_ones = [i for i, q in enumerate(found.questions) if q.answer_start == q.answer_end]
    if not open_ones:
        return
    index = data.draw(st.sampled_from(open_ones))
    place = {"service": is_service, "title": ""}
    try:
        answered = set_answer(text, index, answer, **place)
    except EditRefused:
        return
    questions = read_notes(answered, **place).questions
    assert [q.text for q in questions] == [q.text for q in found.questions]
    assert [line for line, _ in split_lines(questions[index].answer)] == answer.split("\n")
    assert [item.text for item in read_notes(answered, **place).items] == [
        i.text for i in found.items
    ]
    assert set_answer(answered, index, "", **place) == text


@quickly
@given(notes(), st.booleans(), st.data())
def test_deleting_a_question_leaves_the_others(text, is_service, data):
    place = {"service": is_service, "title": ""}
    words = [q.text for q in read_notes(text, **place).questions]
    if not words:
        return
    index = data.draw(st.integers(0, len(words) - 1))
    try:
        changed = delete_question(text, index, **place)
    except EditRefused:
        return
    assert [q.text for q in read_notes(changed, **place).questions] == words[:index] + words[
        index + 1 :
    ]


@quickly
@given(TEXTS, st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_form_that_changes_nothing_changes_nothing(text, end):
    from_browser = "".join(words + ("\r\n" if e else "") for words, e in split_lines(text))
    assert restore_line_ends(from_browser, text, end) == text


@quickly
@given(notes(), notes())
def test_a_form_changes_the_words_it_changes(old, new):
    kept = restore_line_ends(new, old, "\n")
    assert [words for words, _ in split_lines(kept)] == [words for words, _ in split_lines(new)]
