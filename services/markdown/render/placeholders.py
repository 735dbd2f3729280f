"""What an editor's page has among the notes: controls, put in their places after cleaning."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

STATE_LABELS = {"open": "To do", "doing": "In progress", "done": "Done", "na": "Not applicable"}
# Marks the places of controls while the sanitiser, which would drop them, does its work. Nobody
# who writes notes can know it. As an attribute it is found only where it is one: within the value
# of another its quotes would be written as `&quot;`.
MARK = secrets.token_hex(8)
PLACES = re.compile(rf'<input\b[^<>]*\baria-label="{MARK}-(\d+)"[^<>]*>')


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as rendered: its level on the page (2 is the highest), words and anchor."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Task:
    """HTML of our own for a task in this state: its box, if not a mere picture, and what follows
    the words of its first paragraph."""

    state: str
    box: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Controls:
    """HTML of our own among rendered notes: of tasks, and beside headings.

    `tasks` are in the order of the text; one that is in another state than was expected stays a
    mere picture of it. `heading` makes what follows a heading that stands outside lists and
    quotes. `missing` gives the address where a page is made that links ask for by a name that
    none has.
    """

    tasks: Sequence[Task] = ()
    heading: Callable[[Heading], str] | None = None
    missing: Callable[[str], str] | None = None


class Placed:
    """Keeps the places of controls in HTML that is yet to be cleaned, and puts them in."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self.tasks = 0
        self.pieces: list[str] = []
        # What follows the words of the task that is being written.
        self.after = ""

    def keep(self, html: str) -> str:
        """What keeps the place of a piece of our own HTML."""
        self.pieces.append(html)
        return f'<input aria-label="{MARK}-{len(self.pieces) - 1}">'

    def box(self, state: str) -> str:
        """A task's box: a control where there is one for it, or else a picture of its state."""
        tasks, number = self.controls.tasks, self.tasks
        self.tasks += 1
        if number < len(tasks) and tasks[number].state == state:
            self.after = tasks[number].after
            if tasks[number].box:
                return self.keep(tasks[number].box)
        checked = " checked" if state == "done" else ""
        return f'<input type="checkbox" disabled{checked} aria-label="{STATE_LABELS[state]}"> '

    def words_end(self) -> str:
        """What follows the words of a task, where those that were last begun end; else nothing."""
        after, self.after = self.after, ""
        return self.keep(after) if after else ""

    def put_in(self, html: str) -> str:
        """Cleaned HTML with the controls in their places."""
        return PLACES.sub(lambda found: self.pieces[int(found[1])], html) if self.pieces else html
