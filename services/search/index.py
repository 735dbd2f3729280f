"""The index put in place, checked, and made anew from the notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from django.apps import AppConfig
from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.models.signals import post_migrate, pre_migrate

from services.db.bulk import chunks, update_rows
from services.markdown.read.notes import Notes
from services.models import Page, Word
from services.search.backends import search_engine
from services.search.document import outline_of
from services.search.vocabulary import forget, learn

BATCH = 500
# The apps in whose tables the index finds what it is made of.
LOOKED_AT = frozenset({"services", "taggit", "contenttypes"})


@dataclass(frozen=True, slots=True)
class Check:
    """The pages whose outline, and those whose row of the index, is not what the notes say."""

    outlines: list[int]
    rows: list[int]

    def __bool__(self) -> bool:
        return bool(self.outlines or self.rows)


def install_after_migrations(app: AppConfig) -> None:
    """Have the index put in place after each `migrate`, and out of its way before: migrations know
    nothing of it, and neither database changes a table that a view or a trigger looks at."""
    pre_migrate.connect(_let_go, sender=app)
    post_migrate.connect(_install, sender=app)


def _let_go(plan: Sequence[tuple[Migration, bool]] = (), **facts: object) -> None:
    if any(migration.app_label in LOOKED_AT for migration, _ in plan):
        search_engine().let_go()


def _install(verbosity: int = 1, stdout: TextIO | None = None, **facts: object) -> None:
    if not _migrated():
        return
    count = install()
    if count and verbosity and stdout:
        stdout.write(f"Indexed {count:,} pages for search.\n")


def _migrated() -> bool:
    """Are the tables as this version knows them? After a `migrate` to an older one they are not."""
    with connection.cursor() as cursor:
        if Word._meta.db_table not in connection.introspection.table_names(cursor):
            return False
        columns = connection.introspection.get_table_description(cursor, Page._meta.db_table)
    return "outline" in {column.name for column in columns}


def install() -> int:
    """Put tables and triggers in place; where some were missing, the index is made anew.

    How many pages were indexed for that.
    """
    with transaction.atomic():
        return rebuild() if search_engine().install() and Page.everything.exists() else 0


def rebuild() -> int:
    """Make outlines, words and the index anew from the notes; how many pages there are."""
    index, count = search_engine(), 0
    with transaction.atomic():
        # First, as everybody who writes: what is read below is what others left, and will be.
        list(Page.everything.order_by("pk").locked().values_list("pk"))
        with index.at_once():
            forget()
            for pages in _pages():
                count += len(pages)
                store_outlines(pages)
                learn([page for page in pages if not page.trashed_at])
        index.index()
    return count


def store_outlines(pages: Sequence[Page], read: Mapping[int, Notes] | None = None) -> None:
    """Bring the outlines of pages in line with their notes, writing those alone that were not.

    `read` is what was read of their notes, by page, where that is known.
    """
    changed = []
    for page in pages:
        outline, page.outline = page.outline, outline_of(page, (read or {}).get(page.pk))
        if page.outline != outline:
            changed.append(page)
    update_rows(Page, changed, ["outline"])


def check() -> Check:
    """Compare all with what it should be; nothing is changed."""
    stale = [page.pk for pages in _pages() for page in pages if page.outline != outline_of(page)]
    return Check(stale, search_engine().wrong())


def _pages() -> Iterator[list[Page]]:
    ids = list(Page.everything.order_by("pk").values_list("pk", flat=True))
    for some in chunks(ids, BATCH):
        yield list(Page.everything.filter(pk__in=some).defer("kept"))
