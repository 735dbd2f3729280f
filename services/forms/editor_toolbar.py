"""Buttons of the editor's toolbar, in order; `static/js/editor/markdown.js` implements them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tool:
    """A button: its name in the script and of its icon, its label, and its keys, if any."""

    name: str
    label: str
    keys: str = ""

    @property
    def aria_keys(self) -> str:
        """Return the keys as ARIA writes them (WAI-ARIA 1.2, "aria-keyshortcuts")."""
        return self.keys.replace("Ctrl", "Control")

    @property
    def icon(self) -> str:
        """Return the name of the icon's template."""
        return f"icons/{self.name}.html"


TOOLS = (
    (
        Tool("bold", "Bold", "Ctrl+B"),
        Tool("italic", "Italic", "Ctrl+I"),
        Tool("code", "Code", "Ctrl+E"),
        Tool("link", "Link", "Ctrl+K"),
    ),
    (
        Tool("heading", "Heading, and again a deeper one"),
        Tool("list", "Bulleted list", "Ctrl+Shift+8"),
        Tool("numbers", "Numbered list", "Ctrl+Shift+7"),
        Tool("task", "Task", "Ctrl+Shift+9"),
    ),
    (
        Tool("outdent", "Outdent", "Ctrl+["),
        Tool("indent", "Indent", "Ctrl+]"),
    ),
    (
        Tool("quote", "Quotation", "Ctrl+Shift+."),
        Tool("callout", "Callout"),
        Tool("table", "Table"),
        Tool("attach", "Pictures and files"),
    ),
)
