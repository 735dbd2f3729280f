"""Store a plan's documents and sections, with all that is needed to write the files again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.db.bulk import chunks, insert_rows, update_rows
from services.models import Category, Document, Section
from services.sync.plan import Plan

BATCH_SIZE = 500
DOCUMENT_COLUMNS = (
    "folder encoding line_end front_matter tags aliases created digest imported_at"
).split()
SECTION_COLUMNS = "position heading title page_title placed text base theirs gone".split()
NEW_COLUMNS = ["document_id", "page_id", "category_id", *SECTION_COLUMNS]


def save_documents(plan: Plan, now: datetime) -> dict[str, int]:
    """Store what documents are besides their sections; return their keys by path."""
    new: list[Document] = []
    old: list[Document] = []
    for planned in plan.documents:
        document = Document(
            pk=planned.stored.pk if planned.stored else None,
            path=planned.file.path,
            folder=planned.file.folder,
            encoding=planned.file.encoding,
            line_end=planned.file.line_end,
            front_matter=planned.matter.raw,
            tags=planned.facts.tags,
            aliases=planned.facts.aliases,
            created=planned.matter.created,
            digest=planned.file.digest,
            imported_at=now,
        )
        (old if planned.stored else new).append(document)
    update_rows(Document, old, DOCUMENT_COLUMNS)
    Document.objects.bulk_create(new, batch_size=BATCH_SIZE)
    return {document.path: document.pk for document in [*new, *old]}


def save_sections(
    plan: Plan, documents: Mapping[str, int], categories: Mapping[str, Category]
) -> None:
    """Store every file's sections; `documents` are keys by path, `categories` by name."""
    new: list[Section] = []
    old: list[Section] = []
    moved: list[Section] = []
    for document in plan.documents:
        for position, change in enumerate(document.changes):
            pk = change.stored.pk if change.stored else None
            if change.section is None:
                moved.append(Section(pk=pk, position=position))
                continue
            text = change.text
            if text is None:
                text = change.stored.text if change.stored else ""
            section = Section(
                pk=pk,
                document_id=documents[document.file.path],
                position=position,
                heading=change.section.heading,
                title=change.name,
                page_title=change.called,
                placed=change.placed,
                page_id=change.page,
                category_id=None if change.page else categories[change.category].pk,
                text="" if change.page else text,
                base=change.base,
                theirs=change.theirs,
                gone=False,
            )
            (old if pk else new).append(section)
    update_rows(Section, old, SECTION_COLUMNS)
    update_rows(Section, moved, ("position",))
    rows = ([getattr(section, name) for name in NEW_COLUMNS] for section in new)
    insert_rows(Section, NEW_COLUMNS, rows)
    gone = [c.stored.pk for d in plan.documents for c in d.gone if c.stored]
    gone += [c.stored.pk for c in plan.missing if c.stored]
    for some in chunks(gone):
        Section.objects.filter(pk__in=some).update(gone=True)
