"""Files of an exported folder that its list tells of, on their way back in."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, relpath

from services.db.bulk import chunks
from services.markdown.edit.attachment_paths import UUID
from services.models import Attachment, Page
from services.sync.listed import Listed, read_list
from services.sync.resolve_file import Folder


@dataclass(frozen=True, slots=True)
class Returning:
    """A listed file that is there: of the document at `path` in the plan, and `target` as its
    notes would refer to it. `row` is the attachment that it was exported from, None where that is
    not here; `page` the one that it belonged to, None where that is not here (yet)."""

    listed: Listed
    path: str
    target: str
    file: Path
    row: Attachment | None
    page: int | None


def returning(
    origins: Mapping[str, tuple[Path, str]], folders: Mapping[str, Folder]
) -> Iterator[Returning]:
    """The listed files of folders that are imported as a whole, with notes that are imported."""
    names = {note.resolve(): name for name, (note, _) in origins.items()}
    for folder in folders.values():
        listed = (read_list(folder.root) or []) if folder.whole else []
        for some in chunks(listed):
            rows = {str(row.pk): row for row in _known(each.uuid for each in some)}
            paths = {each: names.get(folder.root / each.document, "") for each in some}
            pages = _pages(set(paths.values()))
            for each, path in paths.items():
                file = folder.real(folder.root / each.path)
                if path and file:
                    target = relpath(each.path, dirname(each.document) or ".")
                    page = _page_of(pages[path], each.page)
                    yield Returning(each, path, target, file, rows.get(each.uuid), page)


def _known(uuids: Iterable[str]) -> Iterable[Attachment]:
    return Attachment.objects.filter(pk__in=[each for each in uuids if re.fullmatch(UUID, each)])


def _pages(paths: set[str]) -> Mapping[str, dict[str, int]]:
    """The pages of documents, by path and by what they are called."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    rows = Page.objects.filter(section__document__path__in=paths, section__gone=False)
    for page in rows.select_related("section__document").defer("notes", "kept", "outline"):
        found[page.section.document.path][str(page)] = page.pk
    return found


def _page_of(pages: Mapping[str, int], title: str) -> int | None:
    """The page of that name, else the only one."""
    return pages.get(title) or (next(iter(pages.values())) if len(pages) == 1 else None)
