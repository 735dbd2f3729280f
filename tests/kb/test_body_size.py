"""What is too large, or comes from those who may send nothing, is refused before it is read."""

from __future__ import annotations

import socket
import tempfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kb.middleware.body_size import max_body_bytes
from services.admin.importing import MAX_ZIP
from services.models import Attachment
from tests.support.pages import make_topic
from tests.support.queries import queries
from tests.support.writers import TOKEN, Server

pytestmark = pytest.mark.django_db
ADDRESSES = ("/attachments/", "/login/", "/admin/services/document/import/", "/")
FORM = "multipart/form-data; boundary=X"
JSON = {"Accept": "application/json"}


def announce(client: Client, size: int, path: str = "/attachments/", **more: Any) -> Any:
    """Say that so many bytes are coming. Whoever reads any finds that there are none and fails."""
    return client.generic("POST", path, b"", FORM, CONTENT_LENGTH=str(size), **more)


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_body_that_is_too_large_is_refused(as_nobody, as_editor, path: str) -> None:
    for client in (as_nobody, as_editor):
        answer = announce(client, max_body_bytes() + 1, path)
        assert answer.status_code == 413
        assert "is too large: all of it may have 1.1" in answer.content.decode()
        assert "each file 100.0" in answer.content.decode()


def test_a_script_gets_the_error_as_json(as_editor) -> None:
    answer = announce(as_editor, max_body_bytes() + 1, headers=JSON)
    assert answer.status_code == 413
    assert "Nothing was saved" in answer.json()["error"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_strangers_and_readers_send_no_large_body(as_nobody, as_reader, settings, path) -> None:
    size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    assert announce(as_nobody, size, path)["Location"] == f"/login/?next={path}"
    assert announce(as_reader, size, path).status_code == 403


def test_editors_and_admins_may(as_editor, as_admin, settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    file = SimpleUploadedFile("a.txt", b"x" * 5000)
    assert as_editor.post("/attachments/", {"file": file}, headers=JSON).status_code == 200
    notes = SimpleUploadedFile("a.md", b"# A\n\nText\n" * 200)
    answer = as_admin.post("/admin/services/document/import/", {"files": notes})
    assert answer.status_code == 200
    assert max_body_bytes() > MAX_ZIP


def test_files_of_users_who_may_send_none_are_not_stored(reader, settings, monkeypatch) -> None:
    made: list[object] = []
    real = tempfile.NamedTemporaryFile

    def watched(*args: Any, **kwargs: Any) -> Any:
        made.append(kwargs)
        return real(*args, **kwargs)

    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", watched)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    # Looking for the token of a form reads all of it.
    stranger, client = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    client.force_login(reader)
    for sender in (stranger, client):
        sender.cookies["csrftoken"] = TOKEN
        file = SimpleUploadedFile("a.txt", b"x" * 5000)
        assert sender.post("/attachments/", {"file": file}).status_code == 403
    assert made == []


def test_a_form_is_shown_again_after_the_session_ended(as_nobody) -> None:
    page = make_topic(title="Plan")
    answer = as_nobody.post(f"/pages/{page.slug}/edit/", {"notes": "My words", "version": 1})
    assert answer.status_code == 401
    assert "My words" in answer.content.decode()


def test_it_costs_no_query(as_editor, settings) -> None:
    def send() -> None:
        as_editor.post("/attachments/begin/", {"size": "9"})

    with_it = len(queries(send))
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if name != "kb.middleware.body_size.limit_bodies"
    ]
    as_editor.handler._middleware_chain = None
    assert len(queries(send)) == with_it


@pytest.mark.soak
def test_a_body_without_a_length_is_answered_and_not_read(tmp_path) -> None:
    server = Server(tmp_path)
    server.ask("prepare")
    spooled = tmp_path / "tmp"
    spooled.mkdir()
    server.environment["TMPDIR"] = str(spooled)
    server.start()
    try:
        for length, status in (
            ("Transfer-Encoding: chunked", 403),
            (f"Content-Length: {max_body_bytes() + 1}", 413),
        ):
            head = f"POST /attachments/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}\r\n"
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sock:
                sock.sendall(f"{head}Content-Type: {FORM}\r\n\r\n".encode())
                # Answered though nothing of it was sent; and what is sent then is not waited for.
                assert f" {status} ".encode() in sock.recv(100)
                with pytest.raises(OSError):
                    for _ in range(10_000):
                        sock.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")
        assert not [file for file in spooled.iterdir() if file.is_file()]
    finally:
        server.end()
    assert not Attachment.objects.exists()
