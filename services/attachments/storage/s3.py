"""What only a bucket can do: take bytes from a browser itself, by an address signed for them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage

# Objects that a browser has put and nobody has verified yet.
ARRIVING = "uploads/"
# Seconds within which the bytes are to set out (the bucket looks when they begin to arrive, and a
# browser asks for an address right before), and within which they are to be verified.
ARRIVES_WITHIN, FINISHED_WITHIN = 15 * 60, 12 * 3600


def is_remote() -> bool:
    """Are files kept in a bucket, and not in a folder of this machine?"""
    return str(settings.STORAGES["default"]["BACKEND"]).endswith("BucketStorage")


def bucket_storage() -> Any:
    """Return the storage with what only a bucket has; django-storages has no types."""
    return default_storage


def client() -> Any:
    """boto3's S3 client of the storage; one for each thread that asks."""
    return bucket_storage().connection.meta.client


def warm() -> None:
    """Load what signing an address needs, so that no reader waits for it; asks nobody."""
    if is_remote():
        origin()
        presigned_put(f"{ARRIVING}x", "application/octet-stream", 1)


def bucket_name() -> str:
    return str(bucket_storage().bucket_name)


def presigned_put(key: str, content_type: str, size: int) -> str:
    """An address that takes exactly one object: this key, type and length, and soon."""
    wanted = {
        "Bucket": bucket_name(),
        "Key": key,
        "ContentType": content_type,
        "ContentLength": size,
    }
    return str(client().generate_presigned_url("put_object", wanted, ARRIVES_WITHIN))


def origin() -> str:
    """Where browsers send uploads to, as a Content-Security-Policy names it; blank for here."""
    if not is_remote():
        return ""
    storage = bucket_storage()
    return _origin(bucket_name(), storage.endpoint_url, storage.region_name)


@lru_cache(maxsize=8)
def _origin(bucket: str, endpoint: str | None, region: str | None) -> str:
    """Signed with no real key, so that nobody looks for one: each page has this in its headers."""
    import boto3

    nobody = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none")  # noqa: S106
    signer = nobody.client(
        "s3", region_name=region, endpoint_url=endpoint, config=bucket_storage().client_config
    )
    where = {"Bucket": bucket, "Key": f"{ARRIVING}x"}
    parts = urlsplit(signer.generate_presigned_url("put_object", where))
    return f"{parts.scheme}://{parts.netloc}"
