"""Plan an import from files and from what is stored. Pure; docs/architecture.md has the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import PurePosixPath

from services.markdown.read.outline import Role, Section
from services.sync.match_sections import Side, pair_sections
from services.sync.plan import (
    Action,
    Change,
    IncomingFile,
    Known,
    Plan,
    PlannedDocument,
    Refused,
    StoredSection,
)
from services.text.merge import merge

IN_TRASH = "its page is in the trash; it stays there"


def make_plan(files: Iterable[IncomingFile], known: Known) -> Plan:
    """Plan the import of files in their order."""
    plan = Plan()
    for file in files:
        planned = _Planner(file, known).plan()
        plan.documents.append(planned)
        if planned.matter.warning:
            plan.warnings.append(Refused(file.path, planned.matter.warning))
    return plan


class _Planner:
    """Plans one file."""

    def __init__(self, file: IncomingFile, known: Known) -> None:
        self.known, self.titles, self.path = known, known.titles, file.path
        stored = known.find_document(file.path)
        self.stored = stored.sections if stored else ()
        was_split = sum(not section.gone for section in self.stored) > 1
        self.outline = known.read_outline(file.text, was_split=was_split)
        # The text is in the sections, and a large import need not store it twice.
        self.document = PlannedDocument(
            replace(file, text=""), self.outline.front_matter, stored=stored
        )

    def plan(self) -> PlannedDocument:
        pairs = self.pair_with_stored()
        for section, at in zip(self.outline.sections, pairs, strict=True):
            change = self.plan_new(section) if at is None else self.revise(section, self.stored[at])
            self.document.changes.append(change)
        self.remove_new_pages_from_notes()
        paired = set(pairs)
        for at, stored in enumerate(self.stored):
            if at in paired or stored.gone:
                continue
            if stored.trashed:
                self.insert_trashed(stored, above=self.stored[:at])
                continue
            detail = "no longer in the file; its page stays" if stored.page else "no longer there"
            gone = Change(Action.GONE, self.path, 0, stored.label, detail, stored=stored)
            self.document.gone.append(gone)
        return self.document

    def pair_with_stored(self) -> list[int | None]:
        old = [Side(s.title, s.base, s.category, s.gone, s.name) for s in self.stored]
        new = [
            Side(self.read_title(s), s.body, s.category if s.role == Role.CATEGORY else "")
            for s in self.outline.sections
        ]
        return pair_sections(old, new)

    def read_title(self, section: Section) -> str:
        """Return a section's title in the file; that of the file's own page may be its name."""
        stem = PurePosixPath(self.path).stem if section.role == Role.PAGE else ""
        return (section.title or stem)[:200].strip()

    # -- new sections --------------------------------------------------------------------------

    def plan_new(self, section: Section) -> Change:
        title = self.read_title(section)
        change = Change(
            Action.CREATED,
            self.path,
            section.line,
            title,
            section=section,
            name=title,
            text=section.body,
            base=section.body,
        )
        if section.role == Role.CATEGORY:
            change.category, change.detail = section.category, "category"
            return change
        change.kind, change.category = self.choose_kind(section, title)
        service = self.titles.find_service(title) if change.kind == "service" else None
        if service is not None:
            change.kind, change.category, change.about = "topic", "", service
            change.detail = "the service has a page already; this becomes a topic about it"
        self.claim_title(change, title)
        if change.kind == "service":
            self.titles.add_service(change, title)
            change.detail = f"service in {change.category}"
        change.placed = change.category
        return change

    def claim_title(self, change: Change, title: str) -> None:
        change.page_title, change.abbreviation = self.titles.claim_title(
            title, self.path, qualified=change.about is not None
        )
        short = f" ({change.abbreviation})" if change.abbreviation else ""
        change.title = change.called = change.page_title + short

    def choose_kind(self, section: Section, title: str) -> tuple[str, str]:
        """Return "service" or "topic", and a service's category: rules 3, 4 and 6."""
        if section.role == Role.SERVICE:
            return "service", section.category
        matter, named = self.outline.front_matter, self.known.category_named
        if section.role != Role.PAGE or len(self.outline.sections) > 1 or matter.kind == "topic":
            return "topic", ""
        category = (
            named(matter.category)
            or named(PurePosixPath(self.path).parent.name)
            or self.known.category_of_service(title)
            or (self.known.fallback if matter.kind == "service" else "")
        )
        return ("service", category) if category else ("topic", "")

    # -- stored sections -----------------------------------------------------------------------

    def revise(self, section: Section, stored: StoredSection) -> Change:
        change = Change(
            Action.UNCHANGED,
            self.path,
            section.line,
            stored.label,
            section=section,
            stored=stored,
            name=self.read_title(section),
            called=stored.page_title,
            category=stored.category,
            base=section.body,
        )
        if stored.trashed:
            # The text in the file is merged by the first import after the page was restored.
            change.action, change.detail, change.placed = Action.PRESERVED, IN_TRASH, stored.placed
            if section.body != stored.text:
                change.base = stored.base
                change.theirs = None if section.body == stored.base else section.body
            return change
        self.merge_text(change, section.body, stored)
        if not stored.category:
            self.rename(change, stored)
            self.move(change, section, stored)
        if stored.gone:
            change.detail = "it is back in the file"
        return change

    def merge_text(self, change: Change, theirs: str, stored: StoredSection) -> None:
        """Decide by three texts: base, theirs (the file now), ours (the page now)."""
        ours, base = stored.text, stored.base
        if theirs == ours:
            return
        if theirs == base:
            change.action, change.detail = Action.PRESERVED, "changed here since it was imported"
            return
        if ours == base:
            change.action, change.text = Action.UPDATED, theirs
            return
        merged = merge(base, ours, theirs)
        if not merged.disputed:
            change.action, change.text = Action.MERGED, merged.text
            change.detail = "changed here and in the file, in different places"
            return
        change.action, change.theirs, change.base = Action.CONFLICT, theirs, base
        number = len(merged.disputed)
        places = f"{number} place{'s' if number > 1 else ''}"
        change.detail = f"changed here and in the file in {places}; resolve it on its page"
        if stored.theirs == theirs:
            change.detail = "still to be resolved on its page"

    def insert_trashed(self, stored: StoredSection, above: Sequence[StoredSection]) -> None:
        """Preserve the place of a page in the trash in a file that an export left it out of."""
        change = Change(Action.PRESERVED, self.path, 0, stored.name, IN_TRASH, stored=stored)
        keys, changes = {each.pk for each in above}, self.document.changes
        at = [n for n, c in enumerate(changes, start=1) if c.stored and c.stored.pk in keys]
        changes.insert(max(at, default=0), change)

    def rename(self, change: Change, stored: StoredSection) -> None:
        if change.name == stored.name:
            # An export has written the name that the page was given here.
            change.called = stored.name
        elif change.name == stored.title:
            return
        elif stored.name != stored.page_title:
            change.detail = f"it is “{change.name}” in the file now; its page was renamed here"
        else:
            self.titles.release_title(stored.page_name)
            self.claim_title(change, change.name)
            change.detail = f"was “{stored.name}”"
            if change.action == Action.UNCHANGED:
                change.action = Action.RENAMED

    def move(self, change: Change, section: Section, stored: StoredSection) -> None:
        """Follow a section that the file has put under another category's heading."""
        kind, category = self.choose_kind(section, change.name)
        was = self.known.category_named(stored.placed) or stored.placed
        if stored.about_service or category == was:
            change.placed = stored.placed
            return
        change.moved, change.kind, change.category, change.placed = True, kind, category, category
        change.detail = f"moved to {category or 'the topics'}"
        if change.action == Action.UNCHANGED:
            change.action = Action.UPDATED

    def remove_new_pages_from_notes(self) -> None:
        """Shorten exported notes with a heading that opens a page of its own now.

        Without this, their page would still have the text of the new pages, too.
        """
        changes = self.document.changes
        for at, change in enumerate(changes):
            old = change.stored
            if old is None or change.section is None or not old.page or old.trashed:
                continue
            below = takewhile(lambda new: new.stored is None, changes[at + 1 :])
            new = "".join(
                each.section.heading + each.section.body for each in below if each.section
            )
            if new and old.text.rstrip() == (change.section.body + new).rstrip():
                change.action, change.theirs = Action.UPDATED, None
                change.text = change.base = change.section.body
                change.detail = "a heading in it has become a page of its own"
