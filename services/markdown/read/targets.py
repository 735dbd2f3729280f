"""What links lead to inside the knowledge base, as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from services.markdown.parser import Target

TARGET_LENGTH = 500
# A scheme, or a way into this site or this very page.
ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/#?]")
# An address of a stored file; a name behind it is for people.
ATTACHMENT = re.compile(
    r"/attachments/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", re.IGNORECASE
)
MARKDOWN_FILE = re.compile(r"\.(md|markdown)$", re.IGNORECASE)


def targets(found: Iterable[Target]) -> Iterator[str]:
    """What links lead to inside the knowledge base, each once, without headings.

    Obsidian's [[Page]] and ![[file.png]], and Markdown's relative links and pictures.
    """
    seen = set()
    for target in found:
        dest = local_target(target.dest, wiki=target.wiki)
        if dest and dest not in seen:
            seen.add(dest)
            yield dest


def local_target(dest: str, *, wiki: bool) -> str:
    """The page or file part of a link's destination; blank for the web and this very page."""
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
    """The name that a link's target asks for: "notes/S3.md" and "aws/S3" ask for "S3"."""
    name = target.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return MARKDOWN_FILE.sub("", name)
