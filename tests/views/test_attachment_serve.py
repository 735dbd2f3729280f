"""Files on their way out: who may, in which form, and from a bucket by a signed address."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client

from services.attachments.manage import move_to_trash
from services.attachments.store import store
from services.models import Attachment, Page
from services.pages.trash import throw_away as throw_page_away
from tests.support.pages import make_topic
from tests.support.pictures import HTML, PDF, SVG, picture
from tests.support.storages import body_of, fetch

pytestmark = pytest.mark.django_db


def kept(data: bytes, name: str, page: Page | None = None) -> Attachment:
    return store(io.BytesIO(data), name=name, page=page)


@pytest.fixture
def row(db: None, storage: str) -> Attachment:
    return kept(picture(), "схема (1).png")


def answer(client: Client, row: Attachment, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """What a browser ends up with, wherever it was led."""
    response = client.get(row.get_absolute_url(), headers=headers)
    if response.status_code == 302:
        return fetch(response["Location"], headers=headers)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, body, dict(response.headers)


def read_up(response: Any) -> None:
    """To its end, as a browser does; to close it by hand would close the test's database too."""
    if response.streaming:
        b"".join(response.streaming_content)


def test_a_picture_is_shown_in_place(as_reader: Client, row: Attachment) -> None:
    status, body, headers = answer(as_reader, row)
    assert (status, body) == (200, picture())
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"] == f"inline; filename*=utf-8''{quote(row.name)}"


@pytest.mark.parametrize(
    ("data", "name"), [(SVG, "a.svg"), (HTML, "a.html"), (HTML, "a.png"), (b"x", "a.js")]
)
def test_what_could_run_is_only_downloaded(as_reader, storage, data: bytes, name: str) -> None:
    _, body, headers = answer(as_reader, kept(data, name))
    assert body == data
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_pdf_is_shown_in_place(as_reader, storage) -> None:
    _, body, headers = answer(as_reader, kept(PDF, "a.pdf"))
    assert (body, headers["Content-Type"]) == (PDF, "application/pdf")
    assert headers["Content-Disposition"].startswith("inline")


def test_a_part_is_sent(as_reader: Client, row: Attachment, storage: str) -> None:
    status, body, headers = answer(as_reader, row, Range="bytes=1-3")
    assert body == picture()[1:4]
    # rclone, unlike S3 itself, says 200.
    assert status == 206 or (storage, status) == ("s3", 200)
    assert headers["Content-Range"] == f"bytes 1-3/{row.size}"
    assert headers["Content-Length"] == "3"


def test_a_part_behind_the_end_is_refused(as_reader: Client, row: Attachment) -> None:
    assert answer(as_reader, row, Range="bytes=9999-")[0] == 416


def test_a_small_one_is_sent(as_reader: Client, row: Attachment) -> None:
    assert body_of(as_reader, f"/thumbnails/{row.pk}/").startswith(b"RIFF")
    Attachment.objects.update(thumbnail="")
    assert body_of(as_reader, f"/thumbnails/{row.pk}/") == picture()


def test_who_may_not_read_gets_nothing(as_nobody: Client, row: Attachment) -> None:
    for address in (row.get_absolute_url(), f"/thumbnails/{row.pk}/"):
        assert as_nobody.get(address)["Location"].startswith("/login/?next=")


def test_what_is_deleted_is_for_those_who_can_restore_it(
    as_reader: Client, as_editor: Client, row: Attachment, editor
) -> None:
    move_to_trash(row, by=editor)
    assert as_reader.get(row.get_absolute_url()).status_code == 404
    assert as_reader.get(f"/thumbnails/{row.pk}/").status_code == 404
    assert answer(as_editor, row)[1] == picture()


def test_a_page_in_the_trash_takes_its_files_along(as_reader, as_editor, storage, editor) -> None:
    page = make_topic(title="Plan")
    row = kept(picture(), "a.png", page)
    throw_page_away(page, by=editor)
    assert as_reader.get(row.get_absolute_url()).status_code == 404
    assert answer(as_editor, row)[0] == 200


def test_it_takes_three_queries_and_no_request_to_the_bucket(
    as_reader: Client, row: Attachment, request, django_assert_max_num_queries
) -> None:
    read_up(as_reader.get(row.get_absolute_url()))
    if "s3" in request.node.callspec.id:
        request.getfixturevalue("s3").stop()
    # Beside the two that find out who asks.
    with django_assert_max_num_queries(2 + 3):
        read_up(as_reader.get(row.get_absolute_url()))


class TestFromAFolder:
    @pytest.fixture
    def row(self, db: None) -> Attachment:
        return kept(picture(), "a.png")

    def test_it_can_do_nothing(self, as_reader: Client, row: Attachment) -> None:
        response = as_reader.get(row.get_absolute_url())
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cache-Control"].startswith("private")
        read_up(response)

    def test_a_known_one_is_not_sent_again(self, as_reader: Client, row: Attachment) -> None:
        known = {"If-None-Match": f'"{row.sha256}"'}
        response = as_reader.get(row.get_absolute_url(), headers=known)
        assert (response.status_code, response.content) == (304, b"")
        assert response["ETag"] == f'"{row.sha256}"'

    def test_a_part_of_another_version_is_the_whole(self, as_reader, row: Attachment) -> None:
        for version, status in ((f'"{row.sha256}"', 206), ('"other"', 200)):
            headers = {"Range": "bytes=1-3", "If-Range": version}
            response = as_reader.get(row.get_absolute_url(), headers=headers)
            assert response.status_code == status
            read_up(response)

    def test_head_tells_its_size(self, as_reader: Client, row: Attachment) -> None:
        response = as_reader.head(row.get_absolute_url())
        assert response["Content-Length"] == str(len(picture()))
        read_up(response)
        assert as_reader.post(row.get_absolute_url()).status_code == 405

    def test_a_missing_one_is_told(self, as_reader: Client, row: Attachment) -> None:
        row.file.storage.delete(row.file.name)
        assert as_reader.get(row.get_absolute_url()).status_code == 404


class TestFromABucket:
    @pytest.fixture
    def signed(self, s3, as_reader: Client, db: None) -> str:
        return str(as_reader.get(kept(picture(), "a.png").get_absolute_url())["Location"])

    def test_nothing_is_given_without_its_signature(self, signed: str) -> None:
        parts = urlsplit(signed)
        assert fetch(parts._replace(query="").geturl())[0] in (400, 403)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("X-Amz-Signature=", "X-Amz-Signature=0"),
            ("X-Amz-Expires=600", "X-Amz-Expires=604800"),
            ("X-Amz-Date=2", "X-Amz-Date=1"),
        ],
    )
    def test_nothing_is_given_by_an_altered_one(self, signed: str, old: str, new: str) -> None:
        assert old in signed
        assert fetch(signed.replace(old, new))[0] in (400, 403)

    def test_nothing_is_given_for_another_object(self, signed: str) -> None:
        other = kept(b"secret", "secret.txt")
        path = urlsplit(signed).path
        key = path.removeprefix("/notes/")
        assert fetch(signed.replace(key, str(other.file.name)))[0] == 403

    def test_the_address_lives_minutes_and_is_reused(self, signed: str, as_reader) -> None:
        row = Attachment.objects.get()
        assert "X-Amz-Expires=600&" in signed
        assert as_reader.get(row.get_absolute_url())["Location"] == signed

    def test_a_new_name_has_a_new_address(self, signed: str, as_reader) -> None:
        Attachment.objects.update(name="b.png")
        row = Attachment.objects.get()
        assert "b.png" in as_reader.get(row.get_absolute_url())["Location"]
