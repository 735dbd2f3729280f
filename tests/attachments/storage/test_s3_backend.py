"""A CDN in front of the bucket: who may read is led there, and others get nothing from it."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.test import override_settings

from kb import settings as configured
from services.attachments import audit
from services.attachments.storage.s3 import client
from services.attachments.store import store
from services.models import Attachment
from tests.support.cdn import KEY_ID, Cdn, running
from tests.support.pictures import HTML, PDF, SVG, ZIP, picture
from tests.support.storages import fetch, s3_environment

pytestmark = pytest.mark.django_db(transaction=True)


def behind(cdn: Cdn, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_S3_CUSTOM_DOMAIN", cdn.domain)
    monkeypatch.setenv("AWS_CLOUDFRONT_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_CLOUDFRONT_KEY", cdn.pem.replace("\n", "\\n"))
    storage = configured.uploads()
    # This one speaks http.
    storage["OPTIONS"]["url_protocol"] = "http:"
    return override_settings(STORAGES=configured.STORAGES | {"default": storage})


@pytest.fixture
def cdn(s3, monkeypatch) -> Iterator[Cdn]:
    with running() as made, behind(made, monkeypatch):
        made.client = client()
        yield made


@pytest.fixture
def forgetful(moto_url: str, monkeypatch) -> Iterator[Cdn]:
    """One that passes nothing on of what an address asks for, before a server that keeps what
    objects say of themselves."""
    s3_environment(monkeypatch, moto_url)
    cache.clear()
    with running() as made, behind(made, monkeypatch):
        made.client, made.forwards = client(), False
        made.client.create_bucket(Bucket="notes")
        yield made
        for stored in audit.list_objects():
            default_storage.delete(stored.key)
        made.client.delete_bucket(Bucket="notes")
    cache.clear()


def store_file(data: bytes, name: str) -> Attachment:
    return store(io.BytesIO(data), name=name)


def followed(live_server, reader, path: str) -> tuple[int, bytes, dict[str, str]]:
    """What a browser gets in the end that is logged in here."""
    cookie = f"sessionid={reader.cookies['sessionid'].value}"
    return fetch(f"{live_server.url}{path}", headers={"Cookie": cookie})


def test_readers_are_led_there_and_get_the_file(cdn, live_server, as_reader) -> None:
    row = store_file(picture(), "схема (1) & more.png")
    status, body, headers = followed(live_server, as_reader, row.get_absolute_url())
    assert (status, body) == (200, picture())
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"] == f"inline; filename*=utf-8''{quote(row.name)}"
    assert cdn.asked == [f"/{row.file.name}"]
    small = followed(live_server, as_reader, f"/thumbnails/{row.pk}/")
    assert small[1].startswith(b"RIFF")
    assert small[2]["Content-Type"] == "image/webp"


@pytest.mark.parametrize(("data", "name"), [(SVG, "a b.svg"), (HTML, "a.html"), (ZIP, "a.docx")])
def test_files_that_could_run_are_downloads_with_their_name(
    cdn, live_server, as_reader, data: bytes, name: str
) -> None:
    row = store_file(data, name)
    status, body, headers = followed(live_server, as_reader, row.get_absolute_url())
    assert (status, body) == (200, data)
    assert headers["Content-Type"] in ("application/octet-stream", "application/zip")
    assert headers["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize(
    ("data", "kind", "disposition"),
    [
        (SVG, "application/octet-stream", "attachment"),
        (HTML, "application/octet-stream", "attachment"),
        (ZIP, "application/zip", "attachment"),
        (PDF, "application/pdf", None),
        (picture(), "image/png", None),
    ],
)
@pytest.mark.parametrize("way", ["sent", "moved"])
def test_also_where_the_cdn_passes_nothing_on(
    forgetful, live_server, as_reader, data, kind, disposition, way: str
) -> None:
    row = store_file(data, "a")
    if way == "moved":
        there = audit.local_folder()
        for key in row.keys:
            audit.copy_object(key, default_storage, there)
            default_storage.delete(key)
            audit.copy_object(key, there, default_storage)
    status, body, headers = followed(live_server, as_reader, row.get_absolute_url())
    assert (status, body) == (200, data)
    assert headers["Content-Type"] == kind
    assert headers.get("Content-Disposition") == disposition


class TestAnAddress:
    @pytest.fixture
    def address(self, cdn, as_reader) -> str:
        found = str(as_reader.get(store_file(picture(), "a.png").get_absolute_url())["Location"])
        assert fetch(found)[0] == 200
        cdn.asked.clear()
        return found

    def test_gives_nothing_unsigned(self, cdn: Cdn, address: str) -> None:
        assert fetch(address.partition("?")[0])[0] == 403
        assert fetch(address.partition("&Signature=")[0])[0] == 403
        assert cdn.asked == []

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Expires=", "Expires=9"),
            ("Signature=", "Signature=A"),
            ("image%2Fpng", "text%2Fhtml"),
            ("disposition=inline", "disposition=attachment"),
            (f"Key-Pair-Id={KEY_ID}", "Key-Pair-Id=K1"),
        ],
    )
    def test_gives_nothing_altered(self, cdn: Cdn, address: str, old: str, new: str) -> None:
        assert old in address
        assert fetch(address.replace(old, new))[0] == 403
        assert cdn.asked == []

    def test_gives_nothing_of_another_object(self, cdn: Cdn, address: str) -> None:
        own, other = Attachment.objects.get().file.name, store_file(b"secret", "b.txt").file.name
        assert fetch(address.replace(own, other))[0] == 403
        assert cdn.asked == []

    def test_gives_nothing_when_it_has_expired(self, cdn: Cdn, address: str) -> None:
        for seconds, status in ((590, 200), (610, 403)):
            later = time.time() + seconds
            with mock.patch("tests.support.cdn.time.time", return_value=later):
                assert fetch(address)[0] == status

    def test_gives_nothing_signed_by_another_key(self, cdn: Cdn, address, monkeypatch) -> None:
        row = Attachment.objects.get()
        with running(key_number=2) as other:
            monkeypatch.setenv("AWS_CLOUDFRONT_KEY", other.pem)
            storage = configured.uploads()
            storage["OPTIONS"]["url_protocol"] = "http:"
            with override_settings(STORAGES=configured.STORAGES | {"default": storage}):
                forged = default_storage.url(row.file.name, expire=600)
        assert fetch(forged)[0] == 403
        assert cdn.asked == []

    def test_has_no_key_of_the_bucket_and_is_reused(self, address: str, as_reader) -> None:
        assert "X-Amz" not in address
        row = Attachment.objects.get()
        assert as_reader.get(row.get_absolute_url())["Location"] == address
