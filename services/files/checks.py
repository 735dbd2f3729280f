"""Whether files can be kept where the settings say, told in words that say what to mend.

These ask the storage itself, so they only run when asked for: `manage.py check --tag storage`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
)
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from services.files import bucket

TAG = "storage"
PROBE = b"A file that was put to see whether files can be kept here; it may be deleted.\n"
CREDENTIALS = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role, or whatever "
    "else boto3 finds by itself."
)
# By the code of the error (Amazon S3 API reference, "Error responses").
MEANINGS = {
    "NoSuchBucket": "There is no such bucket. Make it, or mend AWS_STORAGE_BUCKET_NAME.",
    "404": "There is no such bucket. Make it, or mend AWS_STORAGE_BUCKET_NAME.",
    "InvalidAccessKeyId": "The access key is not known there. Mend AWS_ACCESS_KEY_ID.",
    "SignatureDoesNotMatch": "The secret does not go with the key. Mend AWS_SECRET_ACCESS_KEY.",
    "PermanentRedirect": "The bucket is in another region. Mend AWS_S3_REGION_NAME.",
    "301": "The bucket is in another region. Mend AWS_S3_REGION_NAME.",
    "AuthorizationHeaderMalformed": "The region is wrong. Mend AWS_S3_REGION_NAME.",
    "RequestTimeTooSkewed": "The clock of this machine is wrong.",
    "AccessDenied": "Access is denied. The key or role needs s3:ListBucket on the bucket, and "
    "s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it.",
    "403": "Access is denied: the key, its secret or what it may do on this bucket is wrong.",
}


def check_storage(app_configs: Any = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """Put a small object, read it and delete it, as an upload would."""
    try:
        if bucket.is_remote():
            bucket.client().head_bucket(Bucket=bucket.bucket_name())
        key = default_storage.save(f"{bucket.ARRIVING}{uuid.uuid4().hex}", ContentFile(PROBE))
        with default_storage.open(key) as file:
            same = file.read() == PROBE
        default_storage.delete(key)
    except (BotoCoreError, ClientError, OSError) as error:
        return [Error(*_told(error), id="storage.E001")]
    if not same:
        words = "What was put into the storage comes out changed."
        hint = "Look for something between this machine and the storage that alters it."
        return [Error(words, hint, id="storage.E002")]
    return _browsers_may() if bucket.is_remote() else []


def _told(error: Exception) -> tuple[str, str]:
    """What happened, and what to do."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        where = f"The bucket “{bucket.bucket_name()}” refused: {code}."
        return where, MEANINGS.get(code, str(error))
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "No credentials for the bucket were found.", CREDENTIALS
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError | ReadTimeoutError):
        words = f"The bucket “{bucket.bucket_name()}” cannot be reached: {error}."
        hint = "Mend AWS_S3_ENDPOINT_URL or AWS_S3_REGION_NAME, or see whether the server runs."
        return words, hint
    if isinstance(error, OSError):
        words = f"Files cannot be kept in {settings.MEDIA_ROOT}: {error.strerror or error}."
        return words, "Let the site's user write there, free some space, or mend KB_VAR_DIR."
    return "The bucket cannot be used as it is set.", str(error)


def _browsers_may() -> list[CheckMessage]:
    """Uploads from browsers need a rule of the bucket for other origins (CORS)."""
    try:
        bucket.client().get_bucket_cors(Bucket=bucket.bucket_name())
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code != "NoSuchCORSConfiguration":
            return []
        words = "The bucket has no CORS rule, so files go through this server and not directly."
        hint = "Allow PUT with any header from the site's address; docs/deploy.md has the rule."
        return [Warning(words, hint, id="storage.W001")]
    except BotoCoreError:
        pass
    return []
