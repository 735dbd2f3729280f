"""The bucket as Django's storage: that of django-storages, with one session for all threads, and
with a CDN in front of it if one is set.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from storages.backends.s3 import S3Storage

from services.attachments.sniff import INLINE

# By boto3's name of a parameter, its name in an address (Amazon S3 API reference, GetObject).
QUERY_NAMES = {
    "ResponseContentType": "response-content-type",
    "ResponseContentDisposition": "response-content-disposition",
}


class BucketStorage(S3Storage):  # type: ignore[misc]
    """Share one session among all threads: loading its description of S3 takes 0.2 s and 10 MB.

    Each thread has a client of its own, as boto3 requires (boto3 guide, "Multithreading"); a lock
    prevents two threads from making one from the session at the same time.
    """

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self._session: object = None
        self._lock = threading.RLock()

    @property
    def connection(self) -> object:
        if getattr(self._connections, "connection", None) is None:
            with self._lock:
                return super().connection
        return self._connections.connection

    def _create_session(self) -> object:
        with self._lock:
            if self._session is None:
                self._session = super()._create_session()
            return self._session

    def _get_write_parameters(self, name: str, content: object = None) -> dict[str, object]:
        """Store with an object that it is a download: a CDN may drop a request's parameters."""
        parameters: dict[str, object] = super()._get_write_parameters(name, content)
        if parameters["ContentType"] not in INLINE:
            parameters["ContentDisposition"] = "attachment"
        return parameters

    def url(
        self,
        name: str,
        parameters: dict[str, str] | None = None,
        expire: int | None = None,
        http_method: str | None = None,
    ) -> str:
        """Sign an address of the bucket, or of the CDN, which should pass the query on to S3."""
        if not self.custom_domain:
            return str(super().url(name, parameters, expire, http_method))
        wanted = {QUERY_NAMES[key]: value for key, value in (parameters or {}).items()}
        address = f"{self.url_protocol}//{self.custom_domain}/{quote(name)}"
        if wanted:
            address += f"?{urlencode(wanted, quote_via=quote)}"
        until = datetime.now(UTC) + timedelta(seconds=expire or self.querystring_expire)
        return str(self.cloudfront_signer.generate_presigned_url(address, date_less_than=until))
