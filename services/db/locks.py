"""People who write at the same time: who waits for whom, and what is done where two would for ever.

Whoever writes locks pages first (`PageQuerySet.locked`), several in one statement by their key,
and names after them. On SQLite one person writes at a time anyhow: the others of a process stand
in line for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")
# Any numbers that nothing else in this database locks.
NAMES, FILES = 0x6B62_6E61, 0x6B62_6669
ATTEMPTS = 3
DEADLOCK = "40P01"
_turn = threading.RLock()


def retried(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function that writes in one transaction begin anew when the database ends it.

    Of transactions that wait for each other, PostgreSQL ends one. Inside another transaction
    nothing is retried: the whole of that one is lost. On SQLite it waits for its turn.
    """

    @wraps(function)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        with _in_line():
            for _ in range(ATTEMPTS - 1):
                try:
                    return function(*args, **kwargs)
                except OperationalError as error:
                    if connection.in_atomic_block or not is_deadlock(error):
                        raise
            return function(*args, **kwargs)

    return again


def _in_line() -> AbstractContextManager[object]:
    """On SQLite, only one thread of this process asks for the right to write; others wait here.

    SQLite lets whoever waits look again ten times a second: among many, one may find it taken each
    time, and is refused in the end. Such a wait also holds its connection: Python's garbage
    collector, run by the thread that writes, may wait for just that connection, and every thread
    with it. Who has begun to write already must not wait for those who want to.
    """
    waits = connection.vendor == "sqlite" and not connection.in_atomic_block
    return _turn if waits else nullcontext()


def is_deadlock(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == DEADLOCK


def hold_names() -> None:
    """Until this transaction ends nobody changes which page has a name: links are written now.

    Otherwise a link, and the page that it asks for, written at the same moment would not see
    each other.
    """
    _lock("pg_advisory_xact_lock_shared", NAMES)


def change_names() -> None:
    """Until this transaction ends nobody else changes names, or writes what depends on them.

    Call it before a page's names or address are written, and never after `hold_names`: two who
    hold names and want to change them wait for each other.
    """
    _lock("pg_advisory_xact_lock", NAMES)


def add_files() -> None:
    """Until this transaction ends nobody else adds a file: what is counted, and looked for, holds.

    Call it first in a transaction, which is to be short: all who add files wait for it.
    """
    _lock("pg_advisory_xact_lock", FILES)


def _lock(function: str, what: int) -> None:
    # On SQLite whoever has begun a transaction is the only one who writes (kb/settings.py).
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [what])
