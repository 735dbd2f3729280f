"""Inserts and updates of many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import connection, models

# SQLite takes 32,766 parameters a query; a tenth of that keeps a query's text short.
CHUNK_SIZE = 3_000
Value = str | int | float | datetime | None
T = TypeVar("T")


def chunks(values: Sequence[T], size: int = CHUNK_SIZE) -> Iterator[Sequence[T]]:
    """Yield a sequence in pieces that fit in a query as parameters."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def insert_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Value]]
) -> None:
    """Insert rows through the database driver, without returning them.

    For derived rows in a large import: measured three times as fast as `bulk_create`, which
    builds an object for each row and prepares each value separately. Values must be plain (text,
    numbers, None), and the other columns must have a default in the database or be nullable.
    """
    rows = list(rows)
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns)
    places = ", ".join(["%s"] * len(columns))
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608


def update_rows(
    model: type[models.Model], rows: Sequence[models.Model], columns: Sequence[str]
) -> None:
    """Update some columns of existing rows, with a statement for each row.

    `bulk_update` builds one expression for all rows: measured ten times as slow for the 300 items
    of a long page.
    """
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if field.column in columns]
    values = [
        (*(f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields), row.pk)
        for row in rows
    ]
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(str(field.column))} = %s" for field in fields)
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE id = %s", values)  # noqa: S608
