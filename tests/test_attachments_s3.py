"""Pictures in a private bucket, on a real S3 server that checks signatures."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from PIL import Image

from services.models import Attachment

pytestmark = pytest.mark.django_db

KEY, SECRET, BUCKET = "notes-key", "notes-secret-notes-secret", "notes"


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "orange").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("s3")
    (folder / BUCKET).mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    rclone = Path(sys.executable).parent / "rclone"
    address = f"127.0.0.1:{port}"
    command = [rclone, "serve", "s3", "--auth-key", f"{KEY},{SECRET}", "--addr", address, folder]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"HOME": str(folder)}
    )
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"http://{address}"
    server.terminate()
    server.wait(10)


@pytest.fixture
def bucket(endpoint, monkeypatch):
    from kb import settings

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_STORAGE_BUCKET_NAME", BUCKET)
    monkeypatch.setenv("AWS_S3_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_S3_REGION_NAME", "us-east-1")
    monkeypatch.setenv("AWS_S3_ADDRESSING_STYLE", "path")
    cache.clear()
    storages = settings.STORAGES | {"default": settings.uploads()}
    with override_settings(STORAGES=storages):
        yield endpoint


@pytest.fixture
def stored(bucket, as_editor) -> Attachment:
    picture = SimpleUploadedFile("a diagram.png", png(), "text/html")
    answer = as_editor.post("/markdownx/upload/", {"image": picture})
    assert answer.status_code == 200
    return Attachment.objects.get()


def fetch(url: str) -> tuple[int, bytes, dict[str, str]]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b"", {}


def test_an_upload_goes_to_the_bucket_and_is_read_by_a_signed_address(stored, as_reader):
    answer = as_reader.get(stored.get_absolute_url())
    assert answer.status_code == 302
    status, body, headers = fetch(answer["Location"])
    assert (status, body) == (200, png())
    assert headers["Content-Type"] == "image/png"


def test_without_its_signature_the_address_gives_nothing(stored, as_reader):
    signed = urlsplit(as_reader.get(stored.get_absolute_url())["Location"])
    assert fetch(signed._replace(query="").geturl())[0] in (400, 403)
    altered = signed.query.replace("X-Amz-Signature=", "X-Amz-Signature=0")
    assert fetch(signed._replace(query=altered).geturl())[0] == 403


def test_who_may_not_read_gets_no_signed_address(stored, as_nobody):
    answer = as_nobody.get(stored.get_absolute_url())
    assert answer["Location"].startswith("/login/")


def test_the_signed_address_stays_the_same_for_a_while(stored, as_reader):
    url = stored.get_absolute_url()
    assert as_reader.get(url)["Location"] == as_reader.get(url)["Location"]


def objects() -> set[str]:
    folders = default_storage.listdir("attachments")[0]
    return {
        name for folder in folders for name in default_storage.listdir(f"attachments/{folder}")[1]
    }


def test_a_row_that_cannot_be_stored_leaves_no_object(stored, as_editor, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("no row today")

    before = objects()
    assert stored.uuid.hex in before
    monkeypatch.setattr(Attachment, "save", fail)
    with pytest.raises(RuntimeError):
        as_editor.post("/markdownx/upload/", {"image": SimpleUploadedFile("b.png", png())})
    assert objects() == before
