"""Files in a folder are on the disk before their rows are stored, and once they were moved."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile

from services.attachments import audit
from services.attachments.errors import StorageFailed
from services.attachments.store import store
from services.models import Attachment
from tests.support.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was written through to the disk, in order, by the numbers that the disk has for it."""
    found: list[int] = []
    real = os.fsync

    def fsync(number: int) -> None:
        found.append(os.fstat(number).st_ino)
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    return found


def whole_way(key: str, storage: Any = default_storage) -> list[int]:
    """A file and the folders that lead to it."""
    file, root = Path(storage.path(key)), Path(storage.path(""))
    folders = (folder for folder in file.parents if folder.is_relative_to(root))
    return [each.stat().st_ino for each in (file, *folders)]


def test_a_picture_is_on_the_disk_before_its_row_is_stored(synced: list[int]) -> None:
    saved, before = Attachment.save, []

    def save(row: Attachment, **options: object) -> None:
        before.extend(synced)
        saved(row, **options)

    with mock.patch.object(Attachment, "save", save):
        row = store(io.BytesIO(picture()), name="a.png")
    assert before == [*whole_way(row.file.name), *whole_way(row.thumbnail.name)]
    assert len(before) == 2 * 4


def test_a_large_one_that_is_moved_into_its_place_is_as_well(synced: list[int]) -> None:
    with TemporaryUploadedFile("a.bin", "", 4, "") as file:
        file.write(b"text")
        row = store(file, name="a.bin")
        assert not Path(file.temporary_file_path()).exists()
    assert synced[-4:] == whole_way(row.file.name)


def test_a_file_that_is_moved_from_a_bucket_is_as_well(s3, synced: list[int]) -> None:
    row = store(io.BytesIO(b"text"), name="a.txt")
    there = audit.local_folder()
    assert audit.copy_object(row.file.name, default_storage, there)
    assert synced[-4:] == whole_way(row.file.name, there)


def test_a_disk_that_takes_nothing_more_stores_nothing(monkeypatch) -> None:
    monkeypatch.setattr(os, "fsync", mock.Mock(side_effect=OSError(5, "Input/output error")))
    with pytest.raises(StorageFailed):
        store(io.BytesIO(b"text"), name="a.txt")
    assert not Attachment.objects.exists()
    assert list(audit.list_objects()) == []
