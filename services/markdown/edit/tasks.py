"""Ticks, rewords, adds and deletes tasks in notes."""

from __future__ import annotations

import re

from services.markdown.edit.splice import EditRefused, one_line, splice, with_blank_line
from services.markdown.read.notes import Item, read_notes
from services.text.line_ends import dominant_line_end, line_start, line_stop

MARKS = {"open": " ", "doing": "/", "done": "x", "na": "-"}
LIST_MARKER = re.compile(
    rb"(?P<indent>[ \t>]*)(?P<bullet>[-*+]|(?P<number>\d{1,9})(?P<dot>[.)]))(?P<gap>[ \t]+)"
)
# CommonMark 2.2: there is a tab stop every four columns.
TAB = 4


def set_state(text: str, index: int, state: str) -> str:
    """Set a task's state; exactly one character changes, or none."""
    item = read_notes(text).items[index]
    if item.state == state:
        return text
    changed = splice(text, item.marker, item.marker + 1, MARKS[state])
    # A definition `[/]: address` makes each `[/]` a link; searching is cheaper than reading again.
    if f"[{MARKS[state]}]:" in text:
        _check_item(changed, index, item.text, state)
    return changed


def set_item_text(text: str, index: int, words: str) -> str:
    """Reword a task, on one line."""
    items, words = read_notes(text).items, one_line(words)
    item = items[index]
    if not words:
        raise EditRefused("A checklist item needs some words.")
    gap = "" if text.encode()[item.text_start - 1 : item.text_start] in (b" ", b"\t") else " "
    changed = splice(text, item.text_start, item.text_end, gap + words)
    _check_item(changed, index, words, item.state)
    _check_others(changed, [*items[:index], *items[index + 1 :]], without=index)
    return changed


def _check_item(text: str, index: int, words: str, state: str) -> None:
    items = read_notes(text).items
    if index >= len(items) or (items[index].text, items[index].state) != (words, state):
        raise EditRefused(f"“{words}” would not stay a checklist item in Markdown.")


def _check_others(text: str, expected: list[Item], without: int | None = None) -> None:
    """Check that all other items are read as before."""
    items = [item for number, item in enumerate(read_notes(text).items) if number != without]
    if [(item.text, item.state) for item in items] != [(i.text, i.state) for i in expected]:
        raise EditRefused(
            "Other checklist items would not be read as they were: change this in the notes."
        )


def add_item(text: str, words: str, state: str = "open", list_title: str | None = None) -> str:
    """Add a task below the last one of a list; without a list, in a new one at the end.

    `list_title` None means the page's last list.
    """
    words = one_line(words)
    if not words:
        raise EditRefused("A checklist item needs some words.")
    items = read_notes(text).items
    same = [i for i, item in enumerate(items) if list_title in (None, item.list_title)]
    if same:
        return _add_below(text, items, same[-1], words, state)
    end = dominant_line_end(text)
    title = f"{one_line(list_title)}{end}{end}" if list_title else ""
    changed = with_blank_line(text, end) + f"{title}- [{MARKS[state]}] {words}{end}"
    _check_item(changed, len(items), words, state)
    _check_others(changed, items, without=len(items))
    return changed


def _add_below(text: str, items: list[Item], last: int, words: str, state: str) -> str:
    """Add a task after the top-level task that `items[last]` belongs to."""
    while items[last].depth and last and items[last].list_title == items[last - 1].list_title:
        last -= 1
    top, data, end = items[last], text.encode(), dominant_line_end(text)
    start = line_start(data, top.start)
    found = LIST_MARKER.match(data, start)
    lead = data[start : top.marker - 1].decode()
    if found and found["number"]:
        number = int(found["number"]) + 1
        lead = f"{found['indent'].decode()}{number}{found['dot'].decode()}{found['gap'].decode()}"
    at = top.start + len(data[top.start : top.end].rstrip(b" \t\r\n>"))
    changed = splice(text, at, at, f"{end}{lead}[{MARKS[state]}] {words}")
    place = sum(1 for item in items if item.start < top.end)
    _check_item(changed, place, words, state)
    _check_others(changed, items, without=place)
    return changed


def delete_item(text: str, index: int) -> str:
    """Remove a task; what is nested in it moves up one level."""
    items, data = read_notes(text).items, text.encode()
    item = items[index]
    start = line_start(data, item.start)
    stop = line_stop(data, max(item.text_end, item.marker + 2))
    below = data[stop : max(stop, item.end)]
    moved = _move_up(below, data[start : item.start], _columns(data[start : item.marker - 1]))
    changed = (data[:start] + moved + data[stop + len(below) :]).decode()
    _check_others(changed, [*items[:index], *items[index + 1 :]])
    return changed


def _move_up(below: bytes, lead: bytes, content: int) -> bytes:
    """Move the lines below a deleted item, whose words began at column `content`, to its column.

    `lead` is what is before the item on its line; in a quote, quote marks are on all lines.
    """
    lines = [(line, _prefix_length(line, lead)) for line in below.splitlines(keepends=True)]
    inside = [
        indent
        for line, prefix in lines
        if line[prefix:].strip() and (indent := _indentation(line, prefix)) >= content
    ]
    if not inside:
        return below
    shift = min(inside) - _columns(lead)
    moved = bytearray()
    for line, prefix in lines:
        indent = _indentation(line, prefix)
        if line[prefix:].strip() and indent >= content:
            words = line[prefix:].lstrip(b" \t")
            spaces = indent - shift - _columns(line[:prefix])
            line = line[:prefix] + b" " * spaces + words
        moved += line
    return bytes(moved)


def _prefix_length(line: bytes, lead: bytes) -> int:
    """Return the length of the quote marks that a line shares with the item's own line."""
    length = lead.rfind(b">") + 1
    return length if line[:length] == lead[:length] else 0


def _indentation(line: bytes, prefix: int) -> int:
    """Return the column of a line's first word after its prefix."""
    return _columns(line[: len(line) - len(line[prefix:].lstrip(b" \t"))])


def _columns(lead: bytes) -> int:
    return len(lead.decode(errors="replace").expandtabs(TAB))
