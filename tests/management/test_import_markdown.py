"""The import_markdown command: its plan, its messages and its exit status."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command

from services.models import Page, Section
from tests.sync.test_planner import AWS

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


class TestCommand:
    def run(self, capsys, *args: str) -> tuple[int, str, str]:
        try:
            call_command("import_markdown", *args)
            status = 0
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    def test_prints_a_plan_with_file_and_line(self, tmp_path, capsys):
        (tmp_path / "AWS.md").write_text(AWS)
        status, out, _ = self.run(capsys, str(tmp_path))
        assert status == 0
        line = AWS.splitlines().index("### S3") + 1
        assert f"created   AWS.md:{line}  S3 (service in Data Store)" in out
        assert "Done: 10 created." in out

    def test_dry_run_writes_nothing(self, tmp_path, capsys):
        (tmp_path / "AWS.md").write_text(AWS)
        _, out, _ = self.run(capsys, str(tmp_path), "--dry-run")
        assert "Would be: 10 created." in out
        assert not Page.objects.exists()

    def test_prints_json(self, tmp_path, capsys):
        (tmp_path / "AWS.md").write_text(AWS)
        _, out, _ = self.run(capsys, str(tmp_path), "--json")
        plan = json.loads(out)
        assert plan["counts"] == {"created": 10}
        assert plan["changes"][0] == {
            "action": "created",
            "path": "AWS.md",
            "line": 6,
            "title": "AWS",
            "detail": "",
        }

    def test_a_refused_file_is_named_and_the_others_are_imported(self, tmp_path, capsys):
        (tmp_path / "bad.md").write_bytes(b"caf\xe9\n")
        (tmp_path / "good.md").write_text("Good.\n")
        status, _, err = self.run(capsys, str(tmp_path))
        assert status == 1
        assert "bad.md: it is not UTF-8 text (line 1): save it as UTF-8" in err
        assert Page.objects.get().title == "good"

    def test_a_document_whose_file_is_gone_is_reported(self, tmp_path, capsys):
        (tmp_path / "a.md").write_text("A.\n")
        (tmp_path / "b.md").write_text("B.\n")
        self.run(capsys, str(tmp_path))
        (tmp_path / "a.md").unlink()
        _, out, _ = self.run(capsys, str(tmp_path))
        assert "gone      a.md  a (its file is no longer there; its page stays)" in out
        assert Page.objects.filter(title="a").exists()

    def test_hidden_folders_are_passed_over(self, tmp_path, capsys):
        (tmp_path / ".obsidian").mkdir()
        (tmp_path / ".obsidian" / "x.md").write_text("x")
        (tmp_path / "a.md").write_text("A.\n")
        self.run(capsys, str(tmp_path))
        assert [p.title for p in Page.objects.all()] == ["a"]

    def test_a_person_who_watches_much_of_it_sees_a_bar(self, tmp_path, capsys, monkeypatch):
        for number in range(200):
            (tmp_path / f"{number}.md").write_text(f"Note {number}.\n")
        monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
        _, _, err = self.run(capsys, str(tmp_path))
        assert "200 of 200" in err
        assert "Note" not in err

    def test_a_script_sees_no_bar(self, tmp_path, capsys):
        for number in range(200):
            (tmp_path / f"{number}.md").write_text(f"Note {number}.\n")
        _, out, err = self.run(capsys, str(tmp_path))
        assert err == ""
        assert out.endswith("Done: 200 created.\n")

    def test_a_file_that_comes_back_unchanged_is_taken_back(self, tmp_path, capsys):
        note = tmp_path / "note.md"
        note.write_text("Only my words.\n")
        self.run(capsys, str(tmp_path))
        note.unlink()
        (tmp_path / "other.md").write_text("x\n")
        self.run(capsys, str(tmp_path))
        note.write_text("Only my words.\n")
        self.run(capsys, str(tmp_path))
        assert not Section.objects.filter(gone=True).exists()
        call_command("export_markdown", str(tmp_path))
        assert note.read_text() == "Only my words.\n"

    def test_every_index_is_right_when_a_file_is_gone(self, tmp_path, capsys):
        (tmp_path / "two.md").write_text("# T\n\nx\n")
        (tmp_path / "a.md").write_text("A.\n")
        self.run(capsys, str(tmp_path))
        (tmp_path / "two.md").unlink()
        self.run(capsys, str(tmp_path))
        call_command("rederive")
        assert "every index was right" in capsys.readouterr().out
