"""The export_markdown command and its messages."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from tests.sync.test_planner import AWS, bring

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_the_command_says_what_it_did(tmp_path, capsys):
    bring("AWS.md", AWS)
    call_command("export_markdown", str(tmp_path / "new" / "folder"))
    assert "Wrote 1 to" in capsys.readouterr().out
