"""Callouts: quotes that begin with `[!type]`, as GitHub and Obsidian draw them."""

from __future__ import annotations

CALLOUT_STYLES = {
    **dict.fromkeys(("note", "info", "abstract", "summary", "tldr", "quote", "cite"), "note"),
    **dict.fromkeys(("tip", "hint", "success", "check", "done", "answer"), "tip"),
    **dict.fromkeys(("important", "example", "todo"), "important"),
    **dict.fromkeys(("warning", "caution", "attention"), "warning"),
    **dict.fromkeys(("danger", "error", "failure", "fail", "missing", "bug"), "danger"),
    **dict.fromkeys(("question", "faq", "help"), "question"),
}


class Callout:
    """The tags of a callout; one that folds (`[!tip]-`, or `[!tip]+` if open) is a <details>."""

    def __init__(self, word: str, fold: str) -> None:
        self.outer, self.inner = ("details", "summary") if fold else ("div", "p")
        style = CALLOUT_STYLES.get(word, "note")
        is_open = " open" if fold == "+" else ""
        self.opening = (
            f'<{self.outer} class="callout callout-{style}"{is_open}>\n'
            f'<{self.inner} class="callout-title">'
        )
        self.default_title = word.replace("-", " ").capitalize()
        self.title_end = f"</{self.inner}>\n"
        self.closing = f"</{self.outer}>\n"
