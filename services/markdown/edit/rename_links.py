"""Changes wiki-links to a page's new title."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from services.markdown.parser import read_events
from services.markdown.read.targets import local_target, target_name

# `[[` or `![[`; and what ends a target: its heading, its label (`\|` in a table) or its link.
OPENING = re.compile(rb"!?\[\[[ \t]*")
TARGET_END = re.compile(rb"\\?\||#|\]\]")
# Characters with a meaning of their own in a wiki-link.
SPECIAL = re.compile(r"[\[\]|#\r\n]")
SLASHES = re.compile(r"[/\\]")


def is_linkable(name: str) -> bool:
    """Can a wiki-link contain this name? "CI/CD" would lead to "CD"."""
    return bool(name.strip()) and not SPECIAL.search(name) and target_name(name) == name


def linkable_name(title: str) -> str:
    """Return a title as a name that a wiki-link can contain; blank if nothing is left."""
    if is_linkable(title):
        return title
    return target_name(" ".join(SLASHES.sub("-", SPECIAL.sub(" ", title)).split()))


def rename_links(text: str, names: Mapping[str, str], key: Callable[[str], str]) -> tuple[str, int]:
    """Replace the names in wiki-links and embeds; return the text and the number of changes.

    `names` has the new name for each old one, the old in the form that `key` returns. Headings,
    labels and all else are preserved; a folder before the old name is removed, as pages have none.
    Code and raw HTML contain no links. If the new text would not be read with the new links, it is
    returned unchanged.
    """
    fit = {old: new for old, new in names.items() if is_linkable(new)}
    data, pieces, done, wanted = text.encode(), [], 0, []
    for start, name in _wiki_links(text):
        new, opening = fit.get(key(name)), OPENING.match(data, start)
        end = opening and TARGET_END.search(data, opening.end())
        if new is None or opening is None or end is None or start < done:
            wanted.append(name)
            continue
        before = data[opening.end() : end.start()]
        blanks = before[len(before.rstrip(b" \t")) :]
        pieces += [data[done : opening.end()], new.encode(), blanks]
        done = end.start()
        wanted.append(new)
    changed = b"".join([*pieces, data[done:]]).decode()
    if changed == text or [name for _, name in _wiki_links(changed)] != wanted:
        return text, 0
    return changed, len(pieces) // 3


def _wiki_links(text: str) -> list[tuple[int, str]]:
    """Return where each wiki-link or embed begins, and the page name in it."""
    links = ((event.start, event.link) for event in read_events(text) if event.link)
    return [
        (start, target_name(local_target(link.dest, wiki=True)))
        for start, link in links
        if link.wiki
    ]
