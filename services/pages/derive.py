"""Bring the derived rows of pages in line with their notes.

Rows are matched with the new reading rather than replaced, so that their state (an item's dates, a
question's dismissal) outlives every edit. State of rows that go waits on their page until their
words are back (see `services.pages.derived_state`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils import timezone

from services.db.bulk import chunks, insert_rows, update_rows
from services.db.locks import lock_names_shared
from services.markdown.read import notes as markdown
from services.models import Attachment, ChecklistItem, Link, Page, Question
from services.pages import derived_state
from services.pages.derived_state import Waiting
from services.pages.names import link_key, look_up, mentions, name_items
from services.search.index import store_outlines
from services.search.vocabulary import learn
from services.text.match_rows import match_rows

Row = TypeVar("Row", ChecklistItem, Question)
PAGE_BATCH_SIZE = 500


@dataclass(slots=True)
class Changes:
    """How many derived rows were added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0

    def __iadd__(self, other: Changes) -> Changes:
        self.added += other.added
        self.changed += other.changed
        self.removed += other.removed
        return self

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(slots=True)
class _Batch:
    """Rows to write; a new row is its page and its facts."""

    new: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    changed: list[ChecklistItem | Question] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def take(self, page: int, row: ChecklistItem | Question | None, facts: dict[str, Any]) -> None:
        """Store facts in `row`, or in a new row: one that continues it, if it has no key."""
        if row is None:
            self.new.append((page, facts))
            return
        if row.pk is None:
            self.new.append((page, derived_state.plain(derived_state.facts(row) | facts)))
            return
        differs = [name for name, value in facts.items() if getattr(row, name) != value]
        for name in differs:
            setattr(row, name, facts[name])
        if differs:
            self.changed.append(row)

    def new_rows(self, blank: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the columns of each new row; `blank` has the default of each column."""
        return [(page, *{**blank, **facts}.values()) for page, facts in self.new]


def derive(pages: Sequence[Page], *, fresh: bool = False, renamed: bool = False) -> Changes:
    """Rebuild the items, questions and links of pages from their notes.

    `fresh` says that the pages have no rows yet. `renamed` looks up the names in every item and
    link again, also in those whose words did not change.
    """
    changes = Changes()
    for some in chunks(list(pages), PAGE_BATCH_SIZE):
        with transaction.atomic():
            lock_names_shared()
            read = {
                page.pk: markdown.read_notes(page.notes, service=page.is_service, title=page.title)
                for page in some
            }
            waiting = derived_state.waiting(some)
            changes += _derive_items(some, read, waiting, fresh=fresh, renamed=renamed)
            changes += _derive_questions(read, waiting, fresh=fresh)
            changes += _derive_links(read, fresh=fresh, renamed=renamed)
            _store_waiting(some, waiting)
            store_outlines(some, read)
            learn(some)
    return changes


def _by_page(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.page_id].append(row)
    return grouped


def _store_waiting(pages: Sequence[Page], waiting: Mapping[int, Waiting]) -> None:
    """Store what waits on pages from now on, where it changed."""
    changed = []
    for page in pages:
        kept = derived_state.kept(waiting[page.pk].items, waiting[page.pk].questions)
        if kept != page.kept:
            page.kept = kept
            changed.append(page)
    update_rows(Page, changed, ("kept",))


def _derive_items(
    pages: Sequence[Page],
    read: dict[int, markdown.Notes],
    waiting: Mapping[int, Waiting],
    *,
    fresh: bool,
    renamed: bool,
) -> Changes:
    there = ChecklistItem.objects.filter(page__in=list(read)).order_by("page", "position")
    stored = _by_page(there) if not fresh else {}
    batch, now = _Batch(), timezone.now()
    by = {page.pk: page.updated_by_id for page in pages}
    reworded = {row.pk: row for old in stored.values() for row in old} if renamed else {}
    for pk, found in read.items():
        rows = _continued(stored.get(pk, []), waiting[pk].items, found.items, batch)
        for position, (item, row) in enumerate(zip(found.items, rows, strict=True)):
            facts = {
                "text": item.text,
                "state": item.state,
                "depth": min(item.depth, 100),
                "position": position,
                "list_title": item.list_title,
            }
            if row is not None and row.state not in (item.state, ""):
                facts |= {"state_changed_at": now, "state_changed_by_id": by[pk]}
            if row is not None and row.text != item.text:
                reworded[row.pk] = row
            batch.take(pk, row, facts)
    changes = _write(ChecklistItem, batch, NEW_ITEM)
    named = _name_items([row for key, row in reworded.items() if key not in batch.gone], batch)
    changes.changed += named if renamed else 0
    return changes


# Defaults of a new row. The last three of an item belong to its state.
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


def _name_items(reworded: Iterable[ChecklistItem], batch: _Batch) -> int:
    """Store which pages reworded and new items name; returns how many rows changed."""
    rows = [(row.pk, row.page_id, mentions(row.text)) for row in reworded]
    if batch.new:
        # They were inserted without reading their keys back.
        found = ChecklistItem.objects.filter(page__in={page for page, _ in batch.new})
        placed = found.order_by().values_list("page_id", "position", "pk")
        keys = {(page, position): pk for page, position, pk in placed}
        rows += [
            (keys[page, facts["position"]], page, mentions(facts["text"]))
            for page, facts in batch.new
        ]
    return name_items(rows)


def _derive_questions(
    read: dict[int, markdown.Notes], waiting: Mapping[int, Waiting], *, fresh: bool
) -> Changes:
    there = Question.objects.filter(page__in=list(read)).order_by("page", "position")
    stored = _by_page(there) if not fresh else {}
    batch = _Batch()
    for pk, found in read.items():
        rows = _continued(stored.get(pk, []), waiting[pk].questions, found.questions, batch)
        for position, (question, row) in enumerate(zip(found.questions, rows, strict=True)):
            facts = {"text": question.text, "answer": question.answer, "position": position}
            batch.take(pk, row, facts)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return _write(Question, batch, NEW_QUESTION | {"asked_at": now})


def _continued(
    old: Sequence[Row], waiting: list[Row], found: Sequence[Any], batch: _Batch
) -> list[Row | None]:
    """Return the row that each reading continues: a stored one, or one that waits.

    Stored rows that no reading continues go, and `waiting` becomes what waits from now on.
    """
    places = ([(getattr(r, "list_title", ""), r.text) for r in s] for s in (old, found, waiting))
    pairs = match_rows(*places)
    rows: dict[int | None, Row] = dict(enumerate(list(old) + waiting))
    continued, taken = [rows.get(at) for at in pairs], set(pairs)
    gone = [row for at, row in enumerate(old) if at not in taken]
    left = [row for at, row in enumerate(waiting, start=len(old)) if at not in taken]
    batch.gone += [row.pk for row in gone]
    waiting[:] = derived_state.to_keep(gone, left)
    return continued


def _write(model: type[Row], batch: _Batch, blank: Mapping[str, Any]) -> Changes:
    """Write a batch to its table; `blank` has all columns with their defaults."""
    if batch.gone:
        model.objects.filter(pk__in=batch.gone).delete()
    update_rows(model, batch.changed, tuple(blank))
    insert_rows(model, ("page_id", *blank), batch.new_rows(blank))
    return Changes(len(batch.new), len(batch.changed), len(batch.gone))


def _derive_links(read: dict[int, markdown.Notes], *, fresh: bool, renamed: bool) -> Changes:
    stored = {}
    if not fresh:
        rows = Link.objects.filter(page__in=list(read))
        stored = {(link.page_id, link.target): link for link in rows}
    wanted = {(pk, target) for pk, found in read.items() for target in found.targets}
    new = sorted(wanted - set(stored))
    gone = [link.pk for at, link in stored.items() if at not in wanted]
    if gone:
        Link.objects.filter(pk__in=gone).delete()
    added = ((*at, *leads) for at, leads in _leading(new).items())
    insert_rows(Link, ("page_id", "target", *LEADING), added)
    wrong = _lead_again({at: stored[at] for at in wanted & set(stored)}) if renamed else 0
    return Changes(added=len(new), changed=wrong, removed=len(gone))


# Columns of a link that follow from its target.
LEADING = ("key", "to_id", "attachment_id")


def _leading(links: Collection[tuple[int, str]]) -> dict[tuple[int, str], tuple[Any, ...]]:
    """Return the `LEADING` columns of links, by page and target.

    A link leads to a picture of its own page, or else to the page that has the name.
    """
    if not links:
        return {}
    files = Attachment.objects.filter(page__in={pk for pk, _ in links}).exclude(reference="")
    prepared = Attachment._meta.pk.get_db_prep_value
    pictures = {(row.page_id, row.reference): prepared(row.pk, connection) for row in files}
    known = look_up({link_key(target) for _, target in links})
    found: dict[tuple[int, str], tuple[Any, ...]] = {}
    for at in links:
        key, picture = link_key(at[1]), pictures.get(at)
        named = known.get(key) if picture is None else None
        found[at] = (key, named.page_id if named else None, picture)
    return found


def _lead_again(stored: Mapping[tuple[int, str], Link]) -> int:
    """Correct where links lead; returns how many were wrong."""
    prepared = Attachment._meta.pk.get_db_prep_value
    wrong = []
    for at, leads in _leading(stored).items():
        link = stored[at]
        if (link.key, link.to_id, prepared(link.attachment_id, connection)) != leads:
            link.key, link.to_id, link.attachment_id = leads
            wrong.append(link)
    update_rows(Link, wrong, LEADING)
    return len(wrong)
