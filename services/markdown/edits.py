"""Changes to notes that a form can ask for, each touching no more of the text than it must.

Items and questions are addressed by their index in `read(text)`; an index that is not there
raises IndexError. EditRefused says why a change cannot be written as Markdown.
"""

from __future__ import annotations

import difflib
import re

from services.markdown.notes import Item, Question, read
from services.markdown.parser import LINE_END

MARKS = {"open": " ", "doing": "/", "done": "x", "na": "-"}
LINES = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
LIST_MARKER = re.compile(
    rb"(?P<indent>[ \t>]*)(?P<bullet>[-*+]|(?P<number>\d{1,9})(?P<dot>[.)]))(?P<gap>[ \t]+)"
)


class EditRefused(ValueError):
    """The words that were asked for would not be read back as what they should be."""


def split_lines(text: str) -> list[tuple[str, str]]:
    """A text's lines as pairs of words and line end (CommonMark 2.1); the last may have none."""
    return [(m[1], m[2]) for m in LINES.finditer(text) if m[0]]


def dominant_line_end(text: str) -> str:
    """The line end that most lines have; LF where there is none."""
    crlf = text.count("\r\n")
    counts = {"\n": text.count("\n") - crlf, "\r\n": crlf, "\r": text.count("\r") - crlf}
    return max(counts, key=lambda end: counts[end])


def keep_line_ends(new: str, old: str, default: str) -> str:
    """Lay a form's text over the stored one: a line whose words did not change keeps its line end.

    Browsers send every line end as CRLF (HTML, "constructing the form data set"). New lines take
    `default`.
    """
    new_lines, old_lines = split_lines(new), split_lines(old)
    if not {end for _, end in old_lines} - {default, ""}:
        return "".join(words + (default if end else "") for words, end in new_lines)
    words_new, words_old = [w for w, _ in new_lines], [w for w, _ in old_lines]
    ends = [default if end else "" for _, end in new_lines]
    matcher = difflib.SequenceMatcher(None, words_old, words_new, autojunk=False)
    for a, b, size in matcher.get_matching_blocks():
        for k in range(size):
            if ends[b + k] and old_lines[a + k][1]:
                ends[b + k] = old_lines[a + k][1]
    return "".join(words + end for words, end in zip(words_new, ends, strict=True))


def _splice(text: str, start: int, end: int, piece: str) -> str:
    data = text.encode()
    return (data[:start] + piece.encode() + data[end:]).decode()


def _one_line(words: str) -> str:
    return " ".join(words.replace("\0", "").split())


def set_state(text: str, index: int, state: str) -> str:
    """Tick a task, or give it any other state; exactly one character changes, or none."""
    item = read(text).items[index]
    if item.state == state:
        return text
    return _splice(text, item.marker, item.marker + 1, MARKS[state])


def set_item_text(text: str, index: int, words: str) -> str:
    """Reword a task, on one line."""
    item, words = read(text).items[index], _one_line(words)
    if not words:
        raise EditRefused("A checklist item needs some words.")
    gap = "" if text.encode()[item.text_start - 1 : item.text_start] in (b" ", b"\t") else " "
    changed = _splice(text, item.text_start, item.text_end, gap + words)
    _check_item(changed, index, words, item.state)
    return changed


def _check_item(text: str, index: int, words: str, state: str) -> None:
    items = read(text).items
    if index >= len(items) or (items[index].text, items[index].state) != (words, state):
        raise EditRefused(f"“{words}” would not stay a checklist item in Markdown.")


def add_item(text: str, words: str, state: str = "open", list_title: str | None = None) -> str:
    """Add a task below the last one of a list; without a list, in a new one at the end.

    `list_title` None means the page's last list.
    """
    words = _one_line(words)
    if not words:
        raise EditRefused("A checklist item needs some words.")
    items = read(text).items
    same = [i for i, item in enumerate(items) if list_title in (None, item.list_title)]
    if same:
        return _add_below(text, items, same[-1], words, state)
    end = dominant_line_end(text)
    title = f"{_one_line(list_title)}{end}{end}" if list_title else ""
    changed = _with_blank_line(text, end) + f"{title}- [{MARKS[state]}] {words}{end}"
    _check_item(changed, len(items), words, state)
    return changed


def _add_below(text: str, items: list[Item], last: int, words: str, state: str) -> str:
    """Put a task behind the top-level task that `items[last]` belongs to."""
    while items[last].depth and last and items[last].list_title == items[last - 1].list_title:
        last -= 1
    top, data, end = items[last], text.encode(), dominant_line_end(text)
    line_start = _line_start(data, top.start)
    found = LIST_MARKER.match(data, line_start)
    lead = data[line_start : top.marker - 1].decode()
    if found and found["number"]:
        number = int(found["number"]) + 1
        lead = f"{found['indent'].decode()}{number}{found['dot'].decode()}{found['gap'].decode()}"
    at = top.start + len(data[top.start : top.end].rstrip(b" \t\r\n>"))
    changed = _splice(text, at, at, f"{end}{lead}[{MARKS[state]}] {words}")
    place = sum(1 for item in read(text).items if item.start < top.end)
    _check_item(changed, place, words, state)
    return changed


