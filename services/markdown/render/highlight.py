"""Highlights code blocks with Pygments; the colours are in the style sheet."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

# Highlighting costs far more than all else in a page; code longer than this stays plain.
MAX_HIGHLIGHTED = 50_000
FORMATTER = HtmlFormatter(nowrap=True)


@lru_cache(maxsize=512)
def highlight_code(code: str, info: str) -> str:
    """Return a code block as HTML; the first word of `info`, the info string, is its language."""
    language = info.split()[0].strip("{}.").lower() if info.split() else ""
    label = f' data-language="{escape(language)}"' if language else ""
    return f'<pre tabindex="0"{label}><code>{_highlight(code, language)}</code></pre>\n'


def _highlight(code: str, language: str) -> str:
    if language and len(code) <= MAX_HIGHLIGHTED:
        try:
            lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
            return highlight(code, lexer, FORMATTER)
        except ClassNotFound:
            pass
    return escape(code, quote=False)
