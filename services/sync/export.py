"""Write documents back to files: their sections in order, byte for byte."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from django.db.models import Prefetch

from services.db.bulk import chunks
from services.markdown.edit.attachment_paths import export_paths, find_attachment_ids
from services.markdown.read.front_matter import split_front_matter
from services.markdown.read.outline import read_outline, rename_heading
from services.models import Document, Link, Section
from services.sync.atomic_write import OUTSIDE, Export, digest_of, is_inside, write_whole
from services.sync.export_attachments import FileExport, find_stored
from services.sync.manifest import LIST, write_list
from services.sync.new_documents import adopt_free_pages
from services.sync.plan import Known
from services.sync.read_files import encode
from services.sync.stored import read_known
from services.text.line_ends import split_lines

DOCUMENTS_AT_ONCE = 200
# The links of a page that lead to its files.
FILE_LINKS = "file_links"
FILES = Prefetch(
    "page__links",
    Link.objects.filter(attachment__trashed_at=None)
    .exclude(attachment=None)
    .select_related("attachment")
    .order_by("pk"),
    to_attr=FILE_LINKS,
)


def export_to(folder: Path, *, force: bool = False) -> Export:
    """Write every document to its path below `folder`, and free pages to `<Category>/<Title>.md`,
    with the files that their notes lead to, and all others of the pages.

    Left alone, unless `force`, is a file that is neither as it was imported nor as it was last
    exported, one with an open conflict, and one that would be read back with pages missing. A
    page without a document becomes one, so that importing the folder finds the page again.
    """
    done = Export()
    adopt_free_pages()
    known, files = read_known(), FileExport(folder, done, force=force)
    pages: dict[int, Document] = {}
    for document, sections in documents():
        text = document_text(document, sections)
        written, stored = as_written(document, text)
        data = encode(written, document.encoding)
        reason = "" if force else _objection(folder, document, sections, text, data, known)
        if reason:
            done.refused.append((document.path, reason))
            continue
        try:
            if _write(folder, document, data, done):
                files.take(document, _file_links(sections), stored)
                pages |= {section.page_id or 0: document for section in live(sections)}
        except OSError as error:
            done.refused.append((document.path, f"it cannot be written ({error.strerror})"))
    # Last, as a page may show the files of another.
    files.take_rest(pages)
    left = {path for path, _ in done.refused}
    if reason := write_list(folder, files.listed.values(), left):
        done.refused.append((LIST, reason))
    return done


def as_written(document: Document, text: str) -> tuple[str, list[tuple[str, str]]]:
    """A document's text as its file has it, with paths for the addresses of stored files, and
    those files. What is as it was imported keeps its bytes, whatever it leads to."""
    known = find_stored(find_attachment_ids(text))
    written, stored = export_paths(text, document.path.count("/"), known)
    came = sha256(encode(text, document.encoding)).hexdigest() == document.digest
    return (text if came else written), stored


def _file_links(sections: Sequence[Section]) -> list[Link]:
    pages = [section.page for section in live(sections)]
    return [link for page in pages for link in getattr(page, FILE_LINKS, ())]


def documents() -> Iterator[tuple[Document, list[Section]]]:
    """Return every document that has a file, with its sections, also of pages in the trash.

    Not one whose pages are all there.
    """
    keys = list(Document.objects.order_by("path").values_list("pk", flat=True))
    for some in chunks(keys, DOCUMENTS_AT_ONCE):
        sections: dict[int, list[Section]] = {pk: [] for pk in some}
        rows = Section.objects.filter(document__in=some, gone=False)
        rows = rows.select_related("page").defer("page__outline").prefetch_related(FILES)
        for section in rows.order_by("document", "position"):
            sections[section.document_id].append(section)
        for document in Document.objects.filter(pk__in=some).order_by("path"):
            if _has_a_file(sections[document.pk]):
                yield document, sections[document.pk]


def document_text(document: Document, sections: Sequence[Section]) -> str:
    """Return a document's text: front matter, then each section's heading and words.

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
    """Tell whether a section's page is in the trash, and so left out of its file."""
    return section.page is not None and section.page.trashed_at is not None


def live(sections: Sequence[Section]) -> list[Section]:
    return [section for section in sections if not is_trashed(section)]


def words(section: Section) -> str:
    """Return a section's text as it is now."""
    return section.page.notes if section.page else section.text


def section_heading(section: Section) -> str:
    """Return the heading as imported, or with the name that the page was given since."""
    if section.page is None or str(section.page) == section.page_title:
        return section.heading
    return rename_heading(section.heading, str(section.page))


def _gap(before: str, heading: str, line_end: str) -> str:
    """Return the line ends missing between a text and the heading below it."""
    if not before.endswith(("\n", "\r")):
        return line_end * 2
    # A setext heading would take the lines of a paragraph right above it as its own.
    setext = not heading.lstrip("\r\n \t").startswith("#")
    last = split_lines(before)[-1][0]
    return line_end if setext and last.strip() and not heading.startswith(("\r", "\n")) else ""


def _objection(
    folder: Path,
    document: Document,
    sections: Sequence[Section],
    text: str,
    data: bytes,
    known: Known,
) -> str:
    """Return why a document should not be written; blank if it may be."""
    target = folder / document.path
    if not is_inside(folder, target):
        return OUTSIDE
    there = digest_of(target)
    if there and there == sha256(data).hexdigest():
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
    read = read_outline(
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


def _write(folder: Path, document: Document, data: bytes, done: Export) -> bool:
    """Write a document, unless it is there already, and remember that it was us; whether it is
    there now."""
    target, digest = folder / document.path, sha256(data).hexdigest()
    if not is_inside(folder, target):
        done.refused.append((document.path, OUTSIDE))
        return False
    if digest_of(target) == digest:
        done.same.append(document.path)
    else:
        write_whole(target, [data])
        done.written.append(document.path)
    if document.exported_digest != digest:
        Document.objects.filter(pk=document.pk).update(exported_digest=digest)
    return True
