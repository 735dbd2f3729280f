"""Controls among rendered notes (boxes, pencils), put in after sanitising."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

STATE_LABELS = {"open": "To do", "doing": "In progress", "done": "Done", "na": "Not applicable"}
# Marks a placeholder while the sanitiser, which would drop a control, works. No author of notes
# can know it. It is found only as an attribute of its own: within the value of another its quotes
# would be written as `&quot;`.
MARK = secrets.token_hex(8)
PLACEHOLDER = re.compile(rf'<input\b[^<>]*\baria-label="{MARK}-(\d+)"[^<>]*>')


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as rendered: its level on the page (2 is the highest), words and anchor."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Task:
    """Our own HTML for a task in this state: its box, if it is a control, and what follows the
    words of its first paragraph."""

    state: str
    box: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Controls:
    """Our own HTML among rendered notes: of tasks, and next to headings.

    `tasks` are in the order of the text; a task whose state differs from the one given is drawn
    as a picture only. `heading` returns what follows a heading outside lists and quotes.
    `missing` returns the address that creates a page, from a name that no page has yet.
    """

    tasks: Sequence[Task] = ()
    heading: Callable[[Heading], str] | None = None
    missing: Callable[[str], str] | None = None


class Placeholders:
    """Placeholders for controls in HTML that is not sanitised yet; filled in afterwards."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self.tasks = 0
        self.pieces: list[str] = []
        # What follows the text of the task that is being written.
        self.after = ""

    def add(self, html: str) -> str:
        """Return a placeholder for a piece of our own HTML."""
        self.pieces.append(html)
        return f'<input aria-label="{MARK}-{len(self.pieces) - 1}">'

    def task_box(self, state: str) -> str:
        """Return a task's box: its control if there is one, or a picture of its state."""
        tasks, number = self.controls.tasks, self.tasks
        self.tasks += 1
        if number < len(tasks) and tasks[number].state == state:
            self.after = tasks[number].after
            if tasks[number].box:
                return self.add(tasks[number].box)
        checked = " checked" if state == "done" else ""
        return f'<input type="checkbox" disabled{checked} aria-label="{STATE_LABELS[state]}"> '

    def end_of_words(self) -> str:
        """Return what follows the text of the last task, once."""
        after, self.after = self.after, ""
        return self.add(after) if after else ""

    def fill(self, html: str) -> str:
        """Replace the placeholders in sanitised HTML by their pieces."""
        return PLACEHOLDER.sub(lambda found: self.pieces[int(found[1])], html)
