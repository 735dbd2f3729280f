"""Create documents for pages that were not imported, so that an export can write them."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from django.db import transaction

from services.db.locks import lock_names, retry_deadlocks
from services.models import Document, Page, Section
from services.pages.names import refresh_names, resolve_again
from services.sync.plan import Known
from services.sync.stored import read_known
from services.text.line_ends import dominant_line_end

TOPICS = "Topics"
# What Windows, macOS and Obsidian do not allow in a file's name.
FORBIDDEN = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f\x7f]+')


@retry_deadlocks
@transaction.atomic
def adopt_free_pages() -> None:
    """Create a document for each page without one, at the path where an export will write it."""
    taken = {path.casefold() for path in Document.objects.values_list("path", flat=True)}
    free = Page.objects.exclude(section__isnull=False, section__gone=False)
    list(free.locked().only("pk"))
    lock_names()
    known = read_known()
    pages = list(free.select_related("category").prefetch_related("tags"))  # type: ignore[misc]
    for page in pages:
        path = _free_path(page, taken)
        taken.add(path.casefold())
        tags = sorted(tag.name for tag in page.tags.all())
        document = Document.objects.create(
            path=path,
            line_end=dominant_line_end(page.notes),
            front_matter=_front_matter(page, path, tags, known),
            tags=tags,
            aliases=page.aliases,
            digest="",
        )
        Section.objects.filter(page=page).delete()
        Section.objects.create(
            document=document,
            position=0,
            title=str(page),
            page_title=str(page),
            placed=page.category.name if page.category else "",
            page=page,
            base=page.notes,
        )
    # The name of its file is also a name of a page.
    resolve_again(refresh_names(pages))


def _free_path(page: Page, taken: set[str]) -> str:
    folder = FORBIDDEN.sub("-", page.category.name if page.category else TOPICS).strip(" .-")
    # File systems count bytes: 255 for a name, with its number and extension.
    name = FORBIDDEN.sub("-", str(page)).encode()[:200].decode(errors="ignore")
    name = name.strip(" .-") or "Untitled"
    path, number = f"{folder or TOPICS}/{name}.md", 2
    while path.casefold() in taken:
        path, number = f"{folder or TOPICS}/{name} {number}.md", number + 1
    return path


def _front_matter(page: Page, path: str, tags: list[str], known: Known) -> str:
    """Return front matter with what does not follow from the file's name, folder and text."""
    facts: dict[str, object] = {}
    if not _is_read_as(page, path, known):
        facts = {"title": str(page), "kind": page.kind}
        if page.category:
            facts["category"] = page.category.name
    if page.aliases:
        facts["aliases"] = page.aliases
    if tags:
        facts["tags"] = tags
    if not facts:
        return ""
    end = dominant_line_end(page.notes)
    dumped = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False)
    return f"---\n{dumped}---\n".replace("\n", end)


def _is_read_as(page: Page, path: str, known: Known) -> bool:
    """Tell whether a file with only the notes would be imported as this page."""
    if page.kind == Page.Kind.TOPIC and known.category_of_service(str(page)):
        return False
    first, *others = known.read_outline(page.notes).sections
    is_whole = not others and first.body == page.notes
    return is_whole and (first.title or Path(path).stem) == str(page)
