"""The plan of an import, as data to read before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.markdown.read.front_matter import FrontMatter
from services.markdown.read.outline import Section
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
    """A file that is not imported, and the reason, to be shown after its name and a colon."""

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
    `trashed` says that the page is in the trash, where an import leaves it as it is.
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
    trashed: bool = False


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
    section, `called` what its page is called where that is the same by now, `page_title` the
    name for a new or renamed page, blank to leave it. `about` is the page (stored, or planned
    here) of the service that a topic adds to. `placed` is the category that the file gives a
    service.
    """

    action: Action
    path: str
    line: int
    title: str
    detail: str = ""
    section: Section | None = None
    stored: StoredSection | None = None
    name: str = ""
    called: str = ""
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
    # The page that was created for the section, once the plan is applied.
    new_page: int | None = None

    @property
    def page(self) -> int | None:
        """The section's page; None for a category's heading, and for a page to be created."""
        return self.stored.page if self.stored else self.new_page

    def as_dict(self) -> dict[str, object]:
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

    @property
    def tags(self) -> Sequence[str]:
        """The tags of the file's first page; the old ones while that page is in the trash."""
        return self.stored.tags if self.stored and self._first_waits else self.matter.tags

    @property
    def aliases(self) -> Sequence[str]:
        """The aliases of the file's first page; the old ones while that page is in the trash."""
        return self.stored.aliases if self.stored and self._first_waits else self.matter.aliases

    @property
    def _first_waits(self) -> bool:
        first = self.changes[0].stored if self.changes else None
        return bool(first and first.trashed)


@dataclass(slots=True)
class Plan:
    """All that a run of the import would do. `untouched` counts sections of files that are as
    they were and whose pages are, too; they are not listed. `files` counts what notes refer to and
    would be, or was, stored; `replaced` are the paths of files that were edited in an export."""

    documents: list[PlannedDocument] = field(default_factory=list)
    missing: list[Change] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    warnings: list[Refused] = field(default_factory=list)
    untouched: int = 0
    files: int = 0
    replaced: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[Change]:
        return [c for d in self.documents for c in (*d.changes, *d.gone)] + self.missing

    def counts(self) -> dict[str, int]:
        """Return the number of sections by `Action`, in its order, and of refused files."""
        found = Counter(change.action for change in self.changes)
        found[Action.UNCHANGED] += self.untouched
        counts = {action.value: found[action] for action in Action if found[action]}
        return counts | ({"refused": len(self.refused)} if self.refused else {})

    def files_in_words(self) -> list[str]:
        """Return what happens to files: "2 attachments imported", "1 attachment replaced"."""
        counts = ((self.files, "imported"), (len(self.replaced), "replaced"))
        return [f"{n} attachment{'' if n == 1 else 's'} {done}" for n, done in counts if n]

    def as_dict(self) -> dict[str, object]:
        return {
            "counts": self.counts(),
            "files": self.files,
            "replaced": self.replaced,
            "changes": [change.as_dict() for change in self.changes],
            "refused": [{"path": r.path, "reason": r.reason} for r in self.refused],
            "warnings": [{"path": w.path, "reason": w.reason} for w in self.warnings],
        }


@dataclass(slots=True)
class Known:
    """What planning needs to know: stored documents by path, and all names."""

    catalog: Catalog
    category_named: Callable[[str], str | None]
    document: Callable[[str], StoredDocument | None]
    shelf: Shelf[int | Change]
    fallback: str

    def category_of_service(self, heading: str) -> str | None:
        """The category that the AWS service goes to which a heading names; None if it names none.

        Where our table's category has been deleted, that is the last one there is.
        """
        found = self.catalog.find_service(heading)
        return (self.category_named(found.category) or self.fallback or None) if found else None
