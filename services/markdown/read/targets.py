"""The targets of links inside the knowledge base, as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from services.markdown.parser import Link, read_events

TARGET_LENGTH = 500
# A scheme, or a path on this site or in this very page.
ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/#?]")
# The path of a stored file; the name that follows it is only for readers.
ATTACHMENT = re.compile(
    r"/attachments/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.IGNORECASE
)
MARKDOWN_FILE = re.compile(r"\.(md|markdown)$", re.IGNORECASE)


def read_targets(text: str) -> list[str]:
    """Return what the links of a text lead to inside the knowledge base, as `local_targets`."""
    return local_targets(event.link for event in read_events(text) if event.link)


def local_targets(links: Iterable[Link]) -> list[str]:
    """Return what links lead to inside the knowledge base, each once, without headings.

    Obsidian's [[Page]] and ![[file.png]], and Markdown's relative links and pictures.
    """
    found = dict.fromkeys(local_target(link.dest, wiki=link.wiki) for link in links)
    return [target for target in found if target]


def local_target(dest: str, *, wiki: bool) -> str:
    """Return the page or file in a link's destination; blank for the web and this very page."""
    path = dest.partition("#")[0]
    if wiki:
        # In a table the bar before a label is written `\|`.
        path = path.removesuffix("\\")
    elif ELSEWHERE.match(dest):
        return ""
    else:
        path = unquote(path)
    return path.replace("\0", "").strip()[:TARGET_LENGTH]


def target_name(target: str) -> str:
    """Return the name in a link's target: "S3" in "notes/S3.md" and in "aws/S3"."""
    name = target.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return MARKDOWN_FILE.sub("", name)
