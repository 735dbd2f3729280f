"""The index put in place, checked, and made anew from the notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_migrate

from services.bulk import chunks, update_rows
from services.models import Page, Word
from services.search.engine import engine
from services.search.outline import outline_of
from services.search.vocabulary import learn

BATCH = 500


@dataclass(frozen=True, slots=True)
class Check:
    """The pages whose outline, and those whose row of the index, is not what the notes say."""

    outlines: list[int]
    rows: list[int]

    def __bool__(self) -> bool:
        return bool(self.outlines or self.rows)


def install_after_migrations(app: AppConfig) -> None:
    """Have the index put in place after each `migrate`: migrations know nothing of it, and SQLite's
    way to change a table drops its triggers."""
    post_migrate.connect(_install, sender=app)


def _install(verbosity: int = 1, stdout: Any = None, **facts: Any) -> None:
    count = install()
    if count and verbosity and stdout:
        stdout.write(f"Indexed {count:,} pages for search.\n")


def install() -> int:
    """Put tables and triggers in place; where some were missing, the index is made anew.

    How many pages were indexed for that.
    """
    with transaction.atomic():
        return rebuild() if engine().install() and Page.everything.exists() else 0


def rebuild() -> int:
    """Make outlines, words and the index anew from the notes; how many pages there are."""
    index, count = engine(), 0
    with transaction.atomic():
        with index.at_once():
            Word.objects.all().delete()
            for pages in _pages():
                count += len(pages)
                changed = []
                for page in pages:
                    outline, page.outline = page.outline, outline_of(page)
                    if page.outline != outline:
                        changed.append(page)
                update_rows(Page, changed, ["outline"])
                learn([page for page in pages if not page.trashed_at])
        index.index()
    return count


def check() -> Check:
    """Compare all with what it should be; nothing is changed."""
    stale = [page.pk for pages in _pages() for page in pages if page.outline != outline_of(page)]
    return Check(stale, engine().wrong())


def _pages() -> Iterator[list[Page]]:
    ids = list(Page.everything.order_by("pk").values_list("pk", flat=True))
    for some in chunks(ids, BATCH):
        yield list(Page.everything.filter(pk__in=some).defer("kept"))
