"""Notes as HTML, as tests compare it."""

from __future__ import annotations

from services.markdown.render.render import render


def html(
    text: str, links: dict[str, str] | None = None, files: dict[str, str] | None = None
) -> str:
    return render(text, links, files).html.replace(' rel="noopener noreferrer"', "").strip()
