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
from tests.postgres import postgres

SAME_TESTS = [
    "tests/test_import.py",
    "tests/test_export.py",
    "tests/test_import_files.py",
    "tests/test_export_files.py",
    "tests/test_pages_model.py",
    "tests/test_import_trash.py",
    "tests/test_revisions.py",
    "tests/test_saving.py",
    "tests/test_trash.py",
    "tests/test_restore.py",
    "tests/test_ticking.py",
    "tests/test_asking.py",
    "tests/test_keeping.py",
    "tests/test_editing.py",
    "tests/test_file_conflict.py",
    "tests/test_file_races.py",
    "tests/test_storing.py",
    "tests/test_shelf.py",
    "tests/test_admin_drafts.py",
    "tests/test_renaming.py",
    "tests/test_drafts.py",
    "tests/test_drafts_ended.py",
    "tests/test_asked_drafts.py",
    "tests/test_admin_trash.py",
    "tests/test_admin_merge.py",
    "tests/test_changes.py",
    "tests/test_questions_page.py",
    "tests/test_any_order.py",
    "tests/test_transactions.py",
    "tests/test_mentioned.py",
    "tests/test_search.py",
    "tests/test_search_index.py",
    "tests/test_search_at_once.py",
    "tests/test_search_judged.py",
    "tests/test_real_notes.py::test_a_second_import_and_a_rederive_change_nothing",
    # Every page of the site, whatever it asks for.
    "tests/test_access.py::test_what_everyone_may_see",
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