def _line_start(data: bytes, offset: int) -> int:
    return max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1


def _line_stop(data: bytes, offset: int) -> int:
    """Behind the line end of the line that `offset` is on."""
    found = LINE_END.search(data, offset)
    return found.end() if found else len(data)


def _with_blank_line(text: str, end: str) -> str:
    """A text that something new can follow: empty, or ending in a blank line."""
    if not text.strip():
        return text
    if not text.endswith(("\n", "\r")):
        text += end
    lines = split_lines(text)
    return text if not lines[-1][0].strip() else text + end


def delete_item(text: str, index: int) -> str:
    """Take a task out; tasks nested in it move up one level."""
    item, data = read(text).items[index], text.encode()
    start = _line_start(data, item.start)
    stop = _line_stop(data, max(item.text_end, item.marker + 2))
    width = item.marker - 1 - item.start
    below = data[stop : item.end]
    indent = item.start - start
    moved = bytearray()
    for line in below.splitlines(keepends=True):
        cut = line[indent : indent + width]
        moved += line[:indent] + line[indent + width :] if not cut.strip() else line
    end = max(stop, item.end)
    return (data[:start] + bytes(moved) + data[end:]).decode()


def set_question_text(text: str, index: int, words: str, *, service: bool, title: str) -> str:
    """Reword a question, on one line. The page's kind and title say what counts as a question."""
    question, words = read(text, service=service, title=title).questions[index], _one_line(words)
    if not words:
        raise EditRefused("A question needs some words.")
    changed = _splice(text, question.text_start, question.text_end, words)
    _check_question(changed, index, words, question.answer, service=service, title=title)
    return changed


def _check_question(
    text: str, index: int, words: str, answer: str, *, service: bool, title: str
) -> None:
    found = read(text, service=service, title=title).questions
    if index >= len(found) or found[index].text != words:
        raise EditRefused(
            f"“{words}” would not be read as a question: end it with a question mark."
        )
    if bool(found[index].answer) != bool(answer):
        raise EditRefused("The answer would not be read as this question's answer.")


def add_question(text: str, words: str, answer: str, *, service: bool, title: str) -> str:
    """Ask at the end of the notes, as a callout where a plain line would not count as asked."""
    words, end = _one_line(words), dominant_line_end(text)
    if not words:
        raise EditRefused("A question needs some words.")
    index = len(read(text, service=service, title=title).questions)
    for line in (words, f"> [!question] {words}"):
        changed = _with_blank_line(text, end) + line + end
        found = read(changed, service=service, title=title).questions
        if len(found) == index + 1 and found[index].text == words:
            break
    else:
        raise EditRefused(f"“{words}” would not be read as a question.")
    return set_answer(changed, index, answer, service=service, title=title) if answer else changed


def set_answer(text: str, index: int, answer: str, *, service: bool, title: str) -> str:
    """Answer a question in a callout below it, replace its answer, or, if blank, take it out."""
    question = read(text, service=service, title=title).questions[index]
    answer = answer.replace("\0", "").strip()
    if not answer:
        return _without_answer(text, question)
    changed = _splice(
        text, question.answer_start, question.answer_end, _answer_block(text, question, answer)
    )
    _check_question(changed, index, question.text, answer, service=service, title=title)
    return changed


def _answer_block(text: str, question: Question, answer: str) -> str:
    """An answer callout with the line ends and indentation that its place needs."""
    data, end, prefix = text.encode(), dominant_line_end(text), question.prefix
    lines = ["> [!answer]", *(f"> {line}".rstrip() for line, _ in split_lines(answer))]
    below = data[_line_stop(data, question.answer_end) :]
    next_line = LINE_END.split(below, maxsplit=1)[0]
    after = end + prefix.rstrip(" ") if question.block and next_line.strip(b" \t>") else ""
    if question.answer_start == question.answer_end:
        before = end + (prefix.rstrip(" ") + end if question.block else "")
        return before + end.join(prefix + line for line in lines) + after
    start = _line_start(data, question.answer_start)
    lead = data[start : question.answer_start].decode()
    prefix = re.sub(r"[^>\t]", " ", lead)
    return (end + prefix).join(lines) + after


def _without_answer(text: str, question: Question) -> str:
    if question.answer_start == question.answer_end:
        return text
    data = text.encode()
    start, stop = _line_start(data, question.answer_start), _line_stop(data, question.answer_end)
    if question.block:
        # The blank line that set the answer off goes with it.
        above = _line_start(data, max(start - 1, 0)) if start else 0
        if data[above - 2 : above] == b"\r\n" and data[above:start] == b"\n":
            above = start
        if start and not data[above:start].strip(b" \t\r\n>"):
            start = above
    return (data[:start] + data[stop:]).decode()


def delete_question(text: str, index: int, *, service: bool, title: str) -> str:
    """Take a question's line out, and its answer; other lines of its paragraph stay."""
    question = read(text, service=service, title=title).questions[index]
    text = _without_answer(text, question)
    data = text.encode()
    start, stop = _line_start(data, question.text_start), _line_stop(data, question.text_end)
    return (data[:start] + data[stop:]).decode()
