"""List changes of one page or of all pages, in parts; ticks and imports are folded.

A part takes the same few queries for any number of revisions, and no notes are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import ClassVar

from django.utils import timezone

from services.models import Page, Reason, Revision
from services.models.history import RevisionQuerySet
from services.permissions import shown_name

HISTORY_SIZE, CHANGES_SIZE = 50, 100
WITHOUT_TICKS = "no-ticks"
# Pages imported by one user with no longer pauses than this are one import.
MAX_IMPORT_PAUSE = timedelta(minutes=1)
# Facts whose changes are listed, with their labels; a change of the title shows the old one.
FACTS = {
    "abbreviation": "abbreviation",
    "kind": "kind",
    "category_id": "category",
    "aliases": "other names",
    "slug": "address",
}
CREATED: dict[str, str] = {Reason.SITE: "Created on the site", Reason.ADMIN: "Created in the admin"}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of changes: by origin, and by user name."""

    origin: str = ""
    by: str = ""
    # The origins to choose from, with labels; the most common ones are shown first.
    main_choices: ClassVar = [("", "All changes"), (WITHOUT_TICKS, "Without ticks")]
    kinds: ClassVar = Reason.choices

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Filter:
        """Read the filter from a query string; an unknown origin means all."""
        origin = query.get("from", "")
        by = query.get("by", "").replace("\0", "")
        return cls(origin if origin in {WITHOUT_TICKS, *Reason.values} else "", by[:150])

    def filter_revisions(self, rows: RevisionQuerySet) -> RevisionQuerySet:
        if self.origin == WITHOUT_TICKS:
            rows = rows.exclude(reason=Reason.TICK)
        elif self.origin:
            rows = rows.filter(reason=self.origin)
        return rows.filter(user__username=self.by) if self.by else rows

    def __bool__(self) -> bool:
        return bool(self.origin or self.by)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, or a run of one user's ticks: versions `first` to `last` of a page.

    `pages` has the entries of an import of many pages; this is the latest of them.
    """

    revision: Revision
    first: int
    last: int
    until: datetime
    facts: Sequence[str] = ()
    page: Page | None = None
    pages: Sequence[Entry] = field(default=())

    @property
    def before(self) -> int:
        """The version before this change; 0 for a new page."""
        return self.first - 1

    @property
    def ticks(self) -> int:
        is_tick = self.revision.reason == Reason.TICK
        return self.last - self.first + 1 if is_tick else 0

    @property
    def is_live(self) -> bool:
        """Whether the page exists and is not in the trash."""
        return self.page is not None and self.page.trashed_at is None

    @property
    def who(self) -> str:
        return shown_name(self.revision.user)

    @property
    def what(self) -> str:
        """A description of the change."""
        reason = self.revision.reason
        if self.ticks:
            return "Ticked an item" if self.ticks == 1 else f"Ticked {self.ticks:,} times"
        if reason == Reason.ASIDE:
            whose = f"{self.who}’s text" if self.who else "A text"
            return f"{whose}, set aside in a conflict"
        if reason == Reason.KEPT:
            return "The other text of a conflict"
        if self.revision.type == "+":
            return CREATED.get(reason, Reason(reason).label)
        return Reason(reason).label


@dataclass(frozen=True, slots=True)
class Part:
    """Some entries, newest first; `older` is the key of the next part."""

    entries: Sequence[Entry]
    older: int | None = None

    @property
    def days(self) -> list[tuple[date, list[Entry]]]:
        """The entries by local day."""
        grouped = groupby(self.entries, key=lambda entry: timezone.localdate(entry.until))
        return [(day, list(group)) for day, group in grouped]


def _cut_part(entries: Sequence[Entry]) -> Part:
    """Return one part of a page's entries, of which one more than fits was read."""
    older = entries[HISTORY_SIZE - 1].first if len(entries) > HISTORY_SIZE else None
    return Part(entries[:HISTORY_SIZE], older)


def list_page_changes(page: int, chosen: Filter, before: int | None) -> Part:
    """Return the changes of a page; with `before`, those of lower versions."""
    rows = Revision.objects.of_page(page).heads().listed()
    if before is not None:
        rows = rows.filter(version__lt=before)
    found = list(chosen.filter_revisions(rows).with_runs()[: HISTORY_SIZE + 1])
    if chosen:
        return _cut_part([_build_entry(row) for row in found])
    pairs = zip(found, [*found, None][1:], strict=True)
    return _cut_part([_build_entry(row, _list_facts(row, old)) for row, old in pairs])


def list_ticks(page: int, first: int, before: int | None) -> Part:
    """Return the single ticks of the run that starts with version `first`, if it exists."""
    rows = Revision.objects.filter(page=page)
    head = rows.heads().filter(version=first).defer("notes").with_runs().first()
    if head is None:
        return Part(())
    last = head.last or first
    end = last if before is None else min(last, before - 1)
    found = rows.of_page(page).listed().filter(version__range=(first, end))[: HISTORY_SIZE + 1]
    return _cut_part([Entry(row, row.version, row.version, row.saved_at) for row in found])


def list_changes(chosen: Filter, before: int | None, size: int = CHANGES_SIZE) -> Part:
    """Return changes of all pages, with imports folded; with `before`, those of lower numbers."""
    rows = Revision.objects.heads().listed().order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = list(chosen.filter_revisions(rows).with_runs()[: size + 1])
    older = found[size - 1].number if len(found) > size else None
    fields = ("kind", "title", "abbreviation", "slug", "trashed_at")
    pages = Page.everything.only(*fields).in_bulk([row.page_id for row in found[:size]])
    entries = [replace(_build_entry(row), page=pages.get(row.page_id)) for row in found[:size]]
    return Part(list(_fold_imports(entries)), older)


def _list_facts(new: Revision, old: Revision | None) -> list[str]:
    """Return the labels of the facts in which two revisions of a page differ."""
    if old is None:
        return []
    words = [] if new.title == old.title else [f"renamed from “{old.title}”"]
    words += [word for name, word in FACTS.items() if getattr(new, name) != getattr(old, name)]
    by_hand = new.reason in (Reason.SITE, Reason.ADMIN)
    return [*words, "tags"] if new.tags is not None and by_hand else words


def _build_entry(row: Revision, facts: Sequence[str] = ()) -> Entry:
    return Entry(row, row.version, row.last or row.version, row.until or row.saved_at, facts)


def _fold_imports(entries: Sequence[Entry]) -> Iterable[Entry]:
    """Yield the entries, with those of one import as one entry."""
    runs: list[list[Entry]] = []
    for entry in entries:
        if runs and _is_one_import(runs[-1][-1].revision, entry.revision):
            runs[-1].append(entry)
        else:
            runs.append([entry])
    for run in runs:
        yield run[0] if len(run) == 1 else replace(run[0], pages=tuple(run))


def _is_one_import(a: Revision, b: Revision) -> bool:
    return (
        a.reason == b.reason == Reason.IMPORT
        and a.user_id == b.user_id
        and a.saved_at - b.saved_at <= MAX_IMPORT_PAUSE
    )
