"""A bucket that does not answer: nobody waits longer than was set, and pages not at all."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator

import pytest
from django.core.files.storage import default_storage
from django.test import override_settings

from kb import settings as configured
from services.attachments.errors import StorageFailed
from services.attachments.store import store
from services.models import Attachment
from services.pages.revise import revise
from tests.support.pages import make_topic
from tests.support.pictures import picture
from tests.support.storages import fetch, s3_environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def silence(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[socket.socket]]:
    """A server that takes every connection and never says a word; those that were made."""
    taken: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            while True:
                try:
                    taken.append(listener.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        s3_environment(monkeypatch, f"http://127.0.0.1:{listener.getsockname()[1]}")
        monkeypatch.setenv("AWS_S3_READ_TIMEOUT", "1")
        storages = configured.STORAGES | {"default": configured.uploads()}
        with override_settings(STORAGES=storages):
            yield taken
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    for connection in taken:
        connection.close()


def test_an_upload_gives_up_and_leaves_nothing(silence: list[socket.socket]) -> None:
    with pytest.raises(StorageFailed):
        store(io.BytesIO(picture()), name="a.png")
    assert silence
    assert not Attachment.objects.exists()


def test_pages_and_addresses_do_not_ask_it(silence: list[socket.socket], as_reader) -> None:
    page = make_topic(title="Plan")
    row = Attachment.objects.create(
        page=page, name="a.png", content_type="image/png", size=9, file="attachments/ab/x", width=8
    )
    revise(page, f"![a]({row.get_absolute_url()})", version=1)
    assert row.get_absolute_url() in as_reader.get("/topics/plan/").content.decode()
    assert as_reader.get("/pages/plan/files/").status_code == 200
    assert as_reader.get(row.get_absolute_url()).status_code == 302
    assert silence == []


def test_an_expired_address_gives_nothing(s3, django_db_blocker) -> None:
    row = store(io.BytesIO(picture()), name="a.png")
    expired = default_storage.url(row.file.name, expire=-1)
    assert fetch(expired)[0] in (400, 403)
    assert fetch(default_storage.url(row.file.name, expire=60))[0] == 200
