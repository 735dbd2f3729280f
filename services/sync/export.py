"""Rows back into files: the sections of each document in their order, byte for byte."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from django.db import transaction

from services.bulk import chunks
from services.markdown.edits import dominant_line_end
from services.markdown.outline import retitle
from services.models import Document, Page, Section
from services.sync.files import encode

TOPICS = "Topics"
# What Windows, macOS and Obsidian do not allow in a file's name.
FORBIDDEN = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f\x7f]+')
DOCUMENTS_AT_ONCE = 200


@dataclass(slots=True)
class Export:
    """What an export did: paths written, paths that were the same already, and what it left
    alone, with the reason."""

    written: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def export_to(folder: Path, *, force: bool = False) -> Export:
    """Write every document to its path below `folder`, and free pages to `<Category>/<Title>.md`.

    A file that is neither as it was imported nor as it was last exported has changed since, and
    is left alone unless `force`. A page without a document becomes one, so that importing the
    folder finds the page again. Raises OSError when the folder cannot be written.
    """
    done = Export()
    with transaction.atomic():
        adopt_free_pages()
        for document, text in documents():
            _write(folder, document, encode(text, document.encoding), done, force=force)
    return done


def documents() -> Iterator[tuple[Document, str]]:
    """Every document with its text as it is now."""
    keys = list(Document.objects.order_by("path").values_list("pk", flat=True))
    for some in chunks(keys, DOCUMENTS_AT_ONCE):
        sections: dict[int, list[Section]] = {pk: [] for pk in some}
        rows = Section.objects.filter(document__in=some, gone=False).select_related("page")
        for section in rows.order_by("document", "position"):
            sections[section.document_id].append(section)
        for document in Document.objects.filter(pk__in=some).order_by("path"):
            yield document, document_text(document, sections[document.pk])


def document_text(document: Document, sections: Sequence[Section]) -> str:
    """Front matter, then each section's heading and words.

    Where a text was changed so that the next heading would run into it, the line ends that keep
    them apart are put in.
    """
    pieces = [document.front_matter]
    for section in sections:
        heading, body = (
            section_heading(section),
            section.page.notes if section.page else section.text,
        )
        if heading.strip() and pieces[-1]:
            pieces.append(_gap(pieces, heading, document.line_end))
        if heading and body and not heading.endswith(("\n", "\r")):
            heading += document.line_end * 2
        pieces += [piece for piece in (heading, body) if piece]
    return "".join(pieces)


def section_heading(section: Section) -> str:
    """The heading as it came, or with the name that the page was given since."""
    if section.page is None or str(section.page) == section.page_title:
        return section.heading
    return retitle(section.heading, str(section.page))


def _gap(pieces: Sequence[str], heading: str, line_end: str) -> str:
    """What must stand between a text and the heading below it, where it ends too early."""
    before = pieces[-1]
    if not before.endswith(("\n", "\r")):
        return line_end * 2
    # A setext heading would take the lines of a paragraph right above it as its own.
    setext = not heading.lstrip("\r\n \t").startswith("#")
    last = re.split(r"\r\n|\n|\r", before)[-2]
    return line_end if setext and last.strip() and not heading.startswith(("\r", "\n")) else ""


def _write(folder: Path, document: Document, data: bytes, done: Export, *, force: bool) -> None:
    target = folder / document.path
    digest = hashlib.sha256(data).hexdigest()
    if not target.resolve().is_relative_to(folder.resolve()):
        done.refused.append((document.path, "its path leads out of the folder"))
        return
    if target.exists():
        there = hashlib.sha256(target.read_bytes()).hexdigest()
        if there == digest:
            done.same.append(document.path)
            return
        if there not in (document.digest, document.exported_digest) and not force:
            reason = "the file there has changed since it was imported; import it first, or --force"
            done.refused.append((document.path, reason))
            return
        if document.sections.filter(theirs__isnull=False).exists() and not force:
            reason = "a conflict with this file is still open; resolve it first, or --force"
            done.refused.append((document.path, reason))
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    done.written.append(document.path)
    if document.exported_digest != digest:
        Document.objects.filter(pk=document.pk).update(exported_digest=digest)


def adopt_free_pages() -> None:
    """Give each page that belongs to no document one of its own, where an export will put it."""
    taken = {path.casefold() for path in Document.objects.values_list("path", flat=True)}
    free = Page.objects.exclude(section__isnull=False, section__gone=False)
    for page in free.select_related("category").prefetch_related("tags"):  # type: ignore[misc]
        path = _free_path(page, taken)
        taken.add(path.casefold())
        tags = sorted(tag.name for tag in page.tags.all())
        document = Document.objects.create(
            path=path,
            line_end=dominant_line_end(page.notes),
            front_matter=_front_matter(page, path, tags),
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


def _free_path(page: Page, taken: set[str]) -> str:
    folder = FORBIDDEN.sub("-", page.category.name if page.category else TOPICS).strip(" .-")
    name = FORBIDDEN.sub("-", str(page))[:120].strip(" .-") or "Untitled"
    path, number = f"{folder or TOPICS}/{name}.md", 2
    while path.casefold() in taken:
        path, number = f"{folder or TOPICS}/{name} {number}.md", number + 1
    return path


def _front_matter(page: Page, path: str, tags: list[str]) -> str:
    """Only what the file's name and folder do not say by themselves."""
    facts: dict[str, object] = {}
    if Path(path).stem != str(page):
        facts["title"] = str(page)
    if page.aliases:
        facts["aliases"] = page.aliases
    if tags:
        facts["tags"] = tags
    if not facts and not page.notes.startswith("---"):
        return ""
    dumped = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False) if facts else ""
    end = dominant_line_end(page.notes)
    return f"---\n{dumped}---\n".replace("\n", end)
