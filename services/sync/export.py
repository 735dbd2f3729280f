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
from services.markdown.read.outline import rename_heading
from services.models import Document, Link, Section
from services.sync.atomic_write import OUTSIDE, Export, digest_file, is_inside, write_whole
from services.sync.export_attachments import FileExport, find_stored
from services.sync.manifest import LIST, write_list
from services.sync.new_documents import adopt_free_pages
from services.sync.plan import Known
from services.sync.read_files import encode
from services.sync.stored import read_known
from services.text.line_ends import split_lines

BATCH_SIZE = 200
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
    """Write every document to its path below `folder`, with the attachments of its pages.

    A page without a document gets one at `<Category>/<Title>.md`, so that importing the folder
    finds the page again. Unless `force` is set, a file is left alone if it was changed since it
    was imported or exported, has an open conflict, or would be read back with pages missing.
    """
    done = Export()
    adopt_free_pages()
    known, files = read_known(), FileExport(folder, done, force=force)
    documents: dict[int, Document] = {}
    for document, sections in _read_documents():
        text, data, stored = _render(document, sections)
        target, digest = folder / document.path, sha256(data).hexdigest()
        try:
            reason = "" if is_inside(folder, target) else OUTSIDE
            there = digest_file(target) if not reason and target.is_file() else ""
            if there != digest and not reason and not force:
                reason = _find_objection(document, sections, text, there, known)
            if reason:
                done.refused.append((document.path, reason))
                continue
            if there != digest:
                write_whole(target, [data])
            (done.same if there == digest else done.written).append(document.path)
            if document.exported_digest != digest:
                Document.objects.filter(pk=document.pk).update(exported_digest=digest)
            links = [link for s in _live(sections) for link in getattr(s.page, FILE_LINKS, ())]
            files.export_linked(document, links, stored)
            documents |= {section.page_id or 0: document for section in _live(sections)}
        except OSError as error:
            done.refused.append((document.path, f"it cannot be written ({error.strerror})"))
    # Last, as a page may show the files of another.
    files.export_rest(documents)
    left = {path for path, _ in done.refused}
    if reason := write_list(folder, files.listed.values(), left):
        done.refused.append((LIST, reason))
    return done


def _render(
    document: Document, sections: Sequence[Section]
) -> tuple[str, bytes, list[tuple[str, str]]]:
    """Return a document's text, the bytes of its file, with paths for the addresses of stored
    files, and those files. An unchanged file keeps its bytes, whatever it leads to."""
    text = _join_sections(document, sections)
    uuids = find_stored(find_attachment_ids(text))
    written, stored = export_paths(text, document.path.count("/"), uuids)
    data = encode(text, document.encoding)
    if sha256(data).hexdigest() != document.digest:
        data = encode(written, document.encoding)
    return text, data, stored


def _read_documents() -> Iterator[tuple[Document, list[Section]]]:
    """Yield every document that has a file, with its sections, also of pages in the trash.

    A document without a file has only pages in the trash, and headings without text.
    """
    keys = list(Document.objects.order_by("path").values_list("pk", flat=True))
    for some in chunks(keys, BATCH_SIZE):
        sections: dict[int, list[Section]] = {pk: [] for pk in some}
        rows = Section.objects.filter(document__in=some, gone=False)
        rows = rows.select_related("page").defer("page__outline").prefetch_related(FILES)
        for section in rows.order_by("document", "position"):
            sections[section.document_id].append(section)
        for document in Document.objects.filter(pk__in=some).order_by("path"):
            if _has_file(sections[document.pk]):
                yield document, sections[document.pk]


def _join_sections(document: Document, sections: Sequence[Section]) -> str:
    """Return a document's text: front matter, then each section's heading and text.

    Line ends are added where a changed text would run into the next heading; unchanged texts are
    joined as they are.
    """
    pieces, changed = [document.front_matter], False
    for section in sections:
        if _is_trashed(section):
            changed = True
            continue
        heading, body = _current_heading(section), _current_text(section)
        changed = changed or heading != section.heading
        if changed and heading.strip() and pieces[-1]:
            pieces.append(_gap(pieces[-1], heading, document.line_end))
        changed = body != section.base
        if changed and heading and body and not heading.endswith(("\n", "\r")):
            heading += document.line_end * 2
        pieces += [piece for piece in (heading, body) if piece]
    text = "".join(pieces)
    if not document.front_matter and split_front_matter(text)[0].raw:
        # Notes that begin with a line of dashes would be read as front matter without an empty one.
        text = f"---{document.line_end}---{document.line_end}{text}"
    return text


def _has_file(sections: Sequence[Section]) -> bool:
    there = _live(sections)
    is_whole = len(there) == len(sections)
    return bool(there) and (is_whole or any(s.page or s.text.strip() for s in there))


def _is_trashed(section: Section) -> bool:
    """Tell whether a section's page is in the trash, and so left out of its file."""
    return section.page is not None and section.page.trashed_at is not None


def _live(sections: Sequence[Section]) -> list[Section]:
    return [section for section in sections if not _is_trashed(section)]


def _current_text(section: Section) -> str:
    return section.page.notes if section.page else section.text


def _current_heading(section: Section) -> str:
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


def _find_objection(
    document: Document, sections: Sequence[Section], text: str, there: str, known: Known
) -> str:
    """Return why a document should not be written; blank if it may be.

    `there` is the digest of the file to be replaced, blank if there is none.
    """
    if there and there not in (document.digest, document.exported_digest):
        return "the file there has changed since it was imported; import it first, or --force"
    if there and any(section.theirs is not None for section in _live(sections)):
        return "a conflict with this file is still open; resolve it first, or --force"
    return _find_lost_heading(sections, text, known)


def _find_lost_heading(sections: Sequence[Section], text: str, known: Known) -> str:
    """Return which heading would become part of the notes above it; blank if none would.

    It does if they leave something open, or have a heading of a higher level.
    """
    if all(_current_text(each) == each.base and not _is_trashed(each) for each in sections):
        return ""
    read = known.read_outline(text, was_split=len(sections) > 1)
    found = Counter(section.heading.strip() for section in read.sections)
    above = ""
    for section in _live(sections):
        heading = _current_heading(section).strip()
        if heading and not found[heading]:
            return (
                f"the notes of “{above}” would take in the heading “{heading}” below them: close "
                "what they leave open (code, a comment, HTML), or lower their own headings"
            )
        found[heading] -= 1
        above = str(section.page) if section.page else section.title
    return ""
