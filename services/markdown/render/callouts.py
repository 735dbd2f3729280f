"""Callouts: quotes that begin with `[!type]`, as GitHub and Obsidian draw them."""

from __future__ import annotations

import re

CALLOUT_KINDS = {
    **dict.fromkeys(("note", "info", "abstract", "summary", "tldr", "quote", "cite"), "note"),
    **dict.fromkeys(("tip", "hint", "success", "check", "done", "answer"), "tip"),
    **dict.fromkeys(("important", "example", "todo"), "important"),
    **dict.fromkeys(("warning", "caution", "attention"), "warning"),
    **dict.fromkeys(("danger", "error", "failure", "fail", "missing", "bug"), "danger"),
    **dict.fromkeys(("question", "faq", "help"), "question"),
}


class Callout:
    """A callout's tags. One that folds (`[!tip]-`, or open at first: `[!tip]+`) is a <details>."""

    def __init__(self, found: re.Match[bytes]) -> None:
        word, fold = found[1].decode().lower(), found[2].decode()
        self.outer, self.inner = ("details", "summary") if fold else ("div", "p")
        kind = CALLOUT_KINDS.get(word, "note")
        is_open = " open" if fold == "+" else ""
        self.opening = (
            f'<{self.outer} class="callout callout-{kind}"{is_open}>\n'
            f'<{self.inner} class="callout-title">'
        )
        # What it is called when its first line says nothing more.
        self.name = word.replace("-", " ").capitalize()
        self.title_end = f"</{self.inner}>\n"
        self.closing = f"</{self.outer}>\n"
