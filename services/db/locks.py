"""Locks between concurrent writers, and retries after a deadlock.

A writer locks pages first (`PageQuerySet.locked`), several in one statement by their key, and
names after them. SQLite has only one writer at a time; the others in a process wait for it here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

P = ParamSpec("P")
R = TypeVar("R")
# Numbers that nothing else in this database locks.
NAMES, FILES = 0x6B62_6E61, 0x6B62_6669
MAX_ATTEMPTS = 3
DEADLOCK = "40P01"
_sqlite_writer = threading.RLock()


def retry_deadlocks(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function that writes in one transaction: run it again after a deadlock.

    PostgreSQL ends one of the transactions that wait for each other. Inside another transaction
    nothing is retried, since all of that one is lost. On SQLite the function waits for its turn.
    """

    @wraps(function)
    def retrying(*args: P.args, **kwargs: P.kwargs) -> R:
        with _sqlite_turn():
            for _ in range(MAX_ATTEMPTS - 1):
                try:
                    return function(*args, **kwargs)
                except OperationalError as error:
                    if connection.in_atomic_block or not is_deadlock(error):
                        raise
            return function(*args, **kwargs)

    return retrying


def atomic_with_retries(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function: run it in a transaction, and again in a new one after a deadlock."""
    return retry_deadlocks(transaction.atomic(function))


def _sqlite_turn() -> AbstractContextManager[object]:
    """Let only one thread of this process ask SQLite for the right to write; others wait here.

    SQLite lets a waiting writer try ten times a second: among many, one may find the lock taken
    each time and fail in the end. Such a wait also holds its connection: Python's garbage
    collector, run by the thread that writes, may wait for that very connection, and every thread
    with it. A thread that is already in a transaction does not wait here.
    """
    waits = connection.vendor == "sqlite" and not connection.in_atomic_block
    return _sqlite_writer if waits else nullcontext()


def is_deadlock(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == DEADLOCK


def lock_names_shared() -> None:
    """Prevent changes to names until this transaction ends, because it writes links.

    Otherwise a link and the page that it names, written at the same moment, would miss each
    other.
    """
    _lock("pg_advisory_xact_lock_shared", NAMES)


def lock_names() -> None:
    """Prevent others from changing names, or writing links, until this transaction ends.

    Call it before a page's names or address are written, and never after `lock_names_shared`: two
    transactions that share the lock and both want it alone wait for each other.
    """
    _lock("pg_advisory_xact_lock", NAMES)


def lock_files() -> None:
    """Prevent others from adding files until this transaction ends, so that counts hold.

    Call it first in a transaction, which must be short: every other upload waits for it.
    """
    _lock("pg_advisory_xact_lock", FILES)


def _lock(function: str, number: int) -> None:
    # SQLite has only one transaction that writes at a time (kb/settings.py).
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [number])
