"""Files, while something else happens to them, to their page or to the storage."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection, connections
from django.test import override_settings
from s3transfer.exceptions import RetriesExceededError

from kb import settings as configured
from services.attachments import audit, manage
from services.attachments.errors import StorageFailed, UploadRefused, convert_storage_errors
from services.attachments.storage.s3 import client
from services.attachments.store import store
from services.models import Attachment, Page
from services.pages.trash import destroy, throw_away
from services.sync.zips import ZipRefused, unpack_zip
from tests.db.test_locks import at_once
from tests.support.pages import make_topic
from tests.support.pictures import picture
from tests.support.storages import objects, s3_environment

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Plan")


def test_a_file_that_is_restored_while_the_trash_is_emptied_stays(page, editor) -> None:
    rows = [store(io.BytesIO(name), name="a.txt", page=page) for name in (b"one", b"two")]
    for row in rows:
        manage.move_to_trash(row, by=editor)
    first, second = Attachment.objects.trashed()
    deleted = Attachment.delete

    def slow(row: Attachment, *args: object, **kwargs: object) -> object:
        # The bucket takes its time over the first, and somebody restores the second.
        if row.pk == first.pk:
            manage.restore(second)
        return deleted(row, *args, **kwargs)

    with mock.patch.object(Attachment, "delete", slow):
        manage.empty_trash()
    assert list(Attachment.objects.live()) == [second]


def test_a_file_dropped_into_a_new_page_goes_to_the_trash_with_it(as_editor, as_reader, editor):
    told = as_editor.post(
        "/attachments/",
        {"file": SimpleUploadedFile("a.png", picture()), "page": ""},
        headers={"Accept": "application/json"},
    ).json()["files"][0]
    page = make_topic(title="New", notes=f"{told['markdown']}\n")
    shown = as_reader.get(told["url"])
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content) == picture()
    throw_away(page, by=editor)
    assert as_reader.get(told["url"]).status_code == 404


def test_a_file_dropped_into_a_new_page_is_deleted_with_it(
    editor, django_capture_on_commit_callbacks
):
    row = store(io.BytesIO(picture()), name="a.png", by=editor)
    page = make_topic(title="New", notes=f"![]({row.get_absolute_url()})\n")
    throw_away(page, by=editor)
    with django_capture_on_commit_callbacks(execute=True):
        destroy(Page.everything.get(pk=page.pk))
    assert objects() == set()


def test_readers_do_not_see_the_name_of_a_page_in_the_trash(page, as_reader, editor) -> None:
    secret = make_topic(title="Merger with Initech")
    row = store(io.BytesIO(picture()), name="a.png", page=secret)
    page.notes = f"![]({row.get_absolute_url()})\n"
    Page.objects.filter(pk=page.pk).update(notes=page.notes)
    throw_away(secret, by=editor)
    assert "Initech" not in as_reader.get("/pages/plan/files/").content.decode()


def test_a_file_for_a_page_that_is_gone_is_not_stored_for_none(page, as_editor, editor) -> None:
    throw_away(page, by=editor)
    form = {"file": SimpleUploadedFile("a.png", picture()), "page": page.pk}
    answer = as_editor.post("/attachments/", form, headers={"Accept": "application/json"})
    assert answer.status_code >= 400 or Attachment.objects.get().page_id == page.pk


def test_bytes_that_were_lost_come_back_with_the_same_file(page) -> None:
    row = store(io.BytesIO(b"text"), name="a.txt", page=page)
    default_storage.delete(str(row.file.name))
    again = store(io.BytesIO(b"text"), name="a.txt", page=page)
    assert default_storage.exists(str(again.file.name))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [False, True])
def test_the_admin_holds_no_lock_while_the_storage_takes_a_file(as_admin, change) -> None:
    address = "/admin/services/attachment/add/"
    if change:
        row = store(io.BytesIO(picture()), name="a.png")
        address = f"/admin/services/attachment/{row.pk}/change/"
    held: list[bool] = []
    saved = default_storage.save

    def save(name: str, content: ContentFile[bytes], **more: object) -> str:
        held.append(connection.in_atomic_block)
        return saved(name, content, **more)

    form = {"upload": SimpleUploadedFile("b.txt", b"bytes"), "page": "", "name": "b.txt"}
    with mock.patch("services.attachments.store.default_storage.save", save):
        assert as_admin.post(address, form).status_code == 302
    assert held == [False]


def test_a_file_stays_on_its_page_in_the_trash_when_the_admin_changes_it(
    page, as_admin, as_reader, editor
) -> None:
    row = store(io.BytesIO(b"text"), name="a.txt", page=page)
    throw_away(page, by=editor)
    assert as_reader.get(row.get_absolute_url()).status_code == 404
    address = f"/admin/services/attachment/{row.pk}/change/"
    # What the form shows is what a browser sends back.
    html = as_admin.get(address).content.decode()
    select = html.partition('<select name="page"')[2].partition("</select>")[0]
    chosen = re.search(r'value="(\d*)"\s+selected', select)
    page_sent = chosen[1] if chosen else ""
    as_admin.post(address, {"name": "b.txt", "page": page_sent})
    row.refresh_from_db()
    assert (row.name, row.page_id) == ("b.txt", page.pk)
    assert as_reader.get(row.get_absolute_url()).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_page_that_is_deleted_during_an_upload_is_an_error(as_editor, editor, page) -> None:
    as_editor.raise_request_exception = False
    saved = default_storage.save

    def save(name: str, content: ContentFile[bytes], **more: object) -> str:
        throw_away(page, by=editor)
        destroy(Page.everything.get(pk=page.pk))
        return saved(name, content, **more)

    form = {"file": SimpleUploadedFile("a.txt", b"text"), "page": page.pk}
    with mock.patch("services.attachments.store.default_storage.save", save):
        answer = as_editor.post("/attachments/", form, headers={"Accept": "application/json"})
    assert objects() == set()
    assert answer.status_code < 500


def test_a_strange_address_in_the_admin_is_no_error_of_the_server(as_admin) -> None:
    as_admin.raise_request_exception = False
    assert as_admin.post("/admin/services/attachment/123/change/", {}).status_code < 500


def test_a_bucket_that_stops_in_the_middle_is_a_storage_that_failed() -> None:
    with pytest.raises(StorageFailed), convert_storage_errors():
        raise RetriesExceededError(OSError("the connection was reset"))


def test_a_zip_may_have_a_long_name_in_any_script(tmp_path) -> None:
    from zipfile import ZipFile

    file = tmp_path / "a.zip"
    with ZipFile(file, "w") as made:
        made.writestr("a.md", "# A\n")
    try:
        with unpack_zip(file, "記" * 100 + ".zip") as (folder, _):
            assert re.search("A", (folder / "a.md").read_text())
    except ZipRefused:
        pass


def test_an_upload_that_was_cut_off_is_named_and_swept(moto_url, monkeypatch) -> None:
    s3_environment(monkeypatch, moto_url)
    with override_settings(STORAGES=configured.STORAGES | {"default": configured.uploads()}):
        client().create_bucket(Bucket="notes")
        try:
            wanted = {"Bucket": "notes", "Key": "attachments/ab/half"}
            client().create_multipart_upload(**wanted)
            assert [sentence for _, sentence in audit.find_problems()] == [audit.CUT_OFF]
            assert [found.key for found in audit.find_unused(timedelta(0))] == [
                "attachments/ab/half"
            ]
            assert all(map(audit.delete_unused, audit.find_unused(timedelta(0))))
            assert list(audit.find_problems()) == []
        finally:
            client().delete_bucket(Bucket="notes")


def test_a_file_that_is_deleted_while_it_is_replaced_is_an_error(page) -> None:
    row = store(io.BytesIO(b"text"), name="a.txt", page=page)
    Attachment.objects.all().delete()
    before = objects()
    with pytest.raises(UploadRefused, match="deleted for good in the meantime"):
        manage.replace(row, ContentFile(b"other", "b.txt"))
    assert objects() == before


def test_a_new_page_adopts_files_that_its_author_added_before(as_editor, editor, admin) -> None:
    mine = store(io.BytesIO(picture()), name="a.png", by=editor)
    other = store(io.BytesIO(b"text"), name="b.txt", by=admin)
    notes = f"![]({mine.get_absolute_url()}) [b]({other.get_absolute_url()})\n"
    as_editor.post("/pages/new/", {"title": "New", "notes": notes})
    assert list(Page.objects.get().attachments.all()) == [mine]


# -- several at the same moment ------------------------------------------------------------------


@contextmanager
def waiting_for_each_other(number: int) -> Iterator[None]:
    """No object is there before as many are on their way: all were looked at before any is."""
    gate, saved = threading.Barrier(number), default_storage.save

    def save(name: str, content: ContentFile[bytes], **more: object) -> str:
        gate.wait(30)
        return saved(name, content, **more)

    with mock.patch("services.attachments.store.default_storage.save", save):
        yield


def sent(*uploads: tuple[bytes, Page | None]) -> list[str]:
    """Store these at once; what was said to those that were refused."""
    said: list[str] = []

    def send(data: bytes, page: Page | None) -> None:
        try:
            store(io.BytesIO(data), name="a.txt", page=page)
        except UploadRefused as refusal:
            said.append(str(refusal))

    with waiting_for_each_other(len(uploads)):
        at_once(*(lambda upload=upload: send(*upload) for upload in uploads))
    return said


@pytest.mark.django_db(transaction=True)
def test_concurrent_uploads_cannot_exceed_the_files_of_a_page(page, settings) -> None:
    settings.UPLOAD_MAX_FILES = 2
    said = sent(*((b"%d" % number, page) for number in range(4)))
    assert ["as many as a page may" in words for words in said] == [True, True]
    rows = Attachment.objects.all()
    assert objects() == {str(row.file.name) for row in rows}
    assert len(rows) == 2


@pytest.mark.django_db(transaction=True)
def test_concurrent_uploads_cannot_exceed_the_total(settings) -> None:
    settings.UPLOAD_MAX_TOTAL = 8
    said = sent(*((b"%04d" % number, None) for number in range(4)))
    assert ["All files together" in words for words in said] == [True, True]
    rows = Attachment.objects.all()
    assert objects() == {str(row.file.name) for row in rows}
    assert sum(row.size for row in rows) == 8


@pytest.mark.django_db(transaction=True)
def test_concurrent_replacements_cannot_exceed_the_total(page, settings) -> None:
    rows = [store(io.BytesIO(name), name="a.txt", page=page) for name in (b"1", b"2", b"3")]
    settings.UPLOAD_MAX_TOTAL = 12

    def replace(row: Attachment) -> None:
        with suppress(UploadRefused):
            manage.replace(row, ContentFile(b"%08d" % rows.index(row), "b.txt"))

    with waiting_for_each_other(3):
        at_once(*(lambda row=row: replace(row) for row in rows))
    assert sum(row.size for row in Attachment.objects.all()) == 10
    assert objects() == {str(row.file.name) for row in Attachment.objects.all()}


@pytest.mark.django_db(transaction=True)
def test_concurrent_uploads_of_the_same_bytes_share_one_object(page) -> None:
    other = make_topic(title="Other")
    assert sent((b"text", page), (b"text", page), (b"text", other), (b"text", None)) == []
    rows = Attachment.objects.all()
    assert sorted(str(row.page) for row in rows) == ["None", "Other", "Plan"]
    assert objects() == {str(row.file.name) for row in rows}
    assert len(objects()) == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_uploads_of_lost_bytes_share_one_object(page) -> None:
    row = store(io.BytesIO(b"text"), name="a.txt", page=page)
    default_storage.delete(str(row.file.name))
    assert sent((b"text", page), (b"text", None), (b"text", page)) == []
    rows = Attachment.objects.all()
    assert sorted(str(row.page) for row in rows) == ["None", "Plan"]
    assert objects() == {str(row.file.name) for row in rows}
    assert len(objects()) == 1


@pytest.mark.django_db(transaction=True)
def test_a_copy_on_a_full_page_is_refused_and_the_first_keeps_its_object(page, settings) -> None:
    settings.UPLOAD_MAX_FILES = 1
    said = sent((b"text", None), (b"text", page), (b"more", page))
    assert len(said) == 1
    rows = Attachment.objects.all()
    assert objects() == {str(row.file.name) for row in rows}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", [OperationalError, InterfaceError])
def test_an_object_stays_if_the_commit_is_unknown(lost) -> None:
    real = connections["default"]
    commit = real._commit

    def answer_is_lost() -> None:
        commit()
        raise lost("the server closed the connection unexpectedly")

    with mock.patch.object(real, "_commit", answer_is_lost), pytest.raises(lost):
        store(io.BytesIO(b"text"), name="a.txt")
    assert [sentence for _, sentence in audit.find_problems()] == []
    assert objects() == {str(Attachment.objects.get().file.name)}
