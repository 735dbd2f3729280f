"""Errors of the storage: each is explained, with what to fix."""

from __future__ import annotations

import io
import json

import boto3
import pytest
from django.test import override_settings

from kb import settings as configured
from services.attachments.errors import StorageFailed
from services.attachments.storage.s3 import client
from services.attachments.store import store
from tests.attachments.storage.test_checks import refused
from tests.support.pictures import picture
from tests.support.storages import fetch, s3_environment


@pytest.fixture
def moto(moto_url: str, monkeypatch: pytest.MonkeyPatch):
    s3_environment(monkeypatch, moto_url)
    storages = configured.STORAGES | {"default": configured.uploads()}
    with override_settings(STORAGES=storages):
        yield client()


def test_a_server_that_is_not_there(s3) -> None:
    s3.stop()
    said = refused()
    assert "The bucket “notes” cannot be reached" in said
    assert "Fix AWS_S3_ENDPOINT_URL" in said


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("AWS_ACCESS_KEY_ID", "wrong-key", "The access key is not known there"),
        ("AWS_SECRET_ACCESS_KEY", "not the secret", "The secret does not go with the key"),
    ],
)
def test_credentials_that_are_wrong(s3, monkeypatch, variable, value, words) -> None:
    monkeypatch.setenv(variable, value)
    with override_settings(STORAGES=configured.STORAGES | {"default": configured.uploads()}):
        said = refused()
    assert f"{words}. Fix {variable}" in said


def test_no_credentials_at_all(s3, monkeypatch, tmp_path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with override_settings(STORAGES=configured.STORAGES | {"default": configured.uploads()}):
        assert "give this machine a role" in refused()


PLAIN = {"Content-Type": "text/plain"}
BUCKET, INSIDE = "arn:aws:s3:::notes", "arn:aws:s3:::notes/*"
MAY = {
    "s3:ListBucket": BUCKET,
    "s3:PutObject": INSIDE,
    "s3:GetObject": INSIDE,
    "s3:DeleteObject": INSIDE,
}


@pytest.mark.parametrize("lacking", MAY)
def test_a_right_that_is_lacking_is_named(moto, moto_url, monkeypatch, lacking: str) -> None:
    moto.create_bucket(Bucket="notes")
    iam = boto3.client("iam", endpoint_url=moto_url, region_name="us-east-1")
    iam.create_user(UserName="site")
    rights = [
        {"Effect": "Allow", "Action": right, "Resource": where}
        for right, where in MAY.items()
        if right != lacking
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": rights})
    iam.put_user_policy(UserName="site", PolicyName="may", PolicyDocument=policy)
    key = iam.create_access_key(UserName="site")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    try:
        # From now on moto looks at who may.
        fetch(f"{moto_url}/moto-api/reset-auth", "POST", data=b"0", headers=PLAIN)
        with override_settings(STORAGES=configured.STORAGES | {"default": configured.uploads()}):
            said = refused()
    finally:
        fetch(f"{moto_url}/moto-api/reset-auth", "POST", data=b"inf", headers=PLAIN)
        fetch(f"{moto_url}/moto-api/reset", "POST", data=b"", headers=PLAIN)
    assert "The bucket “notes” refused:" in said
    assert f"needs {lacking} on" in said


@pytest.mark.django_db
def test_a_bucket_that_is_gone(moto) -> None:
    said = refused()
    assert "There is no such bucket. Make it, or fix AWS_STORAGE_BUCKET_NAME." in said
    with pytest.raises(StorageFailed):
        store(io.BytesIO(picture()), name="a.png")
