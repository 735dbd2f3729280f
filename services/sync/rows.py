"""Store a plan's files and sections: what each became, and what is needed to write it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.db.bulk import chunks, insert_rows, update_rows
from services.markdown.read import outline
from services.models import Category, Document, Section
from services.sync.plan import Change, Plan

BATCH_SIZE = 500
DOCUMENT_COLUMNS = (
    "folder encoding line_end front_matter tags aliases created digest imported_at"
).split()
SECTION_COLUMNS = "position heading title page_title placed text base theirs gone".split()
NEW_COLUMNS = ["document_id", "page_id", "category_id", *SECTION_COLUMNS]


def save_documents(plan: Plan, now: datetime) -> dict[str, int]:
    """Store every file's own facts; returns the documents' keys by path."""
    new: list[Document] = []
    old: list[Document] = []
    for planned in plan.documents:
        document = Document(
            pk=planned.stored.pk if planned.stored else None,
            path=planned.path,
            folder=planned.folder,
            encoding=planned.encoding,
            line_end=planned.line_end,
            front_matter=planned.matter.raw,
            tags=planned.tags,
            aliases=planned.aliases,
            created=planned.matter.created,
            digest=planned.digest,
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
    held: list[Section] = []
    for document in plan.documents:
        for position, change in enumerate(document.changes):
            pk = change.stored.pk if change.stored else None
            if change.section is None:
                held.append(Section(pk=pk, position=position))
                continue
            facts = _facts(change, change.section, categories)
            section = Section(
                pk=pk, document_id=documents[document.path], position=position, **facts
            )
            (old if pk else new).append(section)
    update_rows(Section, old, SECTION_COLUMNS)
    update_rows(Section, held, ("position",))
    rows = ([getattr(section, name) for name in NEW_COLUMNS] for section in new)
    insert_rows(Section, NEW_COLUMNS, rows)
    gone = [c.stored.pk for d in plan.documents for c in d.gone if c.stored]
    gone += [c.stored.pk for c in plan.missing if c.stored]
    for some in chunks(gone):
        Section.objects.filter(pk__in=some).update(gone=True)


def _facts(
    change: Change, section: outline.Section, categories: Mapping[str, Category]
) -> dict[str, str | int | bool | None]:
    page = change.page
    text = "" if page or not change.stored else change.stored.text
    if not page and change.text is not None:
        text = change.text
    return {
        "heading": section.heading,
        "title": change.name,
        "page_title": _page_title(change),
        "placed": change.placed,
        "page_id": page,
        "category_id": None if page else categories[change.category].pk,
        "text": text,
        "base": change.base,
        "theirs": change.theirs,
        "gone": False,
    }


def _page_title(change: Change) -> str:
    """Return what a section's page is called from this import on, as far as the file knows."""
    if change.page_title:
        return change.title
    return change.called or (change.stored.page_title if change.stored else "")
