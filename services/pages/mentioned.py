"""Which checklist items may name a page, as far as a database can tell without cutting them up."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Func, IntegerField, Q
from django.db.models.functions import Length

from services.aws.catalog import name_key
from services.models import ChecklistItem

# Beyond this many names at once, as in an import, most items would be found anyhow.
MOST_NAMES = 40
LETTERS = re.compile(r"[0-9a-z]+")


class Bytes(Func):
    """How many bytes a text has."""

    output_field = IntegerField()
    function = "OCTET_LENGTH"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        # OCTET_LENGTH came with SQLite 3.43.
        template = "LENGTH(CAST(%(expressions)s AS BLOB))"
        return self.as_sql(compiler, connection, template=template, **context)


def items_that_may_name(keys: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Item, page and text of items among which are all whose `mentions` have one of these keys.

    A text of ASCII alone has the letters and digits of each name in it as they are. In others
    "ſ" counts as "s", "①" as "1", which databases do not know: those are looked at here.
    """
    rows = ChecklistItem.objects.order_by().values_list("pk", "page_id", "text")
    # The longest run of letters of each name; one without any could be made of anything.
    runs = {max(LETTERS.findall(name), key=len, default="") for name in keys}
    if "" in runs or len(runs) > MOST_NAMES:
        yield from rows.iterator(chunk_size=5000)
        return
    runs = {run for run in runs if not any(other in run for other in runs - {run})}
    asked = Q(pk__in=())
    for run in runs:
        asked |= Q(text__icontains=run)
    rows = rows.annotate(size=Bytes("text")).filter(asked | ~Q(size=Length("text")))
    for pk, page_id, text in rows.values_list("pk", "page_id", "text").iterator(chunk_size=5000):
        plain = name_key(text)
        if any(run in plain for run in runs):
            yield pk, page_id, text
