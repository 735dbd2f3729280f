"""What is promised holds on PostgreSQL too: the same tests, on a server of their own.

Those are repeated whose outcome a database has a part in: what is written, in which order it comes
back, what is found, what two do at once. What a page says around it is seen once, on SQLite.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.support.postgres import postgres

SAME_TESTS = [
    "tests/sync/test_import.py",
    "tests/sync/test_export.py",
    "tests/sync/test_import_attachments.py",
    "tests/sync/test_export_attachments.py",
    "tests/models/test_pages.py",
    "tests/sync/test_import_with_trash.py",
    "tests/pages/test_revisions.py",
    "tests/pages/test_save.py",
    "tests/pages/test_trash.py",
    "tests/pages/test_restore.py",
    "tests/pages/test_tick.py",
    "tests/pages/test_answer.py",
    "tests/pages/test_derived_state.py",
    "tests/pages/test_edit.py",
    "tests/pages/test_resolve_conflict.py",
    "tests/attachments/test_races.py",
    "tests/attachments/test_store.py",
    "tests/attachments/test_manage.py",
    "tests/admin/test_drafts.py",
    "tests/pages/test_rename.py",
    "tests/pages/test_drafts.py",
    "tests/pages/test_drafts_on_save.py",
    "tests/pages/test_drafts_of_questions.py",
    "tests/admin/test_trash.py",
    "tests/admin/test_merge.py",
    "tests/views/test_changes.py",
    "tests/views/test_questions.py",
    "tests/soak/test_any_order.py",
    "tests/db/test_locks.py",
    "tests/pages/test_names.py",
    "tests/search/test_search.py",
    "tests/search/test_index.py",
    "tests/search/test_concurrent_index.py",
    "tests/search/test_judged.py",
    "tests/sync/test_real_notes.py::test_a_second_import_and_a_rederive_change_nothing",
    # Every page of the site, whatever it asks for.
    "tests/views/test_access.py::test_what_everyone_may_see",
]
# Where files are kept and how often it is asked is no matter of the database, nor are odd texts.
OPTIONS = ["-k", "not [s3 and not queries and not every_text"]


@pytest.fixture(scope="module")
def database():
    with postgres() as address:
        yield address


def test_the_same_tests_pass_on_postgresql(database, tmp_path):
    environment = os.environ | {"DATABASE_URL": database, "KB_VAR_DIR": str(tmp_path)}
    # The server goes with its database: there is none to drop afterwards.
    options = ["-q", "-p", "no:cacheprovider", "--reuse-db", *OPTIONS]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *SAME_TESTS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
