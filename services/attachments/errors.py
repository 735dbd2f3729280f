"""What is not stored, and why: sentences for the person who sent it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from s3transfer.exceptions import RetriesExceededError

from services.attachments.storage.diagnose import in_words

logger = logging.getLogger(__name__)
UNREACHABLE = (
    "The storage for files does not answer as it should, so nothing was stored. "
    "Try again in a while; if that does not help, whoever runs the site can look into its log."
)
STORAGE_ERRORS = (BotoCoreError, ClientError, Boto3Error, RetriesExceededError, OSError)
SILENT = (EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError)


class UploadRefused(ValueError):
    """A file that is not stored; the message is a sentence for the person who sent it."""


class StorageFailed(UploadRefused):
    """The storage is down, slow, full or not to be had. Nothing is stored, and a retry may work."""

    def __init__(self) -> None:
        super().__init__(UNREACHABLE)


@contextmanager
def asking_the_storage() -> Iterator[None]:
    """Turn what the storage's libraries raise into StorageFailed; the log says what to mend."""
    try:
        yield
    except STORAGE_ERRORS as error:
        logger.error("%s %s", *in_words(error))
        raise StorageFailed from error
