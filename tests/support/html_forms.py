"""A form's fields as a browser would send them, read from its HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.http import HttpResponse


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.area: tuple[str, list[str]] | None = None
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if "disabled" in given:
            return
        if tag == "textarea":
            self.area = (name, [])
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option" and self.select is not None:
            self.options.append((value, "selected" in given))
        elif tag == "input" and name:
            kind = given.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in given:
                    self.found.append((name, value or "on"))
            elif kind not in ("submit", "file", "button"):
                self.found.append((name, value))

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area is not None:
            name, pieces = self.area
            # The first line end in a textarea is markup (HTML, "the textarea element").
            text = re.sub(r"\A(\r\n|\n|\r)", "", "".join(pieces))
            self.found.append((name, text))
            self.area = None
        elif tag == "select" and self.select is not None:
            chosen = [value for value, selected in self.options if selected]
            fallback = [value for value, _ in self.options[:1]]
            self.found += [(self.select, value) for value in chosen or fallback]
            self.select = None


def fields_of(response: HttpResponse) -> dict[str, str | list[str]]:
    """The fields of all forms on a page; line ends become CRLF, as browsers make them."""
    parser = _Fields()
    parser.feed(response.content.decode())
    parser.close()
    fields: dict[str, list[str]] = {}
    for name, value in parser.found:
        if name and "__prefix__" not in name:
            fields.setdefault(name, []).append(re.sub(r"\r\n|\r|\n", "\r\n", value))
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
