"""What people do with files: rename, replace, delete, restore; and where they are used."""

from __future__ import annotations

import io

import pytest
from django.core.files.base import ContentFile

from services.attachments.errors import StorageFailed, UploadRefused
from services.attachments.manage import (
    attachment_ids_in,
    delete,
    empty_trash,
    move_to_trash,
    pages_using,
    rename,
    replace,
    restore,
)
from services.attachments.store import store
from services.models import Attachment, Page
from tests.support.pages import make_topic
from tests.support.pictures import PDF, picture
from tests.support.storages import body_of, objects

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Plan")


@pytest.fixture
def row(storage: str, page: Page) -> Attachment:
    return store(io.BytesIO(picture()), name="a.png", page=page)


def test_a_new_name_keeps_address_and_extension(row: Attachment, as_reader) -> None:
    address = row.get_absolute_url()
    rename(row, "../My diagram.html")
    row.refresh_from_db()
    assert row.name == "My diagram.png"
    assert body_of(as_reader, address) == picture()


def test_other_bytes_come_under_the_same_address(
    row: Attachment, as_reader, django_capture_on_commit_callbacks
) -> None:
    address, before = row.get_absolute_url(), set(row.keys)
    assert body_of(as_reader, address) == picture()
    with django_capture_on_commit_callbacks(execute=True):
        now = replace(row, ContentFile(PDF, "new.pdf"))
    assert (now.pk, now.name, now.content_type) == (row.pk, "a.pdf", "application/pdf")
    assert (now.width, now.is_picture) == (None, False)
    assert body_of(as_reader, address) == PDF
    assert objects() == set(now.keys)
    assert not objects() & before


def test_a_replacement_leaves_another_pages_file_alone(
    row: Attachment, as_reader, django_capture_on_commit_callbacks
) -> None:
    other = store(io.BytesIO(picture()), name="b.png", page=make_topic(title="Other"))
    assert other.keys == row.keys
    with django_capture_on_commit_callbacks(execute=True):
        replace(row, ContentFile(PDF, "new.pdf"))
    assert body_of(as_reader, other.get_absolute_url()) == picture()


@pytest.mark.parametrize("data", [b"", picture()[:-20]])
def test_a_replacement_that_is_refused_changes_nothing(row: Attachment, data: bytes) -> None:
    before = objects()
    with pytest.raises(UploadRefused):
        replace(row, ContentFile(data, "x.png"))
    assert objects() == before
    assert Attachment.objects.get().keys == row.keys


def test_a_replacement_without_the_bucket_changes_nothing(s3, page) -> None:
    row = store(io.BytesIO(picture()), name="a.png", page=page)
    s3.stop()
    with pytest.raises(StorageFailed):
        replace(row, ContentFile(PDF, "new.pdf"))
    s3.start()
    assert objects() == set(row.keys) == set(Attachment.objects.get().keys)


def test_the_trash_keeps_the_bytes_until_it_is_emptied(
    row: Attachment, editor, django_capture_on_commit_callbacks
) -> None:
    move_to_trash(row, by=editor)
    row.refresh_from_db()
    assert row.trashed_by == editor
    assert not Attachment.objects.live().exists()
    restore(row)
    assert Attachment.objects.live().exists()
    move_to_trash(row, by=editor)
    assert objects() == set(row.keys)
    with django_capture_on_commit_callbacks(execute=True):
        assert empty_trash() == 1
    assert objects() == set()
    assert not Attachment.objects.exists()


def test_files_can_be_deleted_while_the_bucket_is_down(
    s3, page, django_capture_on_commit_callbacks
) -> None:
    row = store(io.BytesIO(picture()), name="a.png", page=page)
    s3.stop()
    with django_capture_on_commit_callbacks(execute=True):
        delete(row)
    s3.start()
    assert not Attachment.objects.exists()
    # What is left can be found and swept.
    assert objects() == set(row.keys)


def test_where_files_are_used(page: Page, django_assert_num_queries) -> None:
    row = store(io.BytesIO(picture()), name="a.png", page=page)
    lonely = store(io.BytesIO(b"text"), name="b.txt", page=page)
    user = make_topic(title="User", notes=f"![a]({row.get_absolute_url()}) and again")
    make_topic(title="Other", notes="/attachments/ nothing")
    with django_assert_num_queries(2):
        used = pages_using([row, lonely])
    assert used == {row.pk: [user], lonely.pk: []}


def test_addresses_are_found_in_any_text() -> None:
    uuid = "123e4567-e89b-12d3-a456-426614174000"
    text = f"[a](/attachments/{uuid}/a.png) /attachments/{uuid.upper()}/ /attachments/123/x"
    assert {str(found) for found in attachment_ids_in(text)} == {uuid}
