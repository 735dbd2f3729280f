"""What an import is going to do, as data that a person can read before anything is written.

Pure: files and what is stored go in, a Plan comes out. The rules stand in docs/architecture.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from services.markdown.front_matter import FrontMatter
from services.markdown.outline import Role, Section, outline
from services.sync.merge import merge
from services.sync.pairing import Side, pair
from services.sync.titles import Catalog, Shelf


class Action(StrEnum):
    """What happens to a section's page."""

    CREATED = "created"
    UPDATED = "updated"
    RENAMED = "renamed"
    MERGED = "merged"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    CONFLICT = "conflict"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not imported, and why, in words that follow its name and a colon."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file's text and what is needed to write the same bytes again."""

    path: str
    folder: str
    text: str
    encoding: str
    line_end: str
    digest: str


@dataclass(frozen=True, slots=True)
class StoredSection:
    """A section as it was imported (`title`, `page_title`, `base`) and as it is now (the rest).

    `category` is set for a category's heading only; `text` is then the words kept under it, and
    else the page's notes. `name` is what the page is called now, `page_name` without abbreviation.
    """

    pk: int
    heading: str
    title: str
    page_title: str
    base: str
    theirs: str | None
    gone: bool
    placed: str
    category: str
    page: int | None
    version: int
    name: str
    page_name: str
    text: str
    about_service: bool = False


@dataclass(frozen=True, slots=True)
class StoredDocument:
    pk: int
    path: str
    digest: str
    tags: Sequence[str]
    aliases: Sequence[str]
    sections: Sequence[StoredSection]


@dataclass(slots=True)
class Change:
    """What happens to one section: for people `action`, `path`, `line`, `title` and `detail`.

    `text` is what is to be stored as the notes, None to leave them; `theirs` the file's text
    where it clashed; `base` the base of the next merge. `name` is what the file calls the
    section, `page_title` the name for a new or renamed page, blank to leave it. `about` is the
    page (stored, or planned here) of the service that a topic adds to. `placed` is the category
    that the file gives a service.
    """

    action: Action
    path: str
    line: int
    title: str
    detail: str = ""
    section: Section | None = None
    stored: StoredSection | None = None
    name: str = ""
    page_title: str = ""
    abbreviation: str = ""
    kind: str = ""
    category: str = ""
    about: int | Change | None = None
    text: str | None = None
    theirs: str | None = None
    base: str = ""
    placed: str = ""
    moved: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "action": self.action.value,
            "path": self.path,
            "line": self.line,
            "title": self.title,
            "detail": self.detail,
        }


@dataclass(slots=True)
class PlannedDocument:
    """One file: its own facts, and a change for each section in the file's order."""

    path: str
    folder: str
    encoding: str
    line_end: str
    digest: str
    matter: FrontMatter
    stored: StoredDocument | None
    changes: list[Change] = field(default_factory=list)
    gone: list[Change] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """All that a run of the import would do. `untouched` counts sections of files that are as
    they were and whose pages are, too; they are not listed."""

    documents: list[PlannedDocument] = field(default_factory=list)
    missing: list[Change] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    warnings: list[Refused] = field(default_factory=list)
    untouched: int = 0

    @property
    def changes(self) -> list[Change]:
        return [c for d in self.documents for c in (*d.changes, *d.gone)] + self.missing

    def counts(self) -> dict[str, int]:
        """How many sections meet each fate, in the order of `Action`, and refused files."""
        found = Counter(change.action for change in self.changes)
        found[Action.UNCHANGED] += self.untouched
        counts = {action.value: found[action] for action in Action if found[action]}
        return counts | ({"refused": len(self.refused)} if self.refused else {})

    def as_dict(self) -> dict[str, Any]:
        return {
            "counts": self.counts(),
            "changes": [change.as_dict() for change in self.changes],
            "refused": [{"path": r.path, "reason": r.reason} for r in self.refused],
            "warnings": [{"path": w.path, "reason": w.reason} for w in self.warnings],
        }


