"""Controls for editors in rendered notes: boxes of tasks, pencils next to headings.

A page may have hundreds of them, so each template is drawn once and then filled in.
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
# What a plain click makes of a state, and what a screen reader is told that the box is.
NEXT = {State.OPEN: State.DONE, State.DOING: State.DONE, State.DONE: State.OPEN}
CHECKED = {State.OPEN: "false", State.DONE: "true"}
BLANKS = re.compile(r">\s+<")


def item_control(item: ChecklistItem, words: str) -> SafeString:
    """Return the box of an item; `words` is the item's text without markup."""
    label = escape(words or "(empty)")
    html = _item_control(item.state).format(
        id=item.pk,
        words=label,
        why=escape(item.reason),
        more=_item_address().format(id=item.pk),
    )
    return mark_safe(html)  # noqa: S308 (each word was escaped)


@lru_cache(maxsize=1)
def _item_address() -> str:
    """Return the pattern of an item's address: reversing each would take longer than its box."""
    before, _, after = reverse("item", args=[0]).rpartition("0")
    return f"{before}{{id}}{after}"


@lru_cache(maxsize=8)
def _item_control(state: str) -> str:
    return _drawn(
        "partials/item_control.html",
        state=state,
        title=State(state).label,
        next=NEXT.get(State(state), State.OPEN),
        checked=CHECKED.get(State(state), "mixed"),
    )


def why(item: ChecklistItem) -> str:
    """Return the reason of a closed item, to be shown after its words in rendered notes.

    Without one it is there for our script, and unseen.
    """
    words = escape(item.why)
    return f' <span class="task-why"><bdi class="item-why">{words}</bdi></span>'


def _drawn(template: str, **context: object) -> str:
    """Render a template without blanks between its elements, which would show within a line."""
    return BLANKS.sub("><", render_to_string(template, context)).strip()


def for_readers(items: Iterable[ChecklistItem]) -> Controls | None:
    """Return the reasons of a page's own items, if there are any."""
    own = list(items)
    if not any(item.why for item in own):
        return None
    return Controls([Task(item.state, after=why(item) if item.why else "") for item in own])


def for_editors(page: Page, items: Iterable[tuple[ChecklistItem, str]]) -> Controls:
    """Return the boxes of a page's own items, in order, and the pencils of its headings."""
    tasks = [Task(item.state, item_control(item, words), why(item)) for item, words in items]
    edit = reverse("edit", args=[page.slug])
    return Controls(tasks, lambda heading: _heading_edit(edit, heading), _new_page)


def _new_page(name: str) -> str:
    return f"{reverse('new_page')}?title={quote(name)}"


def _heading_edit(edit: str, heading: Heading) -> str:
    href = f"{edit}?section={quote(heading.anchor)}"
    return _heading_template().format(href=escape(href), title=escape(heading.text))


@lru_cache(maxsize=1)
def _heading_template() -> str:
    return _drawn("partials/heading_edit.html")
