"""Bring the derived rows of pages in line with their notes.

Rows are matched with the new reading rather than replaced, so that their state (an item's dates, a
question's dismissal) outlives every edit. The state of deleted rows waits on their page until their
words are back (see `services.pages.derived_state`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils import timezone

from services.db.bulk import chunks, insert_rows, update_rows
from services.db.locks import lock_names_shared
from services.markdown.read.notes import Notes, read_notes
from services.models import Attachment, ChecklistItem, Link, Page, Question
from services.pages.derived_state import dump_waiting, load_waiting
from services.pages.names import link_key, look_up, mentions, name_items
from services.search.index import store_outlines
from services.search.vocabulary import store_words
from services.text.match_rows import match_rows

Row = TypeVar("Row", ChecklistItem, Question)
PAGE_BATCH_SIZE = 500
# Rows of a kind that wait on a page; those deleted in one change are all stored.
MAX_WAITING = 200
# Defaults of a new row. The last three of an item, and the last of a question, are its state.
NEW_ITEM: dict[str, Any] = {
    "text": "",
    "state": "open",
    "depth": 0,
    "position": 0,
    "list_title": "",
    "state_changed_at": None,
    "state_changed_by_id": None,
    "reason": "",
}
NEW_QUESTION: dict[str, Any] = {"text": "", "answer": "", "position": 0, "dismissed": False}
# Columns of a link that follow from its target.
LEADING = ("key", "to_id", "attachment_id")


@dataclass(slots=True)
class _Batch:
    """Rows to write. `blank` has the columns of a new row, with their defaults."""

    blank: dict[str, Any]
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[ChecklistItem | Question] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def take(self, page: int, row: ChecklistItem | Question | None, facts: dict[str, Any]) -> None:
        """Store facts in `row`, or in a new row: one that continues it, if it has no key."""
        if row is None or row.pk is None:
            state = {name: getattr(row, name) for name in self.blank} if row else self.blank
            self.new.append({"page_id": page, **state, **facts})
            return
        differs = [name for name, value in facts.items() if getattr(row, name) != value]
        for name in differs:
            setattr(row, name, facts[name])
        if differs:
            self.changed.append(row)

    def write(self, model: type[Row]) -> Counter[str]:
        """Write the rows to their table."""
        if self.gone:
            model.objects.filter(pk__in=self.gone).delete()
        update_rows(model, self.changed, tuple(self.blank))
        adapted = connection.ops.adapt_datetimefield_value
        rows = (
            [adapted(value) if isinstance(value, datetime) else value for value in row.values()]
            for row in self.new
        )
        insert_rows(model, ("page_id", *self.blank), rows)
        return Counter(added=len(self.new), changed=len(self.changed), removed=len(self.gone))


def read_page(page: Page) -> Notes:
    """Return what the notes of a page hold."""
    return read_notes(page.notes, service=page.is_service, title=page.title)


def derive(pages: Sequence[Page], *, fresh: bool = False, renamed: bool = False) -> Counter[str]:
    """Rebuild the items, questions and links of pages from their notes.

    `fresh` says that the pages have no rows yet. `renamed` looks up the names in every item and
    link again, also in those whose words did not change. Returns how many rows were `added`,
    `changed` and `removed`.
    """
    changes: Counter[str] = Counter()
    for some in chunks(pages, PAGE_BATCH_SIZE):
        with transaction.atomic():
            lock_names_shared()
            read = {page.pk: read_page(page) for page in some}
            items, questions = load_waiting(some)
            changes += _derive_items(some, read, items, fresh=fresh, renamed=renamed)
            changes += _derive_questions(read, questions, fresh=fresh)
            changes += _derive_links(read, fresh=fresh, renamed=renamed)
            changed = []
            for page in some:
                waiting = dump_waiting(items[page.pk], questions[page.pk])
                if waiting != page.kept:
                    page.kept = waiting
                    changed.append(page)
            update_rows(Page, changed, ("kept",))
            store_outlines(some, read)
            store_words(some)
    return changes


def _load_rows(model: type[Row], pages: Collection[int], *, fresh: bool) -> dict[int, list[Row]]:
    """Return the rows of pages in their order, by page."""
    grouped: dict[int, list[Row]] = defaultdict(list)
    if not fresh:
        for row in model.objects.filter(page__in=pages).order_by("page", "position"):
            grouped[row.page_id].append(row)
    return grouped


def _derive_items(
    pages: Sequence[Page],
    read: dict[int, Notes],
    waiting: Mapping[int, list[ChecklistItem]],
    *,
    fresh: bool,
    renamed: bool,
) -> Counter[str]:
    stored = _load_rows(ChecklistItem, list(read), fresh=fresh)
    batch, now = _Batch(NEW_ITEM), timezone.now()
    reworded = {row.pk: row for old in stored.values() for row in old} if renamed else {}
    for page in pages:
        found = read[page.pk].items
        rows = _find_continued(stored[page.pk], waiting[page.pk], found, batch)
        for position, (item, row) in enumerate(zip(found, rows, strict=True)):
            facts = {
                "text": item.text,
                "state": item.state,
                "depth": min(item.depth, 100),
                "position": position,
                "list_title": item.list_title,
            }
            if row is not None and row.state not in (item.state, ""):
                facts |= {"state_changed_at": now, "state_changed_by_id": page.updated_by_id}
            if row is not None and row.text != item.text:
                reworded[row.pk] = row
            batch.take(page.pk, row, facts)
    changes = batch.write(ChecklistItem)
    named = _name_items([row for key, row in reworded.items() if key not in batch.gone], batch)
    return changes + Counter(changed=named if renamed else 0)


def _name_items(reworded: Iterable[ChecklistItem], batch: _Batch) -> int:
    """Store which pages reworded and new items name; returns how many rows changed."""
    rows = [(row.pk, row.page_id, mentions(row.text)) for row in reworded]
    if batch.new:
        # They were inserted without reading their keys back.
        new = {(row["page_id"], row["position"]) for row in batch.new}
        found = ChecklistItem.objects.filter(page__in={page for page, _ in new}).order_by()
        values = found.values_list("pk", "page_id", "position", "text")
        rows += [(pk, page, mentions(text)) for pk, page, at, text in values if (page, at) in new]
    return name_items(rows)


def _derive_questions(
    read: dict[int, Notes], waiting: Mapping[int, list[Question]], *, fresh: bool
) -> Counter[str]:
    stored = _load_rows(Question, list(read), fresh=fresh)
    batch = _Batch(NEW_QUESTION | {"asked_at": timezone.now()})
    for pk, notes in read.items():
        rows = _find_continued(stored[pk], waiting[pk], notes.questions, batch)
        for position, (question, row) in enumerate(zip(notes.questions, rows, strict=True)):
            facts = {"text": question.text, "answer": question.answer, "position": position}
            batch.take(pk, row, facts)
    return batch.write(Question)


def _find_continued(
    old: list[Row], waiting: list[Row], found: Sequence[Any], batch: _Batch
) -> list[Row | None]:
    """Return the row that each reading continues: a stored one, or one that waits.

    Stored rows that no reading continues are gone, and `waiting` becomes what waits from now on:
    those of them that have state, then the newest of those that waited.
    """
    places = ([(getattr(r, "list_title", ""), r.text) for r in s] for s in (old, found, waiting))
    pairs = match_rows(*places)
    rows: dict[int | None, Row] = dict(enumerate(old + waiting))
    continued = [rows.pop(at, None) for at in pairs]
    gone = [row for row in rows.values() if row.pk]
    batch.gone += [row.pk for row in gone]
    new: list[Row] = [
        row for row in gone if isinstance(row, Question) or row.reason or row.state_changed_at
    ]
    new += [row for row in rows.values() if not row.pk][: max(0, MAX_WAITING - len(new))]
    waiting[:] = new
    return continued


def _derive_links(read: dict[int, Notes], *, fresh: bool, renamed: bool) -> Counter[str]:
    rows = () if fresh else Link.objects.filter(page__in=list(read))
    stored = {(link.page_id, link.target): link for link in rows}
    wanted = {(pk, target) for pk, notes in read.items() for target in notes.targets}
    gone = [link.pk for at, link in stored.items() if at not in wanted]
    if gone:
        Link.objects.filter(pk__in=gone).delete()
    prepared = Attachment._meta.pk.get_db_prep_value
    new, changed = [], []
    for at, leads in _resolve_links(sorted(wanted if renamed else wanted - stored.keys())).items():
        link = stored.get(at)
        if link is None:
            new.append((*at, *leads[:2], prepared(leads[2], connection)))
        elif (link.key, link.to_id, link.attachment_id) != leads:
            link.key, link.to_id, link.attachment_id = leads
            changed.append(link)
    insert_rows(Link, ("page_id", "target", *LEADING), new)
    update_rows(Link, changed, LEADING)
    return Counter(added=len(new), changed=len(changed), removed=len(gone))


def _resolve_links(links: Collection[tuple[int, str]]) -> dict[tuple[int, str], tuple[Any, ...]]:
    """Return the `LEADING` columns of links, by page and target.

    A link leads to a picture of its own page, or else to the page that has the name.
    """
    if not links:
        return {}
    files = Attachment.objects.filter(page__in={pk for pk, _ in links}).exclude(reference="")
    rows = files.values_list("page_id", "reference", "pk")
    pictures = {(page, reference): pk for page, reference, pk in rows}
    known = look_up({link_key(target) for _, target in links})
    found: dict[tuple[int, str], tuple[Any, ...]] = {}
    for at in links:
        key, picture = link_key(at[1]), pictures.get(at)
        named = known.get(key) if picture is None else None
        found[at] = (key, named.page_id if named else None, picture)
    return found
