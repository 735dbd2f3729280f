"""`manage.py check --tag storage` says what to fix; nothing else queries the storage."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings

from kb import settings as configured
from services.attachments.storage.s3 import client
from tests.support.storages import KEY, objects, s3_environment


def check(*options: str) -> str:
    out = io.StringIO()
    call_command("check", "--tag", "storage", *options, stdout=out, stderr=out)
    return out.getvalue()


def refused() -> str:
    with pytest.raises(SystemCheckError) as told:
        check()
    return str(told.value)


@pytest.fixture
def moto(moto_url: str, monkeypatch: pytest.MonkeyPatch):
    s3_environment(monkeypatch, moto_url)
    storages = configured.STORAGES | {"default": configured.uploads()}
    with override_settings(STORAGES=storages):
        yield client()


def test_a_storage_that_works_has_nothing_to_tell(storage: str) -> None:
    assert "no issues" in check()
    assert objects() == set()


def test_other_checks_ask_no_storage(s3) -> None:
    s3.stop()
    call_command("check", stdout=io.StringIO())


def test_a_folder_that_cannot_be_written(settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.MEDIA_ROOT = tmp_path / "file"
    said = refused()
    assert f"Files cannot be stored in {tmp_path / 'file'}" in said
    assert "fix KB_VAR_DIR" in said


def test_a_bucket_without_a_rule_for_browsers(moto) -> None:
    moto.create_bucket(Bucket="notes")
    try:
        assert "no CORS rule" in check()
        rule = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"]}
        moto.put_bucket_cors(Bucket="notes", CORSConfiguration={"CORSRules": [rule]})
        assert "no issues" in check()
    finally:
        moto.delete_bucket(Bucket="notes")


class TestSettings:
    @pytest.fixture(autouse=True)
    def a_bucket(self, monkeypatch: pytest.MonkeyPatch) -> None:
        s3_environment(monkeypatch, "http://127.0.0.1:9")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("AWS_S3_ADDRESSING_STYLE", "sideways"),
            ("AWS_S3_CHECKSUMS", "always"),
            ("AWS_S3_READ_TIMEOUT", "0"),
            ("AWS_S3_CUSTOM_DOMAIN", "cdn.example"),
        ],
    )
    def test_bad_values_stop_the_start(self, monkeypatch, name: str, value: str) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(ImproperlyConfigured, match=name):
            configured.uploads()

    def test_a_cdn_signs_its_own_addresses(self, monkeypatch) -> None:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        monkeypatch.setenv("AWS_S3_CUSTOM_DOMAIN", "cdn.example")
        monkeypatch.setenv("AWS_CLOUDFRONT_KEY_ID", "K1")
        monkeypatch.setenv("AWS_CLOUDFRONT_KEY", pem.decode().replace("\n", "\\n"))
        with override_settings(STORAGES=configured.STORAGES | {"default": configured.uploads()}):
            url = default_storage.url("attachments/ab/x", expire=600)
        assert url.startswith("https://cdn.example/attachments/ab/x?")
        assert "Key-Pair-Id=K1" in url
        assert KEY not in url
