"""Read what is stored, and plan an import by it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from django.db.models import F, Q, QuerySet

from services.aws import catalog
from services.aws.catalog import name_key
from services.db.bulk import chunks
from services.markdown.edit.attachment_paths import find_attachment_ids, import_paths
from services.models import Category, Document, Page, Section
from services.sync.export_attachments import find_stored
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
from services.sync.titles import TitleRegistry


def plan_import(
    files: Iterable[SourceFile],
    *,
    folders: Sequence[str] = (),
    refused: list[Refused] | None = None,
) -> Plan:
    """Plan the import of files by what is stored; write nothing.

    `folders` are the folders that are imported as a whole: documents from them that have no file
    any more are reported. `refused` becomes the plan's list of refused files; reading `files` may
    add to it.
    """
    digests: dict[str, str] = dict(Document.objects.values_list("path", "digest"))
    changed = set(_changed_sections().values_list("document__path", flat=True))
    problems = [] if refused is None else refused
    seen: set[str] = set()
    same: list[str] = []

    def read_changed() -> Iterator[IncomingFile]:
        for file in files:
            seen.add(file.path)
            if digests.get(file.path) == file.digest and file.path not in changed:
                same.append(file.path)
                continue
            try:
                yield _restore_addresses(read_incoming(file))
            except FileRefused as error:
                problems.append(Refused(file.path, str(error)))

    plan = make_plan(read_changed(), read_known(digests))
    plan.refused = problems
    for some in chunks(same):
        plan.untouched += Section.objects.filter(document__path__in=some, gone=False).count()
    lost = Document.objects.filter(folder__in=folders).values_list("pk", "path")
    for keys in chunks([pk for pk, path in lost if path not in seen]):
        for section in _sections(document__in=keys, gone=False).select_related("document"):
            stored = _read_section(section)
            if not stored.trashed:
                detail = "its file is no longer there" + ("; its page stays" if stored.page else "")
                path = section.document.path
                gone = Change(Action.GONE, path, 0, stored.label, detail, stored=stored)
                plan.missing.append(gone)
    return plan


def _restore_addresses(file: IncomingFile) -> IncomingFile:
    """Return a file with addresses in place of paths that an export wrote for stored files."""
    known = find_stored(find_attachment_ids(file.text))
    return replace(file, text=import_paths(file.text, file.path.count("/"), known))


def _changed_sections() -> QuerySet[Section]:
    """Return sections with a changed page or an open conflict, and those that may be back."""
    changed = Q(page__isnull=False) & ~Q(page__notes=F("base"))
    text = Q(page__isnull=True) & ~Q(text=F("base"))
    return Section.objects.filter(changed | text | Q(theirs__isnull=False) | Q(gone=True))


def read_known(paths: Collection[str] = ()) -> Known:
    """Read what planning needs of the database; a document, of those with `paths`, only when a
    file needs it."""
    titles: TitleRegistry[int | Change] = TitleRegistry()
    rows = Page.objects.values_list("pk", "kind", "title", "abbreviation", "aws_id")
    for pk, kind, title, abbreviation, aws_id in rows.iterator(chunk_size=5000):
        titles.add_title(title)
        if kind == Page.Kind.SERVICE:
            titles.add_service(pk, title, aws_id)
            if abbreviation:
                titles.add_service(pk, abbreviation, aws_id)
    categories = list(Category.objects.all())
    # Services without a category of their own are in Other; if that was deleted, in the last one.
    last = sorted(categories, key=lambda category: category.slug == "other")[-1:]
    fallback = last[0].name if last else ""

    def find_document(path: str) -> StoredDocument | None:
        return _read_document(path) if path in paths else None

    return Known(_name_categories(categories), find_document, titles, fallback)


def _name_categories(categories: Sequence[Category]) -> Callable[[str], str | None]:
    """Return a function that returns the category a text names.

    It names one by its name, by what its headings in files call it, or by an initial category's
    name or alias, also if that was renamed since.
    """
    names = {name_key(category.name): category.name for category in categories}
    called = Section.objects.exclude(category=None).values_list("title", "category__name")
    for title, name in called.distinct():
        names.setdefault(name_key(title), name)
    by_slug = {category.slug: category.name for category in categories}
    initial = {category.name: by_slug.get(category.slug) for category in catalog.CATEGORIES}

    def category_named(text: str) -> str | None:
        return names.get(name_key(text)) or initial.get(catalog.category_named(text) or "")

    return category_named


def _read_document(path: str) -> StoredDocument:
    document = Document.objects.get(path=path)
    sections = [_read_section(section) for section in _sections(document=document)]
    return StoredDocument(document.pk, document.tags, document.aliases, sections)


def _sections(**which: object) -> QuerySet[Section]:
    rows = Section.objects.filter(**which).select_related("page", "category")
    return rows.defer("page__outline").order_by("document", "gone", "position")


def _read_section(section: Section) -> StoredSection:
    page = section.page
    return StoredSection(
        pk=section.pk,
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