@dataclass(slots=True)
class Known:
    """What planning has to know: the stored documents that it meets, by path, and all names."""

    catalog: Catalog
    category_named: Callable[[str], str | None]
    documents: Mapping[str, StoredDocument]
    shelf: Shelf[int | Change]


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
        self.outline = outline(
            file.text,
            category_named=known.category_named,
            category_of_service=self.category_of_service,
        )
        self.document = PlannedDocument(
            path=file.path,
            folder=file.folder,
            encoding=file.encoding,
            line_end=file.line_end,
            digest=file.digest,
            matter=self.outline.front_matter,
            stored=known.documents.get(file.path),
        )

    def category_of_service(self, heading: str) -> str | None:
        found = self.catalog.find(heading)
        return (self.known.category_named(found.category) or found.category) if found else None

    def run(self) -> PlannedDocument:
        sections = self.outline.sections
        stored = self.document.stored.sections if self.document.stored else ()
        pairs = self.pairs(sections, stored)
        for section, at in zip(sections, pairs, strict=True):
            change = self.create(section) if at is None else self.revise(section, stored[at])
            self.document.changes.append(change)
        lost = set(range(len(stored))) - set(pairs)
        self.document.gone = [self.lose(stored[i]) for i in sorted(lost) if not stored[i].gone]
        return self.document

    def pairs(
        self, sections: Sequence[Section], stored: Sequence[StoredSection]
    ) -> list[int | None]:
        if not stored:
            return [None] * len(sections)
        old = [Side(s.title, s.base, s.category, s.gone) for s in stored]
        new = [
            Side(self.title_of(s), s.body, s.category if s.role == Role.CATEGORY else "")
            for s in sections
        ]
        return pair(old, new)

    def title_of(self, section: Section) -> str:
        """What the file calls a section; its own page may be called after the file."""
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
        """Service or topic, and a service's category: rules 3, 4 and 6."""
        if section.role == Role.SERVICE:
            return "service", section.category
        if section.role == Role.PAGE and len(self.outline.sections) == 1:
            named = self.known.category_named
            said = named(self.outline.front_matter.category) or named(
                PurePosixPath(self.path).parent.name
            )
            if category := said or self.category_of_service(title):
                return "service", category
        return "topic", ""

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
        self.settle(change, section.body, stored)
        if not stored.category:
            self.rename(change, section, stored)
            self.move(change, section, stored)
        if stored.gone:
            change.detail = "it is back in the file"
        return change

    def settle(self, change: Change, theirs: str, stored: StoredSection) -> None:
        """The table of three texts: base, theirs (the file now), ours (the page now)."""
        ours, base = stored.text, stored.base
        if stored.theirs is not None and stored.theirs == theirs:
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
            if merged.clashes:
                places = f"{merged.clashes} place{'s' if merged.clashes > 1 else ''}"
                change.action, change.theirs, change.base = Action.CONFLICT, theirs, base
                change.detail = f"changed here and in the file in {places}; resolve it on its page"
            else:
                change.action, change.text = Action.MERGED, merged.text
                change.detail = "changed here and in the file, in different places"

    def rename(self, change: Change, section: Section, stored: StoredSection) -> None:
        title = self.title_of(section)
        if title == stored.title:
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
        """The file may have put a section under another category's heading."""
        kind, category = self.kind_of(section, self.title_of(section))
        if stored.about_service or category == stored.placed:
            change.placed = stored.placed
            return
        change.moved, change.kind, change.category, change.placed = True, kind, category, category
        change.detail = f"moved to {category or 'the topics'}"
        if change.action == Action.UNCHANGED:
            change.action = Action.UPDATED

    def lose(self, stored: StoredSection) -> Change:
        return Change(
            Action.GONE,
            self.path,
            0,
            stored.name or stored.title,
            detail="no longer in the file; its page stays" if stored.page else "no longer there",
            stored=stored,
        )
