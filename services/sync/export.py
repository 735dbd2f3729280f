"""Rows back into files: the sections of each document in their order, byte for byte."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import yaml
from django.db import transaction

from services.bulk import chunks
from services.markdown.front_matter import split_front_matter
from services.markdown.line_ends import dominant_line_end, split_lines
from services.markdown.outline import outline, retitle
from services.models import Document, Page, Section
from services.names import refresh_names, resolve_again
from services.sync.files import encode
from services.sync.importing import known_now
from services.sync.plan import Known
from services.transactions import change_names, retried

TOPICS = "Topics"
# What Windows, macOS and Obsidian do not allow in a file's name.
FORBIDDEN = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f\x7f]+')
DOCUMENTS_AT_ONCE = 200
OUTSIDE = "its path leads out of the folder"


@dataclass(slots=True)
class Export:
    """What an export did: paths written, paths that were the same already, and what it left
    alone, with the reason."""

    written: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def export_to(folder: Path, *, force: bool = False) -> Export:
    """Write every document to its path below `folder`, and free pages to `<Category>/<Title>.md`.

    Left alone, unless `force`, is a file that is neither as it was imported nor as it was last
    exported, one with an open conflict, and one that would be read back with pages missing. A
    page without a document becomes one, so that importing the folder finds the page again.
    """
    done = Export()
    adopt_free_pages()
    known = known_now()
    for document, sections in documents():
        text = document_text(document, sections)
        reason = "" if force else _objection(folder, document, sections, text, known)
        if reason:
            done.refused.append((document.path, reason))
            continue
        try:
            _write(folder, document, encode(text, document.encoding), done)
        except OSError as error:
            done.refused.append((document.path, f"it cannot be written ({error.strerror})"))
    return done


def documents() -> Iterator[tuple[Document, list[Section]]]:
    """Every document that has a file, with its sections, also those of pages in the trash.

    Not one whose pages are all there.
    """
    keys = list(Document.objects.order_by("path").values_list("pk", flat=True))
    for some in chunks(keys, DOCUMENTS_AT_ONCE):
        sections: dict[int, list[Section]] = {pk: [] for pk in some}
        rows = Section.objects.filter(document__in=some, gone=False).select_related("page")
        for section in rows.order_by("document", "position"):
            sections[section.document_id].append(section)
        for document in Document.objects.filter(pk__in=some).order_by("path"):
            if _has_a_file(sections[document.pk]):
                yield document, sections[document.pk]


def document_text(document: Document, sections: Sequence[Section]) -> str:
    """Front matter, then each section's heading and words.

    Where a text was changed so that the next heading would run into it, the line ends that keep
    them apart are put in; between texts that are as they came, nothing is.
    """
    pieces, changed = [document.front_matter], False
    for section in sections:
        if is_trashed(section):
            changed = True
            continue
        heading, body = section_heading(section), words(section)
        changed = changed or heading != section.heading
        if changed and heading.strip() and pieces[-1]:
            pieces.append(_gap(pieces[-1], heading, document.line_end))
        changed = body != section.base
        if changed and heading and body and not heading.endswith(("\n", "\r")):
            heading += document.line_end * 2
        pieces += [piece for piece in (heading, body) if piece]
    text = "".join(pieces)
    if not document.front_matter and split_front_matter(text)[0].raw:
        # Notes that begin with a line of dashes are no front matter; an empty one says so.
        text = f"---{document.line_end}---{document.line_end}{text}"
    return text


def _has_a_file(sections: Sequence[Section]) -> bool:
    there = live(sections)
    is_whole = len(there) == len(sections)
    return bool(there) and (is_whole or any(s.page or s.text.strip() for s in there))


def is_trashed(section: Section) -> bool:
    """Is a section's page in the trash, and so not in its file?"""
    return section.page is not None and section.page.trashed_at is not None


def live(sections: Sequence[Section]) -> list[Section]:
    return [section for section in sections if not is_trashed(section)]


