"""The HTML that may reach a page; nh3, an HTML5 parser, removes everything else."""

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
# Only our own classes: notes must not imitate the page around them.
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
# Ids with this prefix belong to the page around the notes.
RESERVED = "kb-"
RASTER = re.compile(r"data:image/(png|jpeg|gif|webp|avif);base64,", re.IGNORECASE)


def _relative(url: str) -> str | None:
    """Allow paths on this site and in this page; a path relative to a file leads nowhere."""
    return url if url.startswith(("/", "#", "?")) else None


def _filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute in ("href", "src") and value.strip().lower().startswith("data:"):
        return value if tag == "img" and RASTER.match(value.strip()) else None
    if attribute in ("id", "name") and value.startswith(RESERVED):
        return None
    return value


def _cleaner(schemes: set[str], *, filtered: bool) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        tag_attribute_values={
            "div": {"role": {"group"}, "tabindex": {"0"}},
            "pre": {"tabindex": {"0"}},
        },
        # Every input is a checkbox that shows a state: no note can ask for a password.
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": "disabled"}},
        url_schemes=schemes,
        url_relative=_relative,
        attribute_filter=_filter_attribute if filtered else None,
        link_rel="noopener noreferrer",
        clean_content_tags={"script", "style", "template", "iframe", "object", "svg", "math"},
    )


SCHEMES = {"http", "https", "mailto", "tel"}
CLEANER = _cleaner(SCHEMES, filtered=False)
# A filter in Python takes several times as long, and is rarely needed.
FILTERING_CLEANER = _cleaner(SCHEMES | {"data"}, filtered=True)


def sanitise(html: str) -> str:
    """Return HTML that cannot run scripts, load anything, ask for input or imitate the page."""
    if "data:" in html.lower():
        return FILTERING_CLEANER.clean(html)
    clean = CLEANER.clean(html)
    # Only cleaned HTML has all attributes in one spelling, which can be searched for.
    reserved = any(f'{name}="{RESERVED}' in clean for name in ("id", "name"))
    return FILTERING_CLEANER.clean(clean) if reserved else clean
