"""Write a plan to the database, completely or not at all."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from services.aws import catalog
from services.db.bulk import chunks, update_rows
from services.db.locks import lock_names, retry_deadlocks
from services.models import Category, OldAddress, Page, Reason, Section, StaleVersion
from services.models.slugs import Slugs
from services.pages.derive import derive
from services.pages.names import refresh_names, resolve_again
from services.pages.revisions import advance, record
from services.search.backends import search_engine
from services.sync.plan import Change, Plan, PlannedDocument, StoredSection
from services.sync.rows import save_documents, save_sections
from services.sync.tags import add_tags, drop_tags

# Called with a stage of the work, how many pages are done, and how many there are.
Progress = Callable[[str, int, int], None]
BATCH_SIZE = 500
# Columns of a page that an import may change.
COLUMNS = (
    "notes title abbreviation aliases kind category_id about_id aws_id"
    " version updated_at updated_by_id last_reason"
).split()


@retry_deadlocks
def apply_plan(plan: Plan, by: User | None = None, progress: Progress | None = None) -> None:
    """Write a plan, in one transaction.

    Raises StaleVersion if a page that it changes was saved after it was made, and Overtaken if
    what it adds has been added; nothing is written then.
    """
    try:
        with transaction.atomic(), search_engine().defer_indexing():
            _Writer(plan, by, progress or (lambda stage, done, total: None)).write()
    except IntegrityError as error:
        raise Overtaken from error


class Overtaken(Exception):
    """The same files or pages were added after the plan was made."""

    def __str__(self) -> str:
        return "Someone else imported or added the same in the meantime."


class _Writer:
    def __init__(self, plan: Plan, by: User | None, progress: Progress) -> None:
        self.plan, self.by, self.progress = plan, by, progress
        self.now = timezone.now()
        self.categories = {category.name: category for category in Category.objects.all()}
        # Pages that were there before, including those in the trash.
        self.stored: dict[int, Page] = {}
        self.created: list[Page] = []
        # Pages with a new version, and those of them whose rows are derived again.
        self.saved: list[Page] = []
        self.changed: list[Page] = []
        self.other_kind: set[int] = set()
        # Services by AWS id; a topic may have the id that it had as a service.
        self.services: dict[str, int] = {}

    def write(self) -> None:
        self.lock_pages()
        self.check_conflicts()
        lock_names()
        documents = save_documents(self.plan, self.now)
        ids = Page.objects.filter(kind=Page.Kind.SERVICE).exclude(aws_id="")
        self.services = dict(ids.values_list("aws_id", "pk"))
        self.create_pages()
        self.update_pages()
        self.order_pages()
        save_sections(self.plan, documents, self.categories)
        self.save_tags()
        self.derive_rows()
        self.record_revisions()

    # -- pages ---------------------------------------------------------------------------------

    def lock_pages(self) -> None:
        """Lock and read the pages of the files, in the order that all writers lock pages."""
        for some in chunks(sorted({change.page for change in self.plan.changes if change.page})):
            self.stored |= {page.pk: page for page in Page.everything.filter(pk__in=some).locked()}

    def check_conflicts(self) -> None:
        """Raise StaleVersion if a user has resolved a conflict since the plan was made."""
        stored = (change.stored for change in self.plan.changes)
        for some in chunks([each.pk for each in stored if each and each.theirs is not None]):
            resolved = Section.objects.filter(pk__in=some, theirs=None).select_related("page")
            if section := resolved.first():
                raise StaleVersion(section.page or Page(title=section.title))

    def create_pages(self) -> None:
        planned = [
            (document, change)
            for document in self.plan.documents
            for change in document.changes
            if change.stored is None and change.kind
        ]
        if not planned:
            return
        old = OldAddress.objects.values_list("slug", flat=True)
        slugs = Slugs([*Page.everything.values_list("slug", flat=True), *old])
        taken = set(Page.objects.exclude(aws_id="").values_list("aws_id", flat=True))
        last = Page.everything.aggregate(last=Max("position"))["last"] or 0
        for position, (document, change) in enumerate(planned, start=last + 1):
            page = self.new_page(document, change, position, taken)
            page.slug = slugs.take(page.title, page.kind)
            self.created.append(page)
        for some in chunks(self.created, BATCH_SIZE):
            Page.objects.bulk_create(some)
        about = []
        for page, (_, change) in zip(self.created, planned, strict=True):
            change.new_page = page.pk
            if page.is_service and page.aws_id:
                self.services[page.aws_id] = page.pk
            # The service is stored, or was planned before.
            if service := change.about:
                page.about_id = service if isinstance(service, int) else service.page
                about.append(page)
        update_rows(Page, about, ("about_id",))

    def new_page(
        self, document: PlannedDocument, change: Change, position: int, taken: set[str]
    ) -> Page:
        page = Page(
            kind=change.kind,
            category=self.categories[change.category] if change.kind == "service" else None,
            title=change.page_title,
            abbreviation=change.abbreviation,
            position=position,
            notes=change.text or "",
            created_at=document.matter.created or self.now,
            updated_at=self.now,
            updated_by=self.by,
            last_reason=Reason.IMPORT,
        )
        if change is document.changes[0]:
            page.aliases = list(document.facts.aliases)
        if page.is_service and (known := catalog.find_service(change.title)):
            page.aws_id = known.aws_id if known.aws_id not in taken else ""
            taken.add(known.aws_id)
        return page

    def update_pages(self) -> None:
        for document in self.plan.documents:
            for change in document.changes:
                if change.stored and change.stored.page and not change.stored.trashed:
                    self.update_page(document, change, change.stored)
        # In the order of the decisions, as a page may take the AWS id that another gave up.
        update_rows(Page, self.saved, COLUMNS)

    def update_page(self, document: PlannedDocument, change: Change, stored: StoredSection) -> None:
        before = document.stored if change is document.changes[0] else None
        tags, aliases = document.facts.tags, list(document.facts.aliases)
        new_tags = before is not None and set(tags) != set(before.tags)
        new_aliases = before is not None and aliases != list(before.aliases)
        named = bool(change.page_title or change.moved or new_aliases)
        if change.text is None and not named and not new_tags:
            return
        page = self.stored.get(stored.page or 0)
        if page is None or page.trashed_at or page.version != stored.version:
            raise StaleVersion(page or Page(title=stored.name))
        reworded = change.text is not None and change.text != page.notes
        if change.text is not None:
            page.notes = change.text
        if change.page_title:
            page.title, page.abbreviation = change.page_title, change.abbreviation
            self.set_aws_id(page, change.title)
        if change.moved:
            self.move(page, change)
        if new_aliases and before is not None:
            gone = set(before.aliases) - set(aliases)
            left = [alias for alias in page.aliases if alias not in gone]
            page.aliases = list(dict.fromkeys([*left, *aliases]))
        advance(page, self.by, Reason.IMPORT)
        self.saved.append(page)
        # Questions depend on a page's kind and title, the outline on its names.
        if reworded or named:
            self.changed.append(page)

    def move(self, page: Page, change: Change) -> None:
        """Put a page into another category, or among the topics."""
        if page.kind != change.kind:
            self.other_kind.add(page.pk)
            page.kind = change.kind
            if not page.aws_id or self.services.get(page.aws_id, page.pk) != page.pk:
                self.set_aws_id(page, page.title)
            elif page.is_service:
                self.services[page.aws_id] = page.pk
            else:
                self.services.pop(page.aws_id, None)
        page.category = self.categories[change.category] if change.category else None
        page.about = None

    def set_aws_id(self, page: Page, title: str) -> None:
        """Give a page the AWS id that goes with a title, if no other service has it."""
        if self.services.get(page.aws_id) == page.pk:
            del self.services[page.aws_id]
        known = catalog.find_service(title) if page.is_service else None
        page.aws_id = known.aws_id if known and known.aws_id not in self.services else ""
        if page.aws_id:
            self.services[page.aws_id] = page.pk

    def order_pages(self) -> None:
        """Put the pages of each file that was imported before in the order of its sections."""
        pages = {pk: page for pk, page in self.stored.items() if not page.trashed_at}
        pages |= {page.pk: page for page in self.created}
        moved = []
        for document in self.plan.documents:
            if not document.stored:
                continue
            found = [(c, pages[c.page]) for c in document.changes if c.page and c.page in pages]
            places = iter(sorted(page.position for change, page in found if change.stored))
            place = 0
            for change, page in found:
                place = next(places, place) if change.stored else place
                if place and page.position != place:
                    page.position = place
                    moved.append(page)
        update_rows(Page, moved, ("position",))

    # -- tags, derived rows and revisions ------------------------------------------------------

    def save_tags(self) -> None:
        """Add the front matter's tags to each file's first page; remove those it has dropped."""
        added: list[tuple[int, str]] = []
        dropped: list[tuple[int, str]] = []
        for document in self.plan.documents:
            page = document.changes[0].page if document.changes else None
            before = document.stored.tags if document.stored else ()
            if page:
                added += [(page, tag) for tag in document.facts.tags if tag not in before]
                dropped += [(page, tag) for tag in before if tag not in document.facts.tags]
        drop_tags(dropped)
        add_tags(added)

    def read_renamed_pages(self) -> list[Page]:
        """Return pages whose names may have changed: a file's first page has the file's name."""
        documents = [document.stored.pk for document in self.plan.documents if document.stored]
        lost = [change.page for change in self.plan.missing if change.page]
        pages = {page.pk: page for page in self.saved}
        found = Page.objects.defer("notes", "outline")
        for some in chunks(documents):
            pages |= found.filter(section__document__in=some).in_bulk()
        for some in chunks(lost):
            pages |= found.in_bulk(some)
        return list(pages.values())

    def derive_rows(self) -> None:
        # Existing rows follow the new names first; those derived below use them.
        known = refresh_names(self.read_renamed_pages(), other_kind=self.other_kind)
        resolve_again(refresh_names(self.created) | known)
        total, done = len(self.created) + len(self.changed), 0
        for pages in (self.created, self.changed):
            for some in chunks(pages, BATCH_SIZE):
                derive(some, fresh=pages is self.created)
                for page in some:
                    # It is stored, and would only take memory.
                    page.__dict__.pop("outline", None)
                done += len(some)
                self.progress("index", done, total)

    def record_revisions(self) -> None:
        """Write a revision of every page that is new or was changed, even if only in its tags."""
        for some in chunks(self.created, BATCH_SIZE):
            record(some, created=True)
        for some in chunks(self.saved, BATCH_SIZE):
            record(some)
