"""What is wrong with a storage, or with the way to it, in words that say what to mend.

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
}
# What the key or role lacks, by what was denied. S3 denies it to look at an object that is not
# there, too, to whoever may not list the bucket (Amazon S3 API reference, GetObject).
LIST = "s3:ListBucket on the bucket itself"
READ = f"s3:GetObject on what is in the bucket, and {LIST}"
RIGHTS = {
    "ListObjectsV2": LIST,
    "HeadObject": READ,
    "GetObject": READ,
    "DeleteObject": "s3:DeleteObject on what is in the bucket",
}
PUT = "s3:PutObject on what is in the bucket"


def in_words(error: Exception) -> tuple[str, str]:
    """What happened, and what to do."""
    if isinstance(error, ClientError):
        return _refused(error)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "No credentials for the bucket were found.", CREDENTIALS
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError | ReadTimeoutError):
        words = f"The bucket “{bucket_name()}” cannot be reached: {error}."
        hint = "Mend AWS_S3_ENDPOINT_URL or AWS_S3_REGION_NAME, or see whether the server runs."
        return words, hint
    if isinstance(error, OSError):
        words = f"Files cannot be kept in {settings.MEDIA_ROOT}: {error.strerror or error}."
        return words, "Let the site's user write there, free some space, or mend KB_VAR_DIR."
    return "The bucket cannot be used as it is set.", str(error)


def _refused(error: ClientError) -> tuple[str, str]:
    code = str(error.response.get("Error", {}).get("Code", ""))
    hint = MEANINGS.get(code, str(error))
    if code in ("AccessDenied", "403"):
        right = RIGHTS.get(str(error.operation_name), PUT)
        hint = f"Access is denied. The key or role needs {right}."
    if code == "403":
        hint += " Or the key or its secret is wrong."
    return f"The bucket “{bucket_name()}” refused: {code}.", hint
