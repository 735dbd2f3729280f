"""What HTML may reach a page: nh3, an HTML5 parser and no patterns, drops everything else."""

from __future__ import annotations

import re

import nh3
from pygments.token import STANDARD_TYPES

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn "
    "div dl dt em figcaption figure hr i img input ins kbd li mark ol p picture pre q rp rt "
    "ruby s samp section small span strike strong sub summary sup table tbody td tfoot th "
    "thead tr tt u ul var wbr".split()
) | set(HEADINGS)
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"title", "lang", "dir"},
    "a": {"href", "id", "name", "aria-label"},
    "img": {"src", "alt", "width", "height", "loading", "align"},
    "input": {"checked", "aria-label"},
    "li": {"id", "value"},
    "ol": {"start", "reversed"},
    "details": {"open"},
    "pre": {"data-language"},
    "div": {"aria-label", "align"},
    "p": {"align"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "col": {"span"},
    "colgroup": {"span"},
} | {heading: {"id", "align"} for heading in HEADINGS}
# Only our own classes: a note must not borrow the looks of the page around it.
CALLOUTS = {"callout", "callout-title"} | {
    f"callout-{kind}" for kind in ("note", "tip", "important", "warning", "danger", "question")
}
ALIGNED = {"align-left", "align-center", "align-right"}
CLASSES = {
    "a": {"missing"},
    "div": {"table"} | CALLOUTS,
    "details": CALLOUTS,
    "img": {"sized"},
    "summary": CALLOUTS,
    "p": CALLOUTS,
    "li": {"task", "task-open", "task-doing", "task-done", "task-na"},
    "section": {"footnotes"},
    "span": {"missing"} | {name for name in STANDARD_TYPES.values() if name},
    "td": ALIGNED,
    "th": ALIGNED,
}
# Ids that begin so belong to the page around the notes.
RESERVED = "kb-"
RASTER = re.compile(r"data:image/(png|jpeg|gif|webp|avif);base64,", re.IGNORECASE)


def _relative(url: str) -> str | None:
    """Raw HTML may point into this site or this page; to a neighbouring file it cannot."""
    return url if url.startswith(("/", "#", "?")) else None


def _careful(tag: str, attribute: str, value: str) -> str | None:
    if attribute in ("href", "src") and value.strip().lower().startswith("data:"):
        return value if tag == "img" and RASTER.match(value.strip()) else None
    if attribute in ("id", "name") and value.startswith(RESERVED):
        return None
    return value


def _cleaner(schemes: set[str], *, careful: bool) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        tag_attribute_values={
            "div": {"role": {"group"}, "tabindex": {"0"}},
            "pre": {"tabindex": {"0"}},
        },
        # Any input is a box that shows a state: no note can ask for a password.
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": "disabled"}},
        url_schemes=schemes,
        url_relative=_relative,
        attribute_filter=_careful if careful else None,
        link_rel="noopener noreferrer",
        clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math"},
    )


SCHEMES = {"http", "https", "mailto", "tel"}
CLEANER = _cleaner(SCHEMES, careful=False)
# Looking at each attribute from Python takes several times as long, and is seldom needed.
CAREFUL = _cleaner(SCHEMES | {"data"}, careful=True)


def sanitise(html: str) -> str:
    """Return HTML that can neither run, load, ask for nor imitate anything."""
    if "data:" in html.lower():
        return CAREFUL.clean(html)
    clean = CLEANER.clean(html)
    # Only now is every name written in the one way that can be looked for.
    reserved = any(f'{name}="{RESERVED}' in clean for name in ("id", "name"))
    return CAREFUL.clean(clean) if reserved else clean
