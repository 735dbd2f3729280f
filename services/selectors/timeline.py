"""Lists of changes, of one page or of all, in parts; ticks and imports are folded.

A part costs the same few queries whatever the number of revisions; notes are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils import timezone

from services.models import Page, Reason, Revision
from services.models.history import RevisionQuerySet
from services.permissions import shown_name

A_PART, A_LONG_PART = 50, 100
WITHOUT_TICKS = "no-ticks"
# Imported one after the other with no more than this between them, pages are one import.
ONE_IMPORT = timedelta(minutes=1)
# What a list says of a change besides its reason; what was renamed is said with its old title.
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
    """A filter of changes: by where they came from, and by user name."""

    origin: str = ""
    by: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filter:
        """Read the filter from an address; an unknown origin means all."""
        origin = asked.get("from", "")
        by = asked.get("by", "").replace("\0", "")
        return cls(origin if origin in {WITHOUT_TICKS, *Reason.values} else "", by[:150])

    def of_rows(self, rows: RevisionQuerySet) -> RevisionQuerySet:
        if self.origin == WITHOUT_TICKS:
            rows = rows.exclude(reason=Reason.TICK)
        elif self.origin:
            rows = rows.filter(reason=self.origin)
        return rows.filter(user__username=self.by) if self.by else rows

    @property
    def main_choices(self) -> list[tuple[str, str]]:
        """The most common choices, with labels."""
        return [("", "All changes"), (WITHOUT_TICKS, "Without ticks")]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The origins to choose from, with labels."""
        return Reason.choices

    @property
    def is_of_one_kind(self) -> bool:
        return self.origin in Reason.values

    def __bool__(self) -> bool:
        return bool(self.origin or self.by)


@dataclass(frozen=True, slots=True)
class Entry:
    """One change, or a run of one user's ticks: versions `first` to `last` of a page.

    `pages` has the entries of an import of many pages, whose latest this is then.
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
        """The version that this change was made on; 0 for a new page."""
        return self.first - 1

    @property
    def since(self) -> datetime:
        return self.revision.saved_at

    @property
    def ticks(self) -> int:
        is_tick = self.revision.reason == Reason.TICK
        return self.last - self.first + 1 if is_tick else 0

    @property
    def is_live(self) -> bool:
        """Does the page exist, and not in the trash?"""
        return self.page is not None and self.page.trashed_at is None

    @property
    def is_run(self) -> bool:
        return self.last > self.first

    @property
    def who(self) -> str:
        return shown_name(self.revision.user)

    @property
    def username(self) -> str:
        person = self.revision.user
        return person.get_username() if person else ""

    @property
    def what(self) -> str:
        """What happened, in words."""
        reason = self.revision.reason
        if self.ticks:
            return "Ticked an item" if self.ticks == 1 else f"Ticked {self.ticks:,} times"
        if reason == Reason.ASIDE:
            whose = f"{self.who}’s text" if self.who else "A text"
            return f"{whose}, set aside in a conflict"
        if reason == Reason.KEPT:
            return "The other text kept in a conflict"
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


def history(page: int, asked: Filter, before: int | None) -> Part:
    """Return a page's changes, those of versions before `before`."""
    rows = Revision.objects.of_page(page).heads().listed()
    if before is not None:
        rows = rows.filter(version__lt=before)
    found = list(asked.of_rows(rows).with_runs()[: A_PART + 1])
    entries = [_entry(row) for row in found]
    if not asked:
        pairs = zip(entries, [*found, None][1:], strict=True)
        entries = [replace(entry, facts=changed_facts(entry.revision, old)) for entry, old in pairs]
    older = entries[A_PART - 1].first if len(entries) > A_PART else None
    return Part(entries[:A_PART], older)


def run(page: int, first: int, before: int | None) -> Part:
    """Return the single ticks of the run that starts with version `first`, if there is one."""
    rows = Revision.objects.filter(page=page)
    head = rows.heads().filter(version=first).defer("notes").with_runs().first()
    if head is None:
        return Part(())
    last = head.last or first
    end = last if before is None else min(last, before - 1)
    found = list(rows.of_page(page).listed().filter(version__range=(first, end))[: A_PART + 1])
    entries = [Entry(row, row.version, row.version, row.saved_at) for row in found]
    return Part(entries[:A_PART], entries[A_PART - 1].first if len(entries) > A_PART else None)


def changes(asked: Filter, before: int | None, size: int = A_LONG_PART) -> Part:
    """Return changes of all pages, those with a number below `before`; imports are folded."""
    rows = Revision.objects.heads().listed().order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    found = list(asked.of_rows(rows).with_runs()[: size + 1])
    older = found[size - 1].number if len(found) > size else None
    fields = ("kind", "title", "abbreviation", "slug", "trashed_at")
    pages = Page.everything.only(*fields).in_bulk([row.page_id for row in found[:size]])
    entries = [replace(_entry(row), page=pages.get(row.page_id)) for row in found[:size]]
    return Part(list(_imports_folded(entries)), older)


def changed_facts(new: Revision, old: Revision | None) -> list[str]:
    """Return in words which facts two revisions of a page differ in."""
    if old is None:
        return []
    words = [] if new.title == old.title else [f"renamed from “{old.title}”"]
    words += [word for name, word in FACTS.items() if getattr(new, name) != getattr(old, name)]
    by_hand = new.reason in (Reason.SITE, Reason.ADMIN)
    return [*words, "tags"] if new.tags is not None and by_hand else words


def _entry(row: Revision) -> Entry:
    return Entry(row, row.version, row.last or row.version, row.until or row.saved_at)


def _imports_folded(entries: Sequence[Entry]) -> Iterable[Entry]:
    """Fold the pages that one import changed into one entry."""
    run: list[Entry] = []
    for entry in [*entries, None]:
        if run and (entry is None or not _one_import(run[-1], entry)):
            yield run[0] if len(run) == 1 else replace(run[0], pages=tuple(run))
            run = []
        if entry is not None:
            run.append(entry)


def _one_import(newer: Entry, older: Entry) -> bool:
    a, b = newer.revision, older.revision
    return (
        a.reason == b.reason == Reason.IMPORT
        and a.user_id == b.user_id
        and a.saved_at - b.saved_at <= ONE_IMPORT
    )
