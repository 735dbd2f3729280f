"""Build the controls of rendered notes: boxes of items, links to edit sections.

A page may have hundreds of them, so each template is rendered once and then filled in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from urllib.parse import quote

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from services.markdown.render.render import Controls, Heading, Task
from services.models import ChecklistItem, Page

State = ChecklistItem.State
# The state after a click, and the value of aria-checked.
NEXT = {State.OPEN: State.DONE, State.DOING: State.DONE, State.DONE: State.OPEN}
CHECKED = {State.OPEN: "false", State.DONE: "true"}
BLANKS = re.compile(r">\s+<")


def build_item_control(item: ChecklistItem, words: str) -> SafeString:
    """Return the box of an item; `words` is the item's text without markup."""
    template = _render_template(
        "partials/item_control.html",
        state=item.state,
        title=State(item.state).label,
        next=NEXT.get(State(item.state), State.OPEN),
        checked=CHECKED.get(State(item.state), "mixed"),
    )
    html = template.format(
        id=item.pk,
        words=escape(words or "(empty)"),
        why=escape(item.reason),
        more=_build_item_pattern().format(id=item.pk),
    )
    return mark_safe(html)  # noqa: S308 (each word was escaped)


@lru_cache(maxsize=1)
def _build_item_pattern() -> str:
    """Return the address of items with a field for the id; reversing each one takes too long."""
    before, _, after = reverse("item", args=[0]).rpartition("0")
    return f"{before}{{id}}{after}"


def build_reason(item: ChecklistItem) -> str:
    """Return the reason of a closed item; an element without one is filled by our script."""
    return f' <span class="task-why"><bdi class="item-why">{escape(item.why)}</bdi></span>'


@lru_cache(maxsize=16)
def _render_template(template: str, **context: object) -> str:
    """Render a template without spaces between elements, which would be visible in a line."""
    return BLANKS.sub("><", render_to_string(template, context)).strip()


def build_reasons(items: Iterable[ChecklistItem]) -> Controls | None:
    """Return the reasons of a page's own items for a reader; None if there are none."""
    tasks = [Task(item.state, after=build_reason(item) if item.why else "") for item in items]
    return Controls(tasks) if any(task.after for task in tasks) else None


def build_controls(page: Page, items: Iterable[tuple[ChecklistItem, str]]) -> Controls:
    """Return the boxes of a page's own items, in order, and links to edit its sections."""
    tasks = [
        Task(item.state, build_item_control(item, words), build_reason(item))
        for item, words in items
    ]
    edit, new_page = reverse("edit", args=[page.slug]), reverse("new_page")
    template = _render_template("partials/heading_edit.html")

    def link_section(heading: Heading) -> str:
        href = f"{edit}?section={quote(heading.anchor)}"
        return template.format(href=escape(href), title=escape(heading.text))

    return Controls(tasks, link_section, lambda name: f"{new_page}?title={quote(name)}")
