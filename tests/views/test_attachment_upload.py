"""Adding files: who may, how they are called, and what a form and a script are told."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from services.models import Attachment, Page
from services.pages.trash import throw_away
from tests.support.editing import said
from tests.support.pages import make_topic
from tests.support.pictures import HTML, PDF, SVG, picture
from tests.support.storages import S3Server, body_of, fetch, objects

pytestmark = pytest.mark.django_db
UPLOAD = "/attachments/"
JSON = {"Accept": "application/json"}


@pytest.fixture
def page(db: None) -> Page:
    return make_topic(title="Plan")


def file(data: bytes = PDF, name: str = "a.pdf", kind: str = "") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, kind)


def send(client: Client, *files: SimpleUploadedFile, **fields: object) -> object:
    return client.post(UPLOAD, fields | {"file": list(files)}, headers=JSON)


# -- a script ------------------------------------------------------------------------------------


def test_a_script_is_told_what_files_became(as_editor, editor, page, storage):
    answer = send(as_editor, file(picture(), "a [x].png"), file(), page=page.pk)
    assert answer.status_code == 200
    first, second = answer.json()["files"]
    rows = {row.name: row for row in Attachment.objects.all()}
    assert first["url"] == rows["a [x].png"].get_absolute_url()
    assert first["markdown"] == f"![a \\[x\\].png]({first['url']})"
    assert second["markdown"] == f"[a.pdf]({rows['a.pdf'].get_absolute_url()})"
    assert {(row.page, row.created_by) for row in rows.values()} == {(page, editor)}


def test_what_is_refused_does_not_hold_up_the_others(as_editor, page):
    answer = send(as_editor, file(picture()[:-20], "broken.png"), file(), page=page.pk)
    assert answer.status_code == 400
    refused, kept = answer.json()["files"]
    assert refused["name"] == "broken.png" and "broken" in refused["error"]
    assert kept["name"] == Attachment.objects.get().name == "a.pdf"


def test_a_page_in_the_trash_takes_nothing(as_editor, page):
    throw_away(page, by=None)
    answer = send(as_editor, file(), page=page.pk)
    assert answer.status_code == 400
    assert "Restore the page" in answer.json()["error"]
    assert not Attachment.objects.exists()


def test_without_a_file_a_sentence_says_so(as_editor):
    answer = as_editor.post(UPLOAD, headers=JSON)
    assert (answer.status_code, answer.json()["error"][:16]) == (400, "No file arrived.")


# -- a form --------------------------------------------------------------------------------------


def test_a_form_leads_back_and_tells(as_editor, page):
    fields = {"page": page.pk, "next": "/topics/plan/"}
    fields["file"] = [file(name="a.pdf"), file(PDF + b" ", "b.pdf"), file(b"", "none.txt")]
    answer = as_editor.post(UPLOAD, fields)
    assert answer["Location"] == "/topics/plan/"
    assert said(answer) == ["none.txt: This file is empty.", "Added: a.pdf, b.pdf."]
    assert page.attachments.count() == 2


def test_a_form_leads_to_no_other_site(as_editor, page):
    fields = {"page": page.pk, "next": "https://example.com/", "file": file()}
    assert as_editor.post(UPLOAD, fields)["Location"] == "/pages/plan/files/"


# -- who may -------------------------------------------------------------------------------------

ADDRESSES = (UPLOAD, "/attachments/begin/", "/attachments/finish/", "/attachments/abandon/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_readers_and_strangers_add_nothing(as_reader, as_nobody, settings, address, storage):
    settings.KB_PUBLIC = True
    for client, status in ((as_reader, 403), (as_nobody, 302)):
        posted = {"file": file(), "name": "a.pdf", "size": "9"}
        assert client.post(address, posted, headers=JSON).status_code == status
    assert not Attachment.objects.exists()
    assert objects() == set()


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_post_from_elsewhere_is_refused(editor, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    assert client.post(address, {"file": file(), "size": "9"}).status_code == 403
    assert not Attachment.objects.exists()


# -- what files claim ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\plan.pdf", "plan.pdf"),
        ("a\r\nb\x00\x1b.txt", "ab.txt"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u200f\u2066תרשים\u2069.pdf", "תרשים.pdf"),
        ("x" * 300 + ".txt", "x" * 146 + ".txt"),
    ],
)
def test_names_are_made_safe(as_editor, as_reader, name, kept):
    sent = PDF if kept.endswith(".pdf") else b"text"
    # As a program may send it: Django's own client for tests cleans it before.
    body = (
        b'--X\r\nContent-Disposition: form-data; name="file"; filename="'
        + name.replace("\\", "\\\\").replace("\r\n", "%0D%0A").encode()
        + b'"\r\nContent-Type: text/html\r\n\r\n'
        + sent
        + b"\r\n--X--\r\n"
    )
    kind = "multipart/form-data; boundary=X"
    answer = as_editor.generic("POST", UPLOAD, body, kind, headers=JSON)
    assert answer.status_code == 200
    row = Attachment.objects.get()
    assert row.name in (kept, kept.replace("ab.txt", "a%0D%0Ab.txt"))
    assert body_of(as_reader, row.get_absolute_url()) == sent


@pytest.mark.parametrize(("data", "name"), [(HTML, "a.html"), (SVG, "a.svg"), (HTML, "a.png")])
def test_what_could_run_is_a_download_whatever_it_claims(as_editor, as_reader, storage, data, name):
    url = send(as_editor, file(data, name, "image/png")).json()["files"][0]["url"]
    answer = as_reader.get(url)
    if answer.status_code == 302:
        _, body, headers = fetch(answer["Location"])
    else:
        body, headers = b"".join(answer.streaming_content), dict(answer.headers)
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert body == data
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment")


def test_a_type_that_lies_is_not_believed(as_editor):
    send(as_editor, file(picture(), "a.txt", "text/html"))
    row = Attachment.objects.get()
    assert (row.content_type, row.name) == ("image/png", "a.png")


# -- straight to the bucket ----------------------------------------------------------------------


def begin(client: Client, **fields: object) -> dict[str, str]:
    return client.post("/attachments/begin/", fields, headers=JSON).json()


def test_with_a_folder_the_file_comes_here(as_editor):
    assert begin(as_editor, name="a.pdf", size=len(PDF)) == {}


def test_with_a_bucket_it_goes_there_and_is_verified(as_editor, page, s3: S3Server):
    begun = begin(as_editor, name="a.png", size=len(PDF), page=page.pk)
    assert begun["put"].startswith(s3.url)
    put = {"data": PDF, "headers": {"Content-Type": begun["type"]}}
    assert fetch(begun["put"], "PUT", **put)[0] == 200
    answer = as_editor.post("/attachments/finish/", {"token": begun["token"]}, headers=JSON)
    row = Attachment.objects.get()
    assert answer.json()["url"] == row.get_absolute_url()
    # What it really is counts, and nothing else is left.
    assert (row.content_type, row.name, row.page) == ("application/pdf", "a.pdf", page)
    assert objects() == set(row.keys)


def test_what_did_not_arrive_may_be_sent_anew(as_editor, s3: S3Server):
    token = begin(as_editor, name="a.pdf", size=9)["token"]
    answer = as_editor.post("/attachments/finish/", {"token": token}, headers=JSON)
    assert answer.status_code == 409
    assert not Attachment.objects.exists()


def test_a_storage_that_is_down_is_told_as_such(as_editor, s3: S3Server):
    s3.stop()
    answer = send(as_editor, file())
    assert answer.status_code == 503
    assert "storage" in answer.json()["files"][0]["error"]
    s3.start()
    assert send(as_editor, file()).status_code == 200


def test_pages_may_send_to_the_bucket_and_to_nowhere_else(as_reader, s3: S3Server, monkeypatch):
    policy = as_reader.get("/")["Content-Security-Policy"]
    assert f"connect-src 'self' {s3.url};" in policy


def test_without_a_bucket_pages_send_only_here(as_reader):
    assert "connect-src 'self';" in as_reader.get("/")["Content-Security-Policy"]


def test_a_page_needs_no_storage_and_no_key_to_say_so(as_reader, s3: S3Server, monkeypatch):
    from services.attachments.storage import s3 as bucket

    s3.stop()
    bucket._origin.cache_clear()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert as_reader.get("/").status_code == 200


def test_the_file_that_is_sent_may_be_as_large_as_it_may(as_editor, settings):
    settings.UPLOAD_MAX_BYTES = 3_000_000
    assert send(as_editor, file(b"x" * 3_000_000, "a.txt")).status_code == 200
    assert "too large" in str(send(as_editor, file(b"x" * 3_000_001, "b.txt")).json())