def words(section: Section) -> str:
    """A section's text as it is now."""
    return section.page.notes if section.page else section.text


def section_heading(section: Section) -> str:
    """The heading as it came, or with the name that the page was given since."""
    if section.page is None or str(section.page) == section.page_title:
        return section.heading
    return retitle(section.heading, str(section.page))


def _gap(before: str, heading: str, line_end: str) -> str:
    """What must stand between a text and the heading below it, where it ends too early."""
    if not before.endswith(("\n", "\r")):
        return line_end * 2
    # A setext heading would take the lines of a paragraph right above it as its own.
    setext = not heading.lstrip("\r\n \t").startswith("#")
    last = split_lines(before)[-1][0]
    return line_end if setext and last.strip() and not heading.startswith(("\r", "\n")) else ""


def _objection(
    folder: Path, document: Document, sections: Sequence[Section], text: str, known: Known
) -> str:
    """Why a document should not be written as it is; blank if nothing speaks against it."""
    target = folder / document.path
    if not target.resolve().is_relative_to(folder.resolve()):
        return OUTSIDE
    there = _digest(target)
    if there and there == sha256(encode(text, document.encoding)).hexdigest():
        return ""
    if there and there not in (document.digest, document.exported_digest):
        return "the file there has changed since it was imported; import it first, or --force"
    if there and any(section.theirs is not None for section in live(sections)):
        return "a conflict with this file is still open; resolve it first, or --force"
    return _swallowed(sections, text, known)


def _swallowed(sections: Sequence[Section], text: str, known: Known) -> str:
    """Which heading would be lost to the notes above it: they leave something open, or hold a
    heading so high that what follows would stand below it."""
    if all(words(section) == section.base and not is_trashed(section) for section in sections):
        return ""
    read = outline(
        text,
        category_named=known.category_named,
        category_of_service=known.category_of_service,
        was_split=len(sections) > 1,
    )
    found = Counter(section.heading.strip() for section in read.sections)
    above = ""
    for section in live(sections):
        heading = section_heading(section).strip()
        if heading and not found[heading]:
            return (
                f"the notes of “{above}” would take in the heading “{heading}” below them: close "
                "what they leave open (code, a comment, HTML), or lower their own headings"
            )
        found[heading] -= 1
        above = str(section.page) if section.page else section.title
    return ""


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _write(folder: Path, document: Document, data: bytes, done: Export) -> None:
    """Write a file whole or not at all, and remember that it was us."""
    target, digest = folder / document.path, sha256(data).hexdigest()
    if not target.resolve().is_relative_to(folder.resolve()):
        done.refused.append((document.path, OUTSIDE))
        return
    if _digest(target) == digest:
        done.same.append(document.path)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        partly = target.with_name(f".{target.name[:40]}.part")
        partly.write_bytes(data)
        partly.replace(target)
        done.written.append(document.path)
    if document.exported_digest != digest:
        Document.objects.filter(pk=document.pk).update(exported_digest=digest)


@retried
@transaction.atomic
def adopt_free_pages() -> None:
    """Give each page that belongs to no document one of its own, where an export will put it."""
    taken = {path.casefold() for path in Document.objects.values_list("path", flat=True)}
    free = Page.objects.exclude(section__isnull=False, section__gone=False)
    list(free.locked().only("pk"))
    change_names()
    known = known_now()
    adopted: list[Page] = []
    for page in free.select_related("category").prefetch_related("tags"):  # type: ignore[misc]
        adopted.append(page)
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
    # A page also answers to the name of its file.
    resolve_again(refresh_names(adopted))


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
    """Only what the file's name, folder and text would not say by themselves."""
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
    """Would a file of nothing but the notes become this very page?"""
    if page.kind == Page.Kind.TOPIC and known.category_of_service(str(page)):
        return False
    read = outline(
        page.notes,
        category_named=known.category_named,
        category_of_service=known.category_of_service,
    )
    whole = len(read.sections) == 1 and read.sections[0].body == page.notes
    return whole and (read.sections[0].title or Path(path).stem) == str(page)
