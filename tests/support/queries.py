"""How many queries a request makes; to begin and end a transaction is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def queries(work: Callable[[], Any]) -> list[str]:
    """The SQL of what `work` asked the database for."""
    with CaptureQueriesContext(connection) as captured:
        work()
    asked = [str(query["sql"]) for query in captured.captured_queries]
    return [sql for sql in asked if not sql.upper().startswith(TRANSACTION)]
