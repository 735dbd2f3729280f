"""Code blocks, coloured by Pygments; the colours themselves are in the style sheet."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

# Colouring costs far more than all else in a page; beyond this size code stays plain.
MAX_COLOURED = 50_000
FORMATTER = HtmlFormatter(nowrap=True)


@lru_cache(maxsize=512)
def highlighted(code: str, info: str) -> str:
    """A code block as HTML; `info` is the fence's info string, its first word the language."""
    language = info.split()[0].strip("{}.").lower() if info.split() else ""
    label = f' data-language="{escape(language)}"' if language else ""
    return f'<pre tabindex="0"{label}><code>{_coloured(code, language)}</code></pre>\n'


def _coloured(code: str, language: str) -> str:
    if language and len(code) <= MAX_COLOURED:
        try:
            lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
            return highlight(code, lexer, FORMATTER)
        except ClassNotFound:
            pass
    return escape(code, quote=False)
