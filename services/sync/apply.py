"""A plan put into rows: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from services.aws import catalog
from services.db.bulk import chunks
from services.db.locks import lock_names, retry_deadlocks
from services.models import Category, OldAddress, Page, Reason, Section, StaleVersion
from services.models.slugs import Slugs
from services.pages.derive import derive
from services.pages.names import refresh_names, resolve_again
from services.pages.revisions import advance, record
from services.search.backends import search_engine
from services.sync.document_rows import save_documents
from services.sync.plan import Change, Plan, PlannedDocument, StoredSection
from services.sync.section_rows import save_sections
from services.sync.tags import add_tags, drop_tags

# Called with a stage of the work, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]
BATCH = 500


@retry_deadlocks
def apply_plan(plan: Plan, by: User | None = None, progress: Progress | None = None) -> None:
    """Write a plan, in one transaction.

    Raises StaleVersion, and writes nothing, when a page that it changes was saved since it was
    made, and Overtaken when what it adds is there by now.
    """
    try:
        with transaction.atomic(), search_engine().at_once():
            _Writer(plan, by, progress or (lambda stage, done, total: None)).write()
    except IntegrityError as error:
        raise Overtaken from error


class Overtaken(Exception):
    """Somebody else added the same files or pages while a plan was waiting or being written."""

    def __str__(self) -> str:
        return "Somebody else imported or added the same meanwhile."


class _Writer:
    def __init__(self, plan: Plan, by: User | None, progress: Progress) -> None:
        self.plan, self.by, self.progress = plan, by, progress
        self.now = timezone.now()
        self.categories = {category.name: category for category in Category.objects.all()}
        # The pages that were planned, by the identity of their change.
        self.pages: dict[int, Page] = {}
        self.created: list[Page] = []
        self.changed: list[Page] = []
        self.saved: list[Page] = []
        self.other_kind: set[int] = set()

    def write(self) -> None:
        self.lock_pages()
        self.check_clashes()
        lock_names()
        documents = save_documents(self.plan, self.now)
        self.create_pages()
        self.update_pages()
        save_sections(self.plan, documents, self.pages, self.categories)
        self.save_tags()
        self.derive()
        self.record()

    # -- pages ---------------------------------------------------------------------------------

    def lock_pages(self) -> None:
        """Lock the pages that the files became, in the order in which everybody locks pages."""
        stored = (change.stored for change in self.plan.changes)
        for some in chunks(sorted({one.page for one in stored if one and one.page})):
            list(Page.everything.filter(pk__in=some).locked().only("pk"))

    def check_clashes(self) -> None:
        """Raise StaleVersion where a person has decided a clash since the plan was made."""
        stored = (change.stored for change in self.plan.changes)
        waiting = [one.pk for one in stored if one and one.theirs is not None]
        for some in chunks(waiting):
            decided = Section.objects.filter(pk__in=some, theirs=None).select_related("page")
            for section in decided[:1]:
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
            self.pages[id(change)] = page
            self.created.append(page)
        about = [(self.pages[id(change)], change.about) for _, change in planned if change.about]
        for some in chunks(self.created, BATCH):
            Page.objects.bulk_create(some)
        for page, service in about:
            page.about_id = service if isinstance(service, int) else self.pages[id(service)].pk
        Page.objects.bulk_update([page for page, _ in about], ["about"], batch_size=BATCH)

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
            page.aliases = list(document.aliases)
        if page.is_service and (known := catalog.find_service(change.title)):
            page.aws_id = known.aws_id if known.aws_id not in taken else ""
            taken.add(known.aws_id)
        return page

    def update_pages(self) -> None:
        for document in self.plan.documents:
            for change in document.changes:
                if change.stored and change.stored.page and not change.stored.trashed:
                    self.update_page(document, change, change.stored)
            self.order_pages(document)

    def update_page(self, document: PlannedDocument, change: Change, stored: StoredSection) -> None:
        before = document.stored if change is document.changes[0] else None
        aliases = before is not None and list(document.aliases) != list(before.aliases)
        if change.text is None and not change.page_title and not change.moved and not aliases:
            return
        page = Page.objects.filter(pk=stored.page or 0).first()
        if page is None or page.version != stored.version:
            raise StaleVersion(page or Page(title=stored.name))
        if change.text is not None and change.text != page.notes:
            page.notes = change.text
            self.changed.append(page)
        if change.page_title:
            page.title, page.abbreviation = change.page_title, change.abbreviation
            page.aws_id = self.aws_id(page, change.title)
        if change.moved:
            self.move(page, change)
        if aliases and before is not None:
            gone = set(before.aliases) - set(document.aliases)
            kept = [alias for alias in page.aliases if alias not in gone]
            page.aliases = list(dict.fromkeys([*kept, *document.aliases]))
        advance(page, self.by, Reason.IMPORT)
        page.save()
        self.saved.append(page)
        if page not in self.changed and (change.moved or change.page_title or aliases):
            # What a question is depends on a page's kind and title, its outline on its names.
            self.changed.append(page)

    def move(self, page: Page, change: Change) -> None:
        """Put a page into another category, or among the topics."""
        if page.kind != change.kind:
            self.other_kind.add(page.pk)
            page.kind = change.kind
            others = Page.objects.filter(kind=Page.Kind.SERVICE).exclude(pk=page.pk)
            if not page.aws_id or others.filter(aws_id=page.aws_id).exists():
                page.aws_id = self.aws_id(page, page.title)
        page.category = self.categories[change.category] if change.category else None
        page.about = None

    def aws_id(self, page: Page, title: str) -> str:
        """The AWS id that a page has under a title, if no other service has it."""
        known = catalog.find_service(title) if page.is_service else None
        others = Page.objects.filter(kind=Page.Kind.SERVICE).exclude(pk=page.pk)
        return known.aws_id if known and not others.filter(aws_id=known.aws_id).exists() else ""

    def order_pages(self, document: PlannedDocument) -> None:
        """Give the pages of a file that was there before the order of their sections."""
        if not document.stored:
            return
        ids = [
            change.stored.page if change.stored else getattr(self.pages.get(id(change)), "pk", None)
            for change in document.changes
        ]
        pages = Page.objects.only("position").in_bulk([pk for pk in ids if pk])
        ids = [pk for pk in ids if pk in pages]
        old = {change.stored.page for change in document.changes if change.stored}
        places = iter(sorted(pages[pk].position for pk in ids if pk and pk in old))
        moved, place = [], 0
        for pk in ids:
            if not pk:
                continue
            place = next(places, place) if pk in old else place
            if pages[pk].position != place and place:
                pages[pk].position = place
                moved.append(pages[pk])
        Page.objects.bulk_update(moved, ["position"], batch_size=BATCH)

    # -- what belongs to pages -----------------------------------------------------------------

    def save_tags(self) -> None:
        """Put front matter's tags on each file's first page; take off those it has dropped."""
        wanted: list[tuple[int, str]] = []
        revised = {page.pk for page in self.saved}
        for document in self.plan.documents:
            first = next(iter(document.changes), None)
            page = self.pages.get(id(first)) if first else None
            pk = page.pk if page else first.stored.page if first and first.stored else None
            before = set(document.stored.tags) if document.stored else set()
            if pk is None or before == set(document.tags):
                continue
            drop_tags(pk, before - set(document.tags))
            wanted += [(pk, tag) for tag in document.tags if tag not in before]
            if page is None and pk not in revised:
                self.revise_tags(pk)
        if wanted:
            add_tags(wanted)

    def revise_tags(self, pk: int) -> None:
        """A page of which nothing else changes is another version, too."""
        page = Page.objects.filter(pk=pk).first()
        if page is None:
            raise StaleVersion(Page.everything.filter(pk=pk).first() or Page(title="A page"))
        advance(page, self.by, Reason.IMPORT)
        page.save()
        self.saved.append(page)

    def of_known_files(self) -> list[Page]:
        """The pages whose names may have changed: also by being a file's first page, or not."""
        known = [document.stored.pk for document in self.plan.documents if document.stored]
        pages = {page.pk: page for page in self.saved}
        for some in chunks(known):
            pages |= (
                Page.objects.filter(section__document__in=some).defer("notes", "outline").in_bulk()
            )
        lost = [c.stored.page for c in self.plan.missing if c.stored and c.stored.page]
        for some in chunks(lost):
            pages |= Page.objects.filter(pk__in=some).defer("notes", "outline").in_bulk()
        return list(pages.values())

    def derive(self) -> None:
        # Rows that are there already follow the new names first; those derived below know them.
        known = refresh_names(self.of_known_files(), other_kind=self.other_kind)
        resolve_again(refresh_names(self.created) | known)
        total, done = len(self.created) + len(self.changed), 0
        for pages in (self.created, self.changed):
            for some in chunks(pages, BATCH):
                derive(some, fresh=pages is self.created)
                for page in some:
                    # It is stored, and nobody asks for it here.
                    page.__dict__.pop("outline", None)
                done += len(some)
                self.progress("index", done, total)

    def record(self) -> None:
        """A revision for every page that is new or was changed, also in its tags alone."""
        for some in chunks(self.created, BATCH):
            record(some, created=True)
        for some in chunks(self.saved, BATCH):
            record(some)
