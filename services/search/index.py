"""Install the search index, check it, and rebuild it from the notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TextIO

from django.apps import AppConfig
from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.models.signals import post_migrate, pre_migrate

from services.db.bulk import chunks, update_rows
from services.markdown.read.notes import Notes
from services.models import Page, Word
from services.search.backends import search_engine
from services.search.document import build_outline
from services.search.vocabulary import delete_words, store_words

BATCH_SIZE = 500
# The apps whose tables the views and triggers of the index use.
INDEXED_APPS = frozenset({"services", "taggit", "contenttypes"})


def install_after_migrations(app: AppConfig) -> None:
    """Install the index after each `migrate`, and drop its triggers before.

    Neither database can change a table that a view or a trigger uses.
    """
    pre_migrate.connect(_drop_triggers, sender=app)
    post_migrate.connect(_install, sender=app)


def _drop_triggers(plan: Sequence[tuple[Migration, bool]] = (), **facts: object) -> None:
    if any(migration.app_label in INDEXED_APPS for migration, _ in plan):
        search_engine().drop_triggers()


def _install(verbosity: int = 1, stdout: TextIO | None = None, **facts: object) -> None:
    count = install() if _is_migrated() else 0
    if count and verbosity and stdout:
        stdout.write(f"Indexed {count:,} pages for search.\n")


def _is_migrated() -> bool:
    """Whether the tables are those of this version, not of an older one after `migrate`."""
    with connection.cursor() as cursor:
        if Word._meta.db_table not in connection.introspection.table_names(cursor):
            return False
        columns = connection.introspection.get_table_description(cursor, Page._meta.db_table)
    return "outline" in {column.name for column in columns}


def install() -> int:
    """Create missing tables and triggers; if there were any, rebuild the index.

    Return the number of pages that were indexed.
    """
    with transaction.atomic():
        return rebuild() if search_engine().install() and Page.everything.exists() else 0


def rebuild() -> int:
    """Rebuild outlines, words and the index from the notes; return the number of pages."""
    engine, count = search_engine(), 0
    with transaction.atomic():
        # Locked first, as by all that write pages, so that nothing changes after it was read.
        list(Page.everything.order_by("pk").locked().values_list("pk"))
        with engine.defer_indexing():
            delete_words()
            for pages in _read_pages():
                count += len(pages)
                store_outlines(pages)
                store_words([page for page in pages if not page.trashed_at])
        engine.index_pages()
    return count


def store_outlines(pages: Sequence[Page], read: Mapping[int, Notes] | None = None) -> None:
    """Update the outlines of pages that do not match their notes.

    `read` has the parsed notes of pages, if the caller has them.
    """
    changed = []
    for page in pages:
        outline, page.outline = page.outline, build_outline(page, (read or {}).get(page.pk))
        if page.outline != outline:
            changed.append(page)
    update_rows(Page, changed, ["outline"])


def check() -> list[int]:
    """Return the pages whose outline or row of the index does not match; nothing is changed."""
    pages = (page for some in _read_pages() for page in some)
    stale = [page.pk for page in pages if page.outline != build_outline(page)]
    return sorted({*stale, *search_engine().find_stale()})


def _read_pages() -> Iterator[list[Page]]:
    ids = list(Page.everything.order_by("pk").values_list("pk", flat=True))
    for some in chunks(ids, BATCH_SIZE):
        yield list(Page.everything.filter(pk__in=some).defer("kept"))
