"""Buttons of the editor's toolbar, in order; `static/js/editor/markdown.js` carries them out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tool:
    """A button: its name for the script and for its icon, its label, and its keys if it has any."""

    name: str
    label: str
    keys: str = ""

    @property
    def aria_keys(self) -> str:
        """The keys as ARIA writes them (WAI-ARIA 1.2, "aria-keyshortcuts")."""
        return self.keys.replace("Ctrl", "Control")

    @property
    def icon(self) -> str:
        """The template of its icon."""
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
