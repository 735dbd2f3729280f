"""Files that go straight to the bucket: bound to what was asked for, verified, then kept."""

from __future__ import annotations

import io
import time
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from django.core.files.storage import default_storage
from django.test import Client

from services.attachments.storage.s3 import client
from services.attachments.store import store
from services.models import Attachment, Page
from tests.support.pages import make_topic
from tests.support.pictures import HTML, ZIP, located, picture
from tests.support.storages import fetch, objects

pytestmark = pytest.mark.django_db
TYPE = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Plan")


def begun(client: Client, data: bytes, name: str = "a.png", **more: Any) -> dict[str, Any]:
    answer = client.post("/attachments/begin/", {"name": name, "size": len(data), **more})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def put(told: dict[str, Any], data: bytes, **headers: str) -> int:
    sent = TYPE | {name.replace("_", "-"): value for name, value in headers.items()}
    return fetch(told["put"], "PUT", data=data, headers=sent)[0]


def finish(client: Client, told: dict[str, Any]) -> Any:
    return client.post("/attachments/finish/", {"token": told["token"]})


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [(picture(), "a.png", "image/png"), (ZIP, "a.zip", "application/zip")],
)
def test_it_becomes_an_attachment_of_the_page(
    s3, as_editor, page, editor, data: bytes, name: str, kind: str
) -> None:
    told = begun(as_editor, data, name, page=page.pk)
    assert put(told, data) == 200
    answer = finish(as_editor, told)
    row = Attachment.objects.get()
    assert answer.json()["url"] == row.get_absolute_url()
    assert (row.page_id, row.created_by, row.content_type) == (page.pk, editor, kind)
    # Nothing is left where it arrived.
    assert objects() == set(row.keys)


def test_the_type_comes_from_the_bytes(s3, as_editor) -> None:
    told = begun(as_editor, HTML, "a.png")
    put(told, HTML)
    finish(as_editor, told)
    assert Attachment.objects.get().content_type == "application/octet-stream"


def test_a_picture_forgets_its_place_on_this_way_too(s3, as_editor) -> None:
    data = located()
    told = begun(as_editor, data)
    put(told, data)
    finish(as_editor, told)
    with default_storage.open(Attachment.objects.get().file.name) as file:
        assert file.read() != data


def test_the_address_takes_only_the_announced_upload(s3, as_editor) -> None:
    told = begun(as_editor, b"12345", "a.txt")
    assert put(told, b"123456") == 403
    assert put(told, b"1234") == 403
    assert put(told, b"12345", Content_Type="text/html") == 403
    other = told | {"put": told["put"].replace("/uploads/", "/attachments/")}
    assert put(other, b"12345") == 403
    assert objects() == set()


def test_an_incomplete_upload_is_an_error(s3, as_editor) -> None:
    answer = finish(as_editor, begun(as_editor, b"12345"))
    assert answer.status_code == 409
    assert "Not all of this file arrived" in answer.json()["error"]


def test_a_refused_file_is_deleted(s3, as_editor) -> None:
    data = picture()[:-20]
    told = begun(as_editor, data)
    put(told, data)
    assert "broken" in finish(as_editor, told).json()["error"]
    assert objects() == set()
    assert not Attachment.objects.exists()


def test_the_same_bytes_are_stored_once(s3, as_editor, page) -> None:
    row = store(io.BytesIO(picture()), name="a.png", page=page)
    told = begun(as_editor, picture(), page=page.pk)
    put(told, picture())
    assert finish(as_editor, told).json()["url"] == row.get_absolute_url()
    assert objects() == set(row.keys)


def test_limits_hold_before_anything_is_sent(s3, as_editor, settings) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    for size, words in (("11", "too large"), ("0", "empty"), ("x", "empty"), ("-1", "empty")):
        answer = as_editor.post("/attachments/begin/", {"name": "a", "size": size})
        assert answer.status_code == 400
        assert words in answer.json()["error"]


def test_giving_up_leaves_nothing(s3, as_editor) -> None:
    told = begun(as_editor, b"12345")
    put(told, b"12345")
    assert objects()
    assert as_editor.post("/attachments/abandon/", {"token": told["token"]}).json() == {}
    assert objects() == set()


@pytest.mark.parametrize("path", ["finish", "abandon"])
def test_a_token_is_valid_for_its_user_and_unchanged_only(s3, as_editor, as_admin, path) -> None:
    told = begun(as_editor, b"12345")
    put(told, b"12345")
    before = objects()
    for sender, token in (
        (as_admin, told["token"]),
        (as_editor, told["token"][:-2] + "xx"),
        (as_editor, ""),
    ):
        answer = sender.post(f"/attachments/{path}/", {"token": token})
        assert answer.status_code == 409
        assert "Send the file again" in answer.json()["error"]
    assert objects() == before
    assert not Attachment.objects.exists()


def test_without_a_bucket_it_goes_through_this_server(as_editor) -> None:
    assert begun(as_editor, b"12345") == {}


def test_a_bucket_that_is_down_is_one_sentence_and_finishing_again_works(s3, as_editor) -> None:
    told = begun(as_editor, b"12345", "a.txt")
    put(told, b"12345")
    s3.stop()
    answer = finish(as_editor, told)
    assert answer.status_code == 503
    assert "does not answer as it should" in answer.json()["error"]
    assert not Attachment.objects.exists()
    s3.start()
    assert finish(as_editor, told).status_code == 200
    assert objects() == {Attachment.objects.get().file.name}


@pytest.mark.parametrize("path", ["", "begin/", "finish/", "abandon/"])
def test_strangers_and_readers_send_nothing(as_nobody, as_reader, path: str) -> None:
    assert as_nobody.post(f"/attachments/{path}")["Location"].startswith("/login/")
    assert as_reader.post(f"/attachments/{path}").status_code == 403


def test_the_bytes_set_out_soon_and_may_take_long(s3, as_editor) -> None:
    told = begun(as_editor, b"12345", "a.txt")
    # S3 looks at the time when a request begins.
    assert "X-Amz-Expires=900&" in told["put"]
    put(told, b"12345")
    for hours, status in ((13, 409), (11, 200)):
        later = time.time() + hours * 3600
        with mock.patch("django.core.signing.time.time", return_value=later):
            assert finish(as_editor, told).status_code == status


def test_a_right_that_is_lacking_is_named_in_the_log(s3, as_editor, caplog) -> None:
    """Without s3:ListBucket, S3 says of what is not there that access is denied."""
    told = begun(as_editor, b"12345", "a.txt")
    denied = ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")
    with mock.patch.object(client(), "get_object", side_effect=denied):
        answer = finish(as_editor, told)
    assert answer.status_code == 503
    assert "look into the log" in answer.json()["error"]
    assert "The key or role needs s3:GetObject on what is in the bucket, and s3:ListBucket" in (
        caplog.text
    )
