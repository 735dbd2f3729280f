"""What `make bench` measures of attachments: their addresses, and pages that have many.

From a bucket that is not there: signing an address asks nobody.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings

from services.attachments.store import store
from services.models import Attachment, Page
from services.pages.revise import revise
from tests.bench.editing import editor, medians_ms, queries_of
from tests.support.pages import make_topic

Row = Callable[..., None]
FILES = 50
NOWHERE = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_STORAGE_BUCKET_NAME": "bench",
    "AWS_S3_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_S3_REGION_NAME": "us-east-1",
}


def with_files(number: int) -> Page:
    """A page with that many files, all of which its notes show."""
    page = make_topic(title=f"A page with {number} files")
    rows = [
        store(io.BytesIO(f"file {n}".encode()), name=f"{n}.txt", page=page) for n in range(number)
    ]
    revise(
        page, "\n\n".join(f"[{n}]({r.get_absolute_url()})" for n, r in enumerate(rows)), version=1
    )
    return page


def bench_addresses(row: Row, client: Client, found: Attachment) -> None:
    from kb.settings import uploads

    # Who asks takes two.
    whoever = queries_of(lambda: client.get("/login/"))
    address = found.get_absolute_url()
    for where, storage in (("folder", None), ("bucket", uploads)):
        wanted = settings.STORAGES | ({"default": storage()} if storage else {})
        with override_settings(STORAGES=wanted):

            def signed_anew() -> None:
                cache.clear()
                client.get(address).close()

            def known() -> None:
                client.get(address).close()

            count = queries_of(known) - whoever
            row(f"open a file, from a {where}", f"{count} queries", "at most 3", count <= 3)
            first, later = medians_ms([signed_anew, known])
            row("  time, signed anew", f"{first:.1f} ms", "under 5 ms", first < 5)
            row("  time, known for a while", f"{later:.1f} ms", "under 5 ms", later < 5)


def bench_pages(row: Row, client: Client, many: Page) -> None:
    none = with_files(0)
    counts = [queries_of(lambda p=p: client.get(p.get_absolute_url())) for p in (none, many)]
    more = counts[1] - counts[0]
    row(f"a page with {FILES} files against none", f"{more:+} queries", "at most +2", more <= 2)


def bench_files(row: Row) -> None:
    """All figures of files, in the database that is there."""
    os.environ.update(NOWHERE)
    client = editor()
    many = with_files(FILES)
    first = Attachment.objects.filter(page=many).first()
    assert first is not None
    bench_addresses(row, client, first)
    bench_pages(row, client, many)
