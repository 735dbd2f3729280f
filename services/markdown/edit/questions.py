"""Adds, rewords, answers and deletes questions in notes.

`service` and `title` are the page's kind and title, on which it depends what is a question.
"""

from __future__ import annotations

import re

from services.markdown.edit.splice import EditRefused, one_line, splice, with_blank_line
from services.markdown.read.notes import Notes, read_notes
from services.markdown.read.questions import Question
from services.text.line_ends import (
    LINE_END,
    dominant_line_end,
    line_above,
    line_start,
    line_stop,
    split_lines,
)

# The first line of a question's callout, with nothing after its mark.
BARE_CALLOUT = re.compile(rb"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t>]+)*\[![A-Za-z]+\][+-]?[ \t]*")


def set_question_text(text: str, index: int, words: str, *, service: bool, title: str) -> str:
    """Reword a question, on one line."""
    question = read_notes(text, service=service, title=title).questions[index]
    words = one_line(words)
    if not words:
        raise EditRefused("A question needs some words.")
    changed = splice(text, question.text_start, question.text_end, words)
    after = read_notes(changed, service=service, title=title)
    _check_question(after, index, words, question.answer)
    return changed


def _check_question(after: Notes, index: int, words: str, answer: str) -> None:
    """Check that a question is read as it is meant to be."""
    if index >= len(after.questions) or after.questions[index].text != words:
        raise EditRefused(
            f"“{words}” would not be read as a question: end it with a question mark."
        )
    if bool(after.questions[index].answer) != bool(answer):
        raise EditRefused("The answer would not be read as this question's answer.")


def add_question(text: str, words: str, answer: str, *, service: bool, title: str) -> str:
    """Add a question at the end of the notes, as a callout if a plain line is not read as one."""
    words, end = one_line(words), dominant_line_end(text)
    if not words:
        raise EditRefused("A question needs some words.")
    index = len(read_notes(text, service=service, title=title).questions)
    for line in (words, f"> [!question] {words}"):
        changed = with_blank_line(text, end) + line + end
        found = read_notes(changed, service=service, title=title).questions
        if len(found) == index + 1 and found[index].text == words:
            break
    else:
        raise EditRefused(f"“{words}” would not be read as a question.")
    return set_answer(changed, index, answer, service=service, title=title) if answer else changed


def set_answer(text: str, index: int, answer: str, *, service: bool, title: str) -> str:
    """Answer a question in a callout below it, or replace its answer, or remove it if blank."""
    before = read_notes(text, service=service, title=title)
    question = before.questions[index]
    answer = answer.replace("\0", "").strip()
    changed = bare = _without_answer(text, question)
    if answer:
        block = _answer_block(text, question, answer)
        changed = splice(text, question.answer_start, question.answer_end, block)
    after = read_notes(changed, service=service, title=title)
    _check_question(after, index, question.text, answer)
    if answer and (
        _without_answer(changed, after.questions[index]) != bare
        or _other_text(before, index) != _other_text(after, index)
    ):
        raise EditRefused("The answer would not be separate from the text around it.")
    return changed


def _other_text(notes: Notes, index: int) -> tuple[list[str], list[str]]:
    """Return the text of the questions and items outside a question's answer."""
    answer = range(notes.questions[index].answer_start, notes.questions[index].answer_end)
    return (
        [question.text for question in notes.questions if question.text_start not in answer],
        [item.text for item in notes.items if item.marker not in answer],
    )


def _answer_block(text: str, question: Question, answer: str) -> str:
    """Return an answer callout with the line ends and indentation of its place."""
    data, prefix = text.encode(), question.prefix
    found = LINE_END.search(data, question.answer_end)
    end = found[0].decode() if found else dominant_line_end(text)
    lines = ["> [!answer]", *(f"> {line}".rstrip() for line, _ in split_lines(answer))]
    before, after = "", ""
    if question.answer_start != question.answer_end:
        start = line_start(data, question.answer_start)
        lead = data[start : question.answer_start].decode()
        prefix = re.sub(r"[^>\t]", " ", lead)
    else:
        before = end + prefix
    quote = prefix.rstrip(" ")
    below = data[line_stop(data, question.answer_end) :]
    next_line = LINE_END.split(below, maxsplit=1)[0].decode()
    if data.startswith(b">", question.answer_start) and not before:
        # A callout replaces a callout.
        after = ""
    elif question.within:
        # The paragraph continues: a line with only a quote mark ends the answer.
        after = f"{end}{prefix}>"
    elif next_line.startswith(quote) and next_line[len(quote) :].lstrip(" \t").startswith(">"):
        # A quote follows immediately, and would become part of the answer.
        after = end + quote
    elif before and question.block:
        before = f"{end}{quote}{end}{prefix}"
    return before + (end + prefix).join(lines) + after


def _without_answer(text: str, question: Question) -> str:
    """Return the text as it was before the answer was added."""
    if question.answer_start == question.answer_end:
        return text
    data = text.encode()
    start, stop = line_start(data, question.answer_start), line_stop(data, question.answer_end)
    above = line_above(data, start)
    prefix = data[start : question.answer_start]
    if question.block and start and not data[above:start].strip(b" \t\r\n>"):
        # The blank line before the answer was added with it.
        start = above
    else:
        stop = _after_separator(data, stop, prefix)
    if stop == len(data) and not data.endswith((b"\n", b"\r")):
        start = max(start - (2 if data[:start].endswith(b"\r\n") else 1), 0)
    return (data[:start] + data[stop:]).decode()


def _after_separator(data: bytes, stop: int, prefix: bytes) -> int:
    """Return the end of the line that separates an answer from what follows, if there is one."""
    next_stop = line_stop(data, stop)
    line = data[stop:next_stop].rstrip(b"\r\n")
    if line == prefix + b">":
        return next_stop
    following = data[next_stop : line_stop(data, next_stop)]
    quote = prefix.rstrip(b" ")
    quoted = following.startswith(quote) and following[len(quote) :].lstrip(b" \t")[:1] == b">"
    return next_stop if quoted and line == quote else stop


def delete_question(text: str, index: int, *, service: bool, title: str) -> str:
    """Remove a question's line and its answer; other lines of its paragraph stay."""
    before = read_notes(text, service=service, title=title)
    question = before.questions[index]
    changed = _without_answer(text, question)
    data = changed.encode()
    start, stop = line_start(data, question.text_start), line_stop(data, question.text_end)
    above = line_above(data, start) if start else start
    if start and BARE_CALLOUT.fullmatch(data[above:start].rstrip(b"\r\n")):
        start = above
    changed = (data[:start] + data[stop:]).decode()
    after = read_notes(changed, service=service, title=title)
    others = [q.text for number, q in enumerate(before.questions) if number != index]
    items = [(item.text, item.state) for item in before.items]
    if others != [q.text for q in after.questions] or items != [
        (item.text, item.state) for item in after.items
    ]:
        raise EditRefused("The text around it would be read differently: change this in the notes.")
    return changed
