"""Why a file is not stored: sentences for the user who sent it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.exceptions import RetriesExceededError

from services.attachments.storage.diagnose import explain_error

logger = logging.getLogger(__name__)
UNREACHABLE = (
    "The storage for files does not answer as it should, so nothing was stored. "
    "Try again in a while; if that does not help, ask the administrator to look into the log."
)
STORAGE_ERRORS = (BotoCoreError, ClientError, Boto3Error, RetriesExceededError, OSError)


class UploadRefused(ValueError):
    """A file that is not stored; the message is a sentence for the user who sent it."""


class StorageFailed(UploadRefused):
    """The storage is down, slow, full or out of reach. Nothing is stored; a retry may work."""

    def __init__(self) -> None:
        super().__init__(UNREACHABLE)


@contextmanager
def convert_storage_errors() -> Iterator[None]:
    """Turn errors of the storage's libraries into StorageFailed; the log says what to fix."""
    try:
        yield
    except STORAGE_ERRORS as error:
        logger.error("%s %s", *explain_error(error))
        raise StorageFailed from error
