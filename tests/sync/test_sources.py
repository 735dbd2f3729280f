"""What is imported: a folder or a note that is there."""

from __future__ import annotations

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_a_folder_without_markdown_is_told(tmp_path, capsys):
    with pytest.raises(SystemExit):
        call_command("import_markdown", str(tmp_path))
    assert "it holds no Markdown (.md) file" in capsys.readouterr().err


def test_a_path_that_is_not_there_is_told(tmp_path, capsys):
    with pytest.raises(SystemExit):
        call_command("import_markdown", str(tmp_path / "nowhere"))
    assert "there is no such file or folder" in capsys.readouterr().err
