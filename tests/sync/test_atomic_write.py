"""Files are written inside the folder only, and one that fails stops no other."""

from __future__ import annotations

import pytest

from services.pages.revise import revise
from services.sync.export import export_to
from tests.sync.test_planner import bring, page

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_a_path_that_leads_out_of_the_folder_is_refused(tmp_path):
    bring("../escape.md", "x\n")
    done = export_to(tmp_path / "out")
    assert done.refused == [("../escape.md", "its path leads out of the folder")]
    assert not (tmp_path / "escape.md").exists()


def test_one_file_that_cannot_be_written_does_not_stop_the_others(tmp_path):
    bring("a.md", "A.\n")
    bring("z.md", "Z.\n")
    (tmp_path / "z.md").mkdir()
    done = export_to(tmp_path)
    assert done.written == ["a.md"]
    assert done.refused == [("z.md", "it cannot be written (Is a directory)")]
    revise(page("a"), "A!\n", version=1)
    assert export_to(tmp_path).written == ["a.md"]
