"""The bucket as only S3 has it: its client, and signed addresses for uploads from browsers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage

# Below this are objects that a browser has put and that are not verified yet.
UPLOADS = "uploads/"
# Seconds until the upload must have started (the bucket checks when the first bytes arrive, and a
# browser requests an address right before), and until it must be verified.
PUT_SECONDS, FINISH_SECONDS = 15 * 60, 12 * 3600


def is_remote() -> bool:
    """Are files stored in a bucket, and not in a folder of this machine?"""
    return str(settings.STORAGES["default"]["BACKEND"]).endswith("BucketStorage")


def bucket_storage() -> Any:
    """Return the storage as a bucket; django-storages has no types."""
    return default_storage


def client() -> Any:
    """Return boto3's S3 client of the storage, one for each thread."""
    return bucket_storage().connection.meta.client


def warm() -> None:
    """Load what signing an address needs before the first request; sends nothing."""
    if is_remote():
        origin()
        presigned_put(f"{UPLOADS}x", "application/octet-stream", 1)


def bucket_name() -> str:
    return str(bucket_storage().bucket_name)


def presigned_put(key: str, content_type: str, size: int) -> str:
    """Sign an address that takes exactly one object: this key, type and length."""
    wanted = {
        "Bucket": bucket_name(),
        "Key": key,
        "ContentType": content_type,
        "ContentLength": size,
    }
    return str(client().generate_presigned_url("put_object", wanted, PUT_SECONDS))


def origin() -> str:
    """Return the origin that browsers send uploads to, for a Content-Security-Policy; blank if it
    is this site.
    """
    if not is_remote():
        return ""
    storage = bucket_storage()
    return _origin(bucket_name(), storage.endpoint_url, storage.region_name)


@lru_cache(maxsize=8)
def _origin(bucket: str, endpoint: str | None, region: str | None) -> str:
    """Each page has this in its headers, so it is signed without looking for a real key."""
    import boto3

    session = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none")  # noqa: S106
    signer = session.client(
        "s3", region_name=region, endpoint_url=endpoint, config=bucket_storage().client_config
    )
    target = {"Bucket": bucket, "Key": f"{UPLOADS}x"}
    parts = urlsplit(signer.generate_presigned_url("put_object", target))
    return f"{parts.scheme}://{parts.netloc}"
