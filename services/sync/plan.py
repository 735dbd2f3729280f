"""The plan of an import, to be shown before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from services.aws.catalog import find_service
from services.markdown.read.front_matter import FrontMatter
from services.markdown.read.outline import Outline, Section, read_outline
from services.sync.titles import TitleRegistry


class Action(StrEnum):
    """What happens to a section's page."""

    CREATED = "created"
    UPDATED = "updated"
    RENAMED = "renamed"
    MERGED = "merged"
    UNCHANGED = "unchanged"
    PRESERVED = "preserved"
    CONFLICT = "conflict"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not imported, and why: a clause to be shown after its path and a colon."""

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

    `category` is set for a category's heading only; `text` is then the text stored with it, and
    else the page's notes. `name` is the page's current name, `page_name` without abbreviation. An
    import does not change a page that is `trashed`.
    """

    pk: int
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

    @property
    def label(self) -> str:
        return self.name or self.title


@dataclass(frozen=True, slots=True)
class StoredDocument:
    pk: int
    tags: Sequence[str]
    aliases: Sequence[str]
    sections: Sequence[StoredSection]


@dataclass(slots=True)
class Change:
    """What happens to one section; `action`, `path`, `line`, `title` and `detail` are shown.

    `text` is to be stored as the notes, None for no change; `theirs` is the file's text in a
    conflict; `base` the base of the next merge. `name` is the section's title in the file,
    `called` its page's name as far as the file knows, `page_title` the title for a new or renamed
    page, blank for no change. `about` is the page (stored, or planned here) of the service that a
    topic adds to. `placed` is the category that the file gives a service.
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
        shown = ("action", "path", "line", "title", "detail")
        return {name: getattr(self, name) for name in shown}


@dataclass(slots=True)
class PlannedDocument:
    """One file, without its text, and a change for each section in the file's order."""

    file: IncomingFile
    matter: FrontMatter
    stored: StoredDocument | None
    changes: list[Change] = field(default_factory=list)
    gone: list[Change] = field(default_factory=list)

    @property
    def facts(self) -> FrontMatter | StoredDocument:
        """The tags and aliases of the first page: the stored ones while it is in the trash."""
        first = self.changes[0].stored if self.changes else None
        return self.stored if self.stored and first and first.trashed else self.matter


@dataclass(slots=True)
class Plan:
    """All that a run of the import would do.

    `untouched` counts sections that are not listed, since neither file nor page changed. `files`
    counts attachments that would be, or were, stored; `replaced` are the paths of files that were
    edited in an export.
    """

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
            "refused": [asdict(refused) for refused in self.refused],
            "warnings": [asdict(warning) for warning in self.warnings],
        }


@dataclass(slots=True)
class Known:
    """What planning needs to know: stored documents by path, and all names."""

    category_named: Callable[[str], str | None]
    find_document: Callable[[str], StoredDocument | None]
    titles: TitleRegistry[int | Change]
    fallback: str

    def category_of_service(self, heading: str) -> str | None:
        """Return the category of the AWS service that a heading names; None if it names none.

        Where the service's own category was deleted, that is the `fallback`.
        """
        found = find_service(heading)
        return (self.category_named(found.category) or self.fallback or None) if found else None

    def read_outline(self, text: str, *, was_split: bool = False) -> Outline:
        """Cut a file's text into sections by the names of categories and services."""
        return read_outline(
            text,
            category_named=self.category_named,
            category_of_service=self.category_of_service,
            was_split=was_split,
        )
