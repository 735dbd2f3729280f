"""Import from start to end: read what is stored, plan, and apply."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from django.db.models import F, Q, QuerySet

from services.aws import catalog
from services.aws.catalog import name_key
from services.db.bulk import chunks
from services.markdown.edit.attachment_paths import find_attachment_ids, import_paths
from services.models import Category, Document, Page, Section
from services.sync.export_attachments import known_among
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
from services.sync.read_files import FileRefused, SourceFile, read_incoming
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
                yield _at_home(read_incoming(file))
            except FileRefused as error:
                problems.append(Refused(file.path, str(error)))

    plan = make_plan(texts(), known_now(digests))
    plan.refused = problems
    for some in chunks(sorted(same)):
        plan.untouched += Section.objects.filter(document__path__in=some, gone=False).count()
    plan.missing = _missing(folders, met)
    return plan


def _at_home(file: IncomingFile) -> IncomingFile:
    """Return a file with addresses in place of paths that an export wrote for stored files."""
    known = known_among(find_attachment_ids(file.text))
    return replace(file, text=import_paths(file.text, file.path.count("/"), known))


def _touched() -> QuerySet[Section]:
    """Return sections whose page was changed here, or whose conflict is still open."""
    changed = Q(page__isnull=False) & ~Q(page__notes=F("base"))
    words = Q(page__isnull=True) & ~Q(text=F("base"))
    # What is gone may be back.
    return Section.objects.filter(changed | words | Q(theirs__isnull=False) | Q(gone=True))


def known_now(paths: Collection[str] = ()) -> Known:
    """What planning needs of the database. A document, of those with these paths, is read only
    when a file needs it."""
    shelf: Shelf[int | Change] = Shelf(catalog)
    rows = Page.objects.values_list("pk", "kind", "title", "abbreviation", "aws_id")
    for pk, kind, title, abbreviation, aws_id in rows.iterator(chunk_size=5000):
        shelf.taken.add(shelf.key(title))
        if kind == Page.Kind.SERVICE:
            shelf.add_service(pk, title, aws_id)
            if abbreviation:
                shelf.add_service(pk, abbreviation, aws_id)
    categories = list(Category.objects.all())
    # The last one, unless there still is the one for what belongs nowhere else.
    last = sorted(categories, key=lambda category: category.slug == "other")[-1:]
    fallback = last[0].name if last else ""

    def document(path: str) -> StoredDocument | None:
        return _stored_document(path) if path in paths else None

    return Known(catalog, _category_names(categories), document, shelf, fallback)


def _category_names(categories: Sequence[Category]) -> Callable[[str], str | None]:
    """Which category a text names: by its name, by what its headings in files call it, or by an
    initial category's name or alias, also when that was renamed since."""
    names = {name_key(category.name): category.name for category in categories}
    called = Section.objects.exclude(category=None).values_list("title", "category__name")
    for title, name in called.distinct():
        names.setdefault(name_key(title), name)
    by_slug = {category.slug: category.name for category in categories}
    initial = {category.name: by_slug.get(category.slug) for category in catalog.CATEGORIES}

    def category_named(text: str) -> str | None:
        return names.get(name_key(text)) or initial.get(catalog.category_named(text) or "")

    return category_named


def _stored_document(path: str) -> StoredDocument:
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
    rows = rows.defer("page__outline")
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
        trashed=bool(page and page.trashed_at),
    )


def _missing(folders: Sequence[str], met: set[str]) -> list[Change]:
    """Return the sections of documents that came from these folders and have no file any more."""
    if not folders:
        return []
    lost = Document.objects.filter(folder__in=folders).values_list("pk", "path")
    gone = [pk for pk, path in lost if path not in met]
    changes = []
    for some in chunks(gone):
        for section in _sections(document__in=some, gone=False).select_related("document"):
            stored = _stored(section)
            if stored.trashed:
                continue
            stays = "; its page stays" if stored.page else ""
            name = stored.name or stored.title
            detail = f"its file is no longer there{stays}"
            change = Change(Action.GONE, section.document.path, 0, name, detail)
            change.stored = stored
            changes.append(change)
    return changes
