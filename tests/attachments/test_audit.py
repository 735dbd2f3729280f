"""Objects against rows: `manage.py attachments` finds, sweeps and moves."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from services.attachments import audit
from services.attachments.store import store
from services.models import Attachment
from tests.support.pictures import picture
from tests.support.storages import objects

pytestmark = pytest.mark.django_db

NOW = ("sweep", "--older-than", "0", "--site-is-stopped")


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("attachments", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def row(storage: str, db: None) -> Attachment:
    return store(io.BytesIO(picture()), name="a.png")


def put(key: str, data: bytes = b"x") -> str:
    return default_storage.save(key, ContentFile(data))


class TestCheck:
    def test_all_is_well(self, row: Attachment) -> None:
        assert "All 2 objects are there" in run("check")[0]

    def problems(self, *options: str) -> str:
        out, err = io.StringIO(), io.StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("attachments", "check", *options, stdout=out, stderr=err)
        assert ended.value.code == 1
        return out.getvalue()

    def test_a_row_without_its_object(self, row: Attachment) -> None:
        default_storage.delete(row.file.name)
        said = self.problems()
        assert f"{row.file.name}: it is missing, and “a.png” ({row.pk}) needs it" in said

    def test_a_small_picture_that_is_missing(self, row: Attachment) -> None:
        default_storage.delete(row.thumbnail.name)
        assert "small picture of “a.png”" in self.problems()

    def test_other_bytes(self, row: Attachment) -> None:
        default_storage.delete(row.file.name)
        put(row.file.name, b"x" * row.size)
        assert "its bytes are not those of “a.png”" in self.problems()
        assert "All 2 objects" in run("check", "--fast")[0]

    def test_another_size(self, row: Attachment) -> None:
        default_storage.delete(row.file.name)
        put(row.file.name)
        assert "it has 1 bytes" in self.problems("--fast")

    def test_an_object_without_a_row(self, row: Attachment) -> None:
        put("attachments/ab/abandoned")
        put("uploads/half")
        said = self.problems()
        assert "attachments/ab/abandoned: no row refers to it" in said
        assert "uploads/half: no row refers to it: it belongs to an upload" in said

    def test_a_row_in_the_trash_has_its_object(self, row: Attachment) -> None:
        Attachment.objects.update(trashed_at="2026-01-01T00:00Z")
        assert "All 2 objects" in run("check")[0]


class TestSweep:
    @pytest.fixture(autouse=True)
    def left_behind(self, row: Attachment) -> None:
        put("attachments/ab/abandoned")
        put("uploads/half")

    def test_new_objects_stay(self) -> None:
        assert run("sweep", "--delete")[0] == "Nothing to sweep.\n"
        assert {"attachments/ab/abandoned", "uploads/half"} < objects()

    def test_it_lists_first_and_deletes_on_request(self, row: Attachment) -> None:
        before = objects()
        said = run("sweep", "--older-than", "0")[0]
        assert "attachments/ab/abandoned" in said
        assert "2 objects (2\xa0bytes) could be deleted" in said
        assert objects() == before
        with pytest.raises(CommandError, match="Stop the site"):
            run("sweep", "--older-than", "0", "--delete")
        assert "2 objects (2\xa0bytes) deleted" in run(*NOW, "--delete")[0]
        assert objects() == set(row.keys)

    def test_an_object_that_has_a_row_by_now_stays(self, row: Attachment) -> None:
        [found] = [o for o in audit.find_unused(timedelta(0)) if o.key.startswith("attachments/")]
        Attachment.objects.filter(pk=row.pk).update(file=found.key)
        assert not audit.delete_unused(found)
        assert found.key in objects()


class TestMove:
    @pytest.fixture
    def rows(self, db: None, settings) -> list[Attachment]:
        """Three files in the folder; the bucket comes only afterwards."""
        names = ("a.png", "b.txt", "c.txt")
        data = (picture(), b"text", b"more")
        return [store(io.BytesIO(d), name=n) for d, n in zip(data, names, strict=True)]

    def test_without_a_bucket_the_error_names_the_settings(self, rows) -> None:
        with pytest.raises(CommandError, match="AWS_STORAGE_BUCKET_NAME"):
            run("move", "--to", "s3")

    def test_there_and_back(self, rows, s3) -> None:
        keys = {key for row in rows for key in row.keys}
        assert "4 copied, 0 were there already" in run("move", "--to", "s3")[0]
        assert objects() == keys
        assert "All 4 objects" in run("check")[0]
        for key in keys:
            audit.local_folder().delete(key)
        assert "4 copied" in run("move", "--to", "local")[0]
        assert all(audit.local_folder().exists(key) for key in keys)

    def test_an_interrupted_move_can_be_run_again(self, rows, s3) -> None:
        # One is there, one came half, one is another.
        first, second, third = (str(row.file.name) for row in rows)
        audit.copy_object(first, audit.local_folder(), default_storage)
        put(second, b"te")
        put(third, b"MORE")
        said = run("move", "--to", "s3")[0]
        assert "3 copied, 1 were there already" in said
        assert "All 4 objects" in run("check")[0]
        assert "0 copied, 4 were there already" in run("move", "--to", "s3")[0]

    def test_a_missing_object_is_reported_and_the_rest_moves(self, rows, s3) -> None:
        missing = str(rows[1].file.name)
        audit.local_folder().delete(missing)
        out, err = io.StringIO(), io.StringIO()
        with pytest.raises(CommandError, match="1 could not be moved"):
            call_command("attachments", "move", "--to", "s3", stdout=out, stderr=err)
        assert f"{missing}: it is in neither place." in err.getvalue()
        assert "3 copied" in out.getvalue()

    def test_a_bucket_that_does_not_answer_is_reported(self, rows, s3) -> None:
        s3.stop()
        with pytest.raises(CommandError, match="could not be moved"):
            run("move", "--to", "s3")
        with pytest.raises(CommandError, match="does not answer"):
            run("check")
