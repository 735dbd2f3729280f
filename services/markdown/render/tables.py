"""The HTML of tables and footnotes, written piece by piece as the parser's events come."""

from __future__ import annotations

TABLE_TAGS = {
    # A table scrolls sideways in a box of its own.
    "Table": (
        '<div class="table" role="group" aria-label="Table" tabindex="0"><table>\n',
        "</tbody>\n</table></div>\n",
    ),
    "TableHead": ("<thead>\n<tr>", "</tr>\n</thead>\n<tbody>\n"),
    "TableRow": ("<tr>", "</tr>\n"),
}


class Table:
    """The tags of a table; tables do not nest."""

    def __init__(self, alignments: tuple[str, ...]) -> None:
        self.alignments = alignments
        self.cell = "td"
        self.column = 0

    def start(self, kind: str) -> str:
        if kind in TABLE_TAGS:
            self.cell, self.column = "th" if kind == "TableHead" else "td", 0
            return TABLE_TAGS[kind][0]
        align = self.alignments[self.column] if self.column < len(self.alignments) else "None"
        self.column += 1
        css = f' class="align-{align.lower()}"' if align != "None" else ""
        return f"<{self.cell}{css}>"

    def end(self, kind: str) -> str:
        return TABLE_TAGS[kind][1] if kind in TABLE_TAGS else f"</{self.cell}>"


class Footnotes:
    """Footnotes in the order in which the text refers to them. Labels are the same in any case."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.referred: set[str] = set()
        self.definitions: dict[str, str] = {}

    def reference(self, label: str) -> str:
        key = label.casefold()
        known = key in self.referred
        self.referred.add(key)
        number = self.numbers.setdefault(key, len(self.numbers) + 1)
        own_id = "" if known else f' id="fnref-{number}"'
        return f'<sup><a href="#fn-{number}"{own_id}>{number}</a></sup>'

    def define(self, label: str, html: str) -> None:
        self.definitions.setdefault(label.casefold(), html)

    def html(self) -> str:
        """Return the list of footnotes; those without a reference come last, to lose none."""
        for key in self.definitions:
            self.numbers.setdefault(key, len(self.numbers) + 1)
        if not self.numbers:
            return ""
        notes = []
        for key, number in self.numbers.items():
            back = ""
            if key in self.referred:
                back = f' <a href="#fnref-{number}" aria-label="Back to the text">↩</a>'
            inner = self.definitions.get(key, "").rstrip()
            inner = f"{inner[:-4]}{back}</p>" if inner.endswith("</p>") else inner + back
            notes.append(f'<li id="fn-{number}">{inner}</li>\n')
        return f'<section class="footnotes"><ol>\n{"".join(notes)}</ol></section>\n'
