"""The sections of a plan put into rows: what each became, and its text as it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.db.bulk import chunks, insert_rows
from services.markdown.read import outline
from services.models import Category, Page, Section
from services.sync.plan import Change, Plan

BATCH = 500
FIELDS = ("position", "heading", "title", "page_title", "placed", "text", "base", "theirs", "gone")


def save_sections(
    plan: Plan,
    documents: Mapping[str, int],
    pages: Mapping[int, Page],
    categories: Mapping[str, Category],
) -> None:
    """Store every file's sections.

    `documents` are keys by path, `pages` the new ones by the identity of their change.
    """
    new: list[dict[str, Any]] = []
    old: list[Section] = []
    held: list[Section] = []
    for document in plan.documents:
        for position, change in enumerate(document.changes):
            if change.section is None:
                if change.stored:
                    held.append(Section(pk=change.stored.pk, position=position))
                continue
            page = _page(change, pages)
            facts = {"document_id": documents[document.path], "position": position}
            facts |= _columns(change, change.section, page, categories)
            if change.stored:
                old.append(Section(pk=change.stored.pk, **facts))
            else:
                new.append(facts)
    Section.objects.bulk_update(old, FIELDS, batch_size=100)
    Section.objects.bulk_update(held, ["position"], batch_size=BATCH)
    insert_rows(Section, list(new[0]) if new else (), (tuple(f.values()) for f in new))
    gone = [c.stored.pk for d in plan.documents for c in d.gone if c.stored]
    gone += [c.stored.pk for c in plan.missing if c.stored]
    for some in chunks(gone):
        Section.objects.filter(pk__in=some).update(gone=True)


def _page(change: Change, pages: Mapping[int, Page]) -> int | None:
    """The page that a section became; None for a category's heading."""
    if change.stored:
        return change.stored.page
    made = pages.get(id(change))
    return made.pk if made else None


def _columns(
    change: Change, section: outline.Section, page: int | None, categories: Mapping[str, Category]
) -> dict[str, Any]:
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
    """What the page of a section is called from this import on, as far as the file knows."""
    if change.page_title:
        return change.title
    return change.called or (change.stored.page_title if change.stored else "")
