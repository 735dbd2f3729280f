"""Explain errors of the storage and say what to fix.

For `manage.py check --tag storage` and for the log.
"""

from __future__ import annotations

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
)
from django.conf import settings

from services.attachments.storage.s3 import bucket_name

CREDENTIALS = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, give this machine a role, or use another "
    "source of credentials that boto3 finds by itself."
)
NO_BUCKET = "There is no such bucket. Make it, or fix AWS_STORAGE_BUCKET_NAME."
OTHER_REGION = "The bucket is in another region. Fix AWS_S3_REGION_NAME."
# By the code of the error (Amazon S3 API reference, "Error responses").
MEANINGS = {
    "NoSuchBucket": NO_BUCKET,
    "404": NO_BUCKET,
    "InvalidAccessKeyId": "The access key is not known there. Fix AWS_ACCESS_KEY_ID.",
    "SignatureDoesNotMatch": "The secret does not go with the key. Fix AWS_SECRET_ACCESS_KEY.",
    "PermanentRedirect": OTHER_REGION,
    "301": OTHER_REGION,
    "AuthorizationHeaderMalformed": "The region is wrong. Fix AWS_S3_REGION_NAME.",
    "RequestTimeTooSkewed": "The clock of this machine is wrong.",
}
# The permission that the key or role lacks, by the denied operation. Without s3:ListBucket, S3
# also denies access to objects that do not exist (Amazon S3 API reference, GetObject).
LIST = "s3:ListBucket on the bucket itself"
READ = f"s3:GetObject on what is in the bucket, and {LIST}"
RIGHTS = {
    "ListObjectsV2": LIST,
    "HeadObject": READ,
    "GetObject": READ,
    "DeleteObject": "s3:DeleteObject on what is in the bucket",
}
PUT = "s3:PutObject on what is in the bucket"


def explain_error(error: Exception) -> tuple[str, str]:
    """Return what happened, and what to do."""
    if isinstance(error, ClientError):
        return _explain_refusal(error)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "No credentials for the bucket were found.", CREDENTIALS
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError | ReadTimeoutError):
        words = f"The bucket “{bucket_name()}” cannot be reached: {error}."
        hint = "Fix AWS_S3_ENDPOINT_URL or AWS_S3_REGION_NAME, or see whether the server runs."
        return words, hint
    if isinstance(error, OSError):
        words = f"Files cannot be stored in {settings.MEDIA_ROOT}: {error.strerror or error}."
        return words, "Let the site's user write there, free some space, or fix KB_VAR_DIR."
    return "The bucket cannot be used as it is set.", str(error)


def error_code(error: Exception) -> str:
    """Return the code of an answer of S3, as in "NoSuchBucket"; blank for other errors."""
    answer = error.response if isinstance(error, ClientError) else {}
    return str(answer.get("Error", {}).get("Code", ""))


def _explain_refusal(error: ClientError) -> tuple[str, str]:
    code = error_code(error)
    hint = MEANINGS.get(code, str(error))
    if code in ("AccessDenied", "403"):
        right = RIGHTS.get(str(error.operation_name), PUT)
        hint = f"Access is denied. The key or role needs {right}."
    if code == "403":
        hint += " Or the key or its secret is wrong."
    return f"The bucket “{bucket_name()}” refused: {code}.", hint
