"""What is promised holds on PostgreSQL too: the same tests, on a server of their own."""

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
    "tests/test_import_zip.py",
    "tests/test_export_files.py",
    "tests/test_pages_model.py",
    "tests/test_real_notes.py",
    "tests/test_import_trash.py",
    "tests/test_revisions.py",
    "tests/test_saving.py",
    "tests/test_trash.py",
    "tests/test_restore.py",
    "tests/test_ticking.py",
    "tests/test_asking.py",
    "tests/test_keeping.py",
    "tests/test_editing.py",
    "tests/test_conflicts.py",
    "tests/test_file_conflict.py",
    "tests/test_file_races.py",
    "tests/test_storing.py",
    "tests/test_shelf.py",
    "tests/test_page_files.py",
    "tests/test_admin_drafts.py",
    "tests/test_renaming.py",
    "tests/test_drafts.py",
    "tests/test_drafts_ended.py",
    "tests/test_asked_drafts.py",
    "tests/test_history_pages.py",
    "tests/test_home.py",
    "tests/test_pages.py",
    "tests/test_admin_pages.py",
    "tests/test_admin_rows.py",
    "tests/test_admin_trash.py",
    "tests/test_admin_merge.py",
    "tests/test_trash_page.py",
    "tests/test_changes.py",
    "tests/test_questions_page.py",
    "tests/test_items_views.py",
    "tests/test_editing_sections.py",
    "tests/test_any_order.py",
    "tests/test_transactions.py",
    "tests/test_mentioned.py",
]


@pytest.fixture(scope="module")
def database():
    with postgres() as address:
        yield address


def test_the_same_tests_pass_on_postgresql(database, tmp_path):
    environment = os.environ | {"DATABASE_URL": database, "KB_VAR_DIR": str(tmp_path)}
    # The server goes with its database: there is none to drop afterwards.
    options = ["-q", "-p", "no:cacheprovider", "--reuse-db", "-k", "not every_page_opens"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *SAME_TESTS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
