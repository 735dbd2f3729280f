"""Files on their way in: checked, named, counted, the same bytes once; in a folder and a bucket."""

from __future__ import annotations

import hashlib
import io
from unittest import mock

import pytest
from django.core.files.storage import default_storage

from services.attachments.errors import StorageFailed, UploadRefused
from services.attachments.manage import delete
from services.attachments.store import markdown_of, store
from services.markdown.render.render import render
from services.models import Attachment, Page
from tests.support.pages import make_topic
from tests.support.pictures import HTML, PDF, SVG, ZIP, located, picture
from tests.support.storages import objects

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Plan")


def kept(data: bytes, name: str = "a.png", **facts: object) -> Attachment:
    return store(io.BytesIO(data), name=name, **facts)  # type: ignore[arg-type]


def bytes_of(key: object) -> bytes:
    with default_storage.open(str(key)) as file:
        return bytes(file.read())


def test_a_picture_is_stored_unchanged_with_a_thumbnail(storage, page, editor) -> None:
    data = picture("PNG", (30, 20))
    row = kept(data, "evil.html", page=page, by=editor)
    assert (row.name, row.content_type) == ("evil.png", "image/png")
    assert (row.width, row.height, row.size) == (30, 20, len(data))
    assert row.sha256 == row.source_sha256 == hashlib.sha256(data).hexdigest()
    assert (row.page, row.created_by) == (page, editor)
    assert bytes_of(row.file) == data
    assert bytes_of(row.thumbnail).startswith(b"RIFF")
    assert objects() == set(row.keys)
    assert "evil" not in "".join(row.keys)


@pytest.mark.parametrize(
    ("data", "name", "content_type"),
    [
        (SVG, "a.svg", "application/octet-stream"),
        (HTML, "a.png", "application/octet-stream"),
        (PDF, "a.pdf", "application/pdf"),
        (ZIP, "a.docx", "application/zip"),
        (b"text", "notes.txt", "application/octet-stream"),
    ],
)
def test_other_files_are_stored_with_their_type(storage, data, name, content_type) -> None:
    row = kept(data, name)
    assert (row.name, row.content_type, row.is_picture) == (name, content_type, False)
    assert bytes_of(row.file) == data
    assert objects() == {str(row.file.name)}


def test_a_picture_forgets_its_place(storage) -> None:
    data = located()
    row = kept(data)
    assert row.source_sha256 == hashlib.sha256(data).hexdigest()
    assert row.sha256 == hashlib.sha256(bytes_of(row.file)).hexdigest() != row.source_sha256
    assert row.size == len(bytes_of(row.file))


@pytest.mark.parametrize("data", [b"GIF89a", picture()[:-20], b""])
def test_a_refused_file_leaves_nothing(storage, data: bytes) -> None:
    with pytest.raises(UploadRefused):
        kept(data)
    assert not Attachment.objects.exists()
    assert objects() == set()


def test_the_same_bytes_are_stored_once(storage, page) -> None:
    other = make_topic(title="Other")
    first, again = kept(picture(), page=page), kept(picture(), "b.png", page=page)
    assert first == again
    elsewhere = kept(picture(), "c.png", page=other)
    assert (elsewhere.pk == first.pk, elsewhere.keys == first.keys) == (False, True)
    assert (elsewhere.name, elsewhere.width) == ("c.png", 8)
    assert objects() == set(first.keys)


def test_their_object_stays_until_the_last_row_goes(
    storage, page, django_capture_on_commit_callbacks
) -> None:
    first = kept(picture(), page=page)
    second = kept(picture(), page=make_topic(title="Other"))
    with django_capture_on_commit_callbacks(execute=True):
        delete(first)
    assert objects() == set(second.keys)
    with django_capture_on_commit_callbacks(execute=True):
        delete(second)
    assert objects() == set()


def test_a_file_in_the_trash_is_not_restored_by_the_same_bytes(storage, page) -> None:
    row = kept(picture(), page=page)
    Attachment.objects.update(trashed_at="2026-01-01T00:00Z")
    again = kept(picture(), page=page)
    assert again.pk != row.pk
    assert again.trashed_at is None


def test_bytes_files_and_all_together_are_limited(storage, page, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(UploadRefused, match="too large"):
        kept(b"x" * 11)
    settings.UPLOAD_MAX_FILES = 1
    kept(b"one", page=page)
    with pytest.raises(UploadRefused, match="as many as a page may"):
        kept(b"two", page=page)
    kept(b"two")
    settings.UPLOAD_MAX_TOTAL = 8
    with pytest.raises(UploadRefused, match="All files together"):
        kept(b"three")
    kept(b"22")


def test_a_row_that_cannot_be_stored_leaves_no_object(storage) -> None:
    with (
        mock.patch.object(Attachment, "save", side_effect=RuntimeError("no")),
        pytest.raises(RuntimeError, match="no"),
    ):
        kept(picture())
    assert objects() == set()


def test_large_files_are_not_read_whole(storage) -> None:
    class Watched(io.BytesIO):
        most = 0

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            Watched.most = max(Watched.most, len(piece))
            return piece

    data = b"x" * 12_000_000
    assert store(Watched(data), name="a.bin").size == len(data)
    assert Watched.most <= 8 * 1024 * 1024


@pytest.mark.parametrize("name", ["a (1.png", "a]b[c.png", "a*b*_c_<d>&amp;`e`.png", "50% ?#ä.png"])
def test_its_markdown_works_with_any_name(name: str) -> None:
    html = render(markdown_of(kept(picture(), name))).html
    assert html.count("<img") == 1
    html = render(markdown_of(kept(b"text", name))).html
    assert (html.count("<img"), html.count("<a ")) == (0, 1)


class TestWithoutTheBucket:
    def test_it_is_one_sentence_and_leaves_nothing(self, s3, page) -> None:
        s3.stop()
        with pytest.raises(StorageFailed, match="does not answer as it should"):
            kept(picture(), page=page)
        assert not Attachment.objects.exists()
        s3.start()
        assert objects() == set()
        assert kept(picture(), page=page).page == page

    def test_half_stored_objects_are_removed(self, s3) -> None:
        save = default_storage.save

        def only_once(name, content, **options):
            if name.endswith(".small"):
                raise OSError(28, "No space left on device")
            return save(name, content, **options)

        with (
            mock.patch.object(default_storage._wrapped, "save", only_once),
            pytest.raises(StorageFailed),
        ):
            kept(picture())
        assert objects() == set()
