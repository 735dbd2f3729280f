"""An import from start to end: what is stored is read, a plan is made, and applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import F, Q, QuerySet

from services import catalog
from services.bulk import chunks
from services.catalog import key
from services.models import Category, Document, Page, Section
from services.sync.files import FileRefused, SourceFile, incoming
from services.sync.plan import (
    Action,
    Change,
    IncomingFile,
    Known,
    Plan,
    Refused,
    StoredDocument,
    StoredSection,
)
from services.sync.planner import make_plan
from services.sync.titles import Shelf


def plan_import(
    files: Iterable[SourceFile],
    *,
    folders: Sequence[str] = (),
    refused: list[Refused] | None = None,
) -> Plan:
    """Plan the import of files, reading what is stored; writes nothing.

    `folders` are the whole folders among what is imported: their documents that have no file
    any more are reported. `refused` are files that were refused before, or are while `files` is
    read; the plan goes on with this list.
    """
    digests: dict[str, str] = dict(Document.objects.values_list("path", "digest"))
    touched = set(_touched().values_list("document__path", flat=True))
    problems = [] if refused is None else refused
    met: set[str] = set()
    same: set[str] = set()

    def texts() -> Iterator[IncomingFile]:
        for file in files:
            met.add(file.path)
            if digests.get(file.path) == file.digest and file.path not in touched:
                same.add(file.path)
                continue
            try:
                yield incoming(file)
            except FileRefused as error:
                problems.append(Refused(file.path, str(error)))

    plan = make_plan(texts(), _known(digests))
    plan.refused = problems
    for some in chunks(sorted(same)):
        plan.untouched += Section.objects.filter(document__path__in=some, gone=False).count()
    plan.missing = _missing(folders, met)
    return plan


def _touched() -> QuerySet[Section]:
    """Sections whose page was changed here, or whose conflict is still open."""
    changed = Q(page__isnull=False) & ~Q(page__notes=F("base"))
    words = Q(page__isnull=True) & ~Q(text=F("base"))
    return Section.objects.filter(changed | words | Q(theirs__isnull=False), gone=False)


def _known(digests: dict[str, str]) -> Known:
    """What planning needs of the database. Documents are read only when a file needs them."""
    shelf: Shelf[int | Change] = Shelf(catalog)
    rows = Page.objects.values_list("pk", "kind", "title", "abbreviation", "aws_id")
    for pk, kind, title, abbreviation, aws_id in rows.iterator(chunk_size=5000):
        shelf.taken.add(shelf.key(title))
        if kind == Page.Kind.SERVICE:
            shelf.add_service(pk, title, aws_id)
            if abbreviation:
                shelf.add_service(pk, abbreviation, aws_id)
    names = {key(name): name for name in Category.objects.values_list("name", flat=True)}

    def category_named(text: str) -> str | None:
        named = names.get(key(text)) or catalog.category_named(text)
        return named if named in names.values() else None

    return Known(catalog, category_named, _StoredDocuments(digests), shelf)


class _StoredDocuments(dict[str, StoredDocument]):
    """Stored documents by path, each read when it is asked for."""

    def __init__(self, digests: dict[str, str]) -> None:
        super().__init__()
        self.digests = digests

    def get(self, path: str, default: object = None) -> StoredDocument | None:  # type: ignore[override]
        if path not in self.digests:
            return None
        document = Document.objects.get(path=path)
        return StoredDocument(
            pk=document.pk,
            path=path,
            digest=document.digest,
            tags=document.tags,
            aliases=document.aliases,
            sections=[_stored(section) for section in _sections(document=document)],
        )


def _sections(**which: object) -> QuerySet[Section]:
    rows = Section.objects.filter(**which).select_related("page", "category")
    return rows.order_by("document", "gone", "position")


def _stored(section: Section) -> StoredSection:
    page = section.page
    return StoredSection(
        pk=section.pk,
        heading=section.heading,
        title=section.title,
        page_title=section.page_title,
        base=section.base,
        theirs=section.theirs,
        gone=section.gone,
        placed=section.placed,
        category=section.category.name if section.category else "",
        page=page.pk if page else None,
        version=page.version if page else 0,
        name=str(page) if page else "",
        page_name=page.title if page else "",
        text=page.notes if page else section.text,
        about_service=bool(page and page.about_id),
    )


def _missing(folders: Sequence[str], met: set[str]) -> list[Change]:
    """The sections of documents that came from these folders and have no file there any more."""
    if not folders:
        return []
    lost = Document.objects.filter(folder__in=folders).values_list("pk", "path")
    gone = [pk for pk, path in lost if path not in met]
    changes = []
    for some in chunks(gone):
        for section in _sections(document__in=some, gone=False, page__isnull=False):
            stored = _stored(section)
            detail = "its file is no longer there; its page stays"
            change = Change(Action.GONE, section.document.path, 0, stored.name, detail)
            change.stored = stored
            changes.append(change)
    return changes
