"""Plan an import from files and from what is stored. Pure; docs/architecture.md has the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import PurePosixPath

from services.markdown.read.outline import Role, Section, read_outline
from services.sync.match_sections import Side, pair
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
        planned = _Planner(file, known).run()
        plan.documents.append(planned)
        if planned.matter.warning:
            plan.warnings.append(Refused(file.path, planned.matter.warning))
    return plan


class _Planner:
    """Plans one file."""

    def __init__(self, file: IncomingFile, known: Known) -> None:
        self.known, self.shelf, self.catalog = known, known.shelf, known.catalog
        self.path = file.path
        stored = known.document(file.path)
        self.outline = read_outline(
            file.text,
            category_named=known.category_named,
            category_of_service=known.category_of_service,
            was_split=stored is not None and sum(not s.gone for s in stored.sections) > 1,
        )
        self.document = PlannedDocument(
            path=file.path,
            folder=file.folder,
            encoding=file.encoding,
            line_end=file.line_end,
            digest=file.digest,
            matter=self.outline.front_matter,
            stored=stored,
        )

    def run(self) -> PlannedDocument:
        sections = self.outline.sections
        stored = self.document.stored.sections if self.document.stored else ()
        pairs = self.pairs(sections, stored)
        for section, at in zip(sections, pairs, strict=True):
            change = self.create(section) if at is None else self.revise(section, stored[at])
            self.document.changes.append(change)
        self.part()
        lost = [stored[i] for i in sorted(set(range(len(stored))) - set(pairs))]
        lost = [each for each in lost if not each.gone]
        self.document.gone = [self.lose(each) for each in lost if not each.trashed]
        for held in lost:
            if held.trashed:
                self.hold_place(held, stored)
        return self.document

    def pairs(
        self, sections: Sequence[Section], stored: Sequence[StoredSection]
    ) -> list[int | None]:
        if not stored:
            return [None] * len(sections)
        old = [Side(s.title, s.base, s.category, s.gone, s.name) for s in stored]
        new = [
            Side(self.title_of(s), s.body, s.category if s.role == Role.CATEGORY else "")
            for s in sections
        ]
        return pair(old, new)

    def title_of(self, section: Section) -> str:
        """Return a section's title in the file; its own page may be called after the file."""
        stem = PurePosixPath(self.path).stem if section.role == Role.PAGE else ""
        return (section.title or stem)[:200].strip()

    # -- new sections --------------------------------------------------------------------------

    def create(self, section: Section) -> Change:
        title = self.title_of(section)
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
        change.kind, change.category = self.kind_of(section, title)
        if change.kind == "service" and (exists := self.shelf.service_called(title)) is not None:
            change.kind, change.category, change.about = "topic", "", exists
            change.detail = "the service has a page already; this becomes a topic about it"
        self.name(change, title)
        if change.kind == "service":
            self.shelf.add_service(change, title)
            change.detail = f"service in {change.category}"
        change.placed = change.category
        return change

    def name(self, change: Change, title: str) -> None:
        apart = change.about is not None
        change.page_title, change.abbreviation = self.shelf.claim(title, self.path, apart=apart)
        short = f" ({change.abbreviation})" if change.abbreviation else ""
        change.title = change.page_title + short

    def kind_of(self, section: Section, title: str) -> tuple[str, str]:
        """Return "service" or "topic", and a service's category: rules 3, 4 and 6."""
        if section.role == Role.SERVICE:
            return "service", section.category
        matter, named = self.outline.front_matter, self.known.category_named
        if section.role != Role.PAGE or len(self.outline.sections) > 1 or matter.kind == "topic":
            return "topic", ""
        said = named(matter.category) or named(PurePosixPath(self.path).parent.name)
        category = said or self.known.category_of_service(title)
        if not category and matter.kind == "service":
            category = self.known.fallback
        return ("service", category) if category else ("topic", "")

    # -- sections that were there --------------------------------------------------------------

    def revise(self, section: Section, stored: StoredSection) -> Change:
        change = Change(
            Action.UNCHANGED,
            self.path,
            section.line,
            stored.name or stored.title,
            section=section,
            stored=stored,
            name=self.title_of(section),
            category=stored.category,
            base=section.body,
        )
        if stored.trashed:
            self.wait(change, section.body, stored)
            return change
        self.settle(change, section.body, stored)
        if not stored.category:
            self.rename(change, section, stored)
            self.move(change, section, stored)
        if stored.gone:
            change.detail = "it is back in the file"
        return change

    def settle(self, change: Change, theirs: str, stored: StoredSection) -> None:
        """Decide by three texts: base, theirs (the file now), ours (the page now)."""
        ours, base = stored.text, stored.base
        waits = stored.theirs is not None and stored.theirs == theirs
        if waits and merge(base, ours, theirs).disputed:
            change.action, change.theirs, change.base = Action.CONFLICT, theirs, base
            change.detail = "still to be resolved on its page"
        elif theirs == ours:
            change.action = Action.UNCHANGED
        elif theirs == base:
            change.action, change.detail = Action.KEPT, "changed here since it was imported"
        elif ours == base:
            change.action, change.text = Action.UPDATED, theirs
        else:
            merged = merge(base, ours, theirs)
            if merged.disputed:
                number = len(merged.disputed)
                places = f"{number} place{'s' if number > 1 else ''}"
                change.action, change.theirs, change.base = Action.CONFLICT, theirs, base
                change.detail = f"changed here and in the file in {places}; resolve it on its page"
            else:
                change.action, change.text = Action.MERGED, merged.text
                change.detail = "changed here and in the file, in different places"

    def wait(self, change: Change, theirs: str, stored: StoredSection) -> None:
        """A page in the trash stays as it is. What the file says by now waits beside it, to be
        merged by the first import after the page was restored."""
        change.action, change.detail = Action.KEPT, IN_TRASH
        change.placed = stored.placed
        if theirs != stored.text:
            change.base = stored.base
            change.theirs = None if theirs == stored.base else theirs

    def hold_place(self, section: StoredSection, stored: Sequence[StoredSection]) -> None:
        """Preserve the place of a page in the trash in a file that an export left it out of."""
        change = Change(Action.KEPT, self.path, 0, section.name, IN_TRASH, stored=section)
        above = {each.pk for each in stored[: stored.index(section)]}
        changes = self.document.changes
        at = [n for n, c in enumerate(changes, start=1) if c.stored and c.stored.pk in above]
        changes.insert(max(at, default=0), change)

    def rename(self, change: Change, section: Section, stored: StoredSection) -> None:
        title = self.title_of(section)
        if title in (stored.title, stored.name):
            # An export has written the name that the page was given here.
            change.page_title = ""
            change.called = stored.name if title == stored.name else ""
            return
        if stored.name != stored.page_title:
            change.detail = f"the file calls it “{title}” now; it keeps the name given here"
            return
        self.shelf.release(stored.page_name)
        self.name(change, title)
        change.detail = f"was “{stored.name}”"
        if change.action == Action.UNCHANGED:
            change.action = Action.RENAMED

    def move(self, change: Change, section: Section, stored: StoredSection) -> None:
        """Follow a section that the file has put under another category's heading."""
        kind, category = self.kind_of(section, self.title_of(section))
        was = self.known.category_named(stored.placed) or stored.placed
        if stored.about_service or category == was:
            change.placed = stored.placed
            return
        change.moved, change.kind, change.category, change.placed = True, kind, category, category
        change.detail = f"moved to {category or 'the topics'}"
        if change.action == Action.UNCHANGED:
            change.action = Action.UPDATED

    def part(self) -> None:
        """Find exported notes with a heading that opens a page of its own now.

        Without this, their page would keep what the new pages have, too.
        """
        changes = self.document.changes
        for at, change in enumerate(changes):
            old = change.stored
            if old is None or change.section is None or not old.page or old.trashed:
                continue
            below = takewhile(lambda new: new.stored is None, changes[at + 1 :])
            new = [each.section.heading + each.section.body for each in below if each.section]
            ours = old.text
            if new and ours.rstrip() == (change.section.body + "".join(new)).rstrip():
                change.action, change.theirs = Action.UPDATED, None
                change.text = change.base = change.section.body
                change.detail = "a heading in it has become a page of its own"

    def lose(self, stored: StoredSection) -> Change:
        return Change(
            Action.GONE,
            self.path,
            0,
            stored.name or stored.title,
            detail="no longer in the file; its page stays" if stored.page else "no longer there",
            stored=stored,
        )
