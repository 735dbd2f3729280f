"""The bucket as Django's storage: django-storages', with what loads slowly loaded once."""

from __future__ import annotations

import threading
from typing import Any

from storages.backends.s3 import S3Storage


class BucketStorage(S3Storage):  # type: ignore[misc]
    """A session knows what S3 can do, which takes 0.2 s and 10 MB; all threads share one.

    Each thread has a client of its own, as boto3 wants it (boto3 guide, "Multithreading"), but
    sessions are not made for making two at once.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._session: Any = None
        self._making = threading.RLock()

    @property
    def connection(self) -> Any:
        if getattr(self._connections, "connection", None) is None:
            with self._making:
                return super().connection
        return self._connections.connection

    def _create_session(self) -> Any:
        with self._making:
            if self._session is None:
                self._session = super()._create_session()
            return self._session
