"""The bucket as Django's storage: django-storages', with what loads slowly loaded once, and fit for
a CDN in front of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from storages.backends.s3 import S3Storage

from services.attachments.sniff import INLINE

# What S3 calls in an address what boto3 calls so (Amazon S3 API reference, GetObject).
IN_ADDRESSES = {
    "ResponseContentType": "response-content-type",
    "ResponseContentDisposition": "response-content-disposition",
}


class BucketStorage(S3Storage):  # type: ignore[misc]
    """A session knows what S3 can do, which takes 0.2 s and 10 MB; all threads share one.

    Each thread has a client of its own, as boto3 wants it (boto3 guide, "Multithreading"), but
    sessions are not made for making two at once.
    """

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self._session: object = None
        self._making = threading.RLock()

    @property
    def connection(self) -> object:
        if getattr(self._connections, "connection", None) is None:
            with self._making:
                return super().connection
        return self._connections.connection

    def _create_session(self) -> object:
        with self._making:
            if self._session is None:
                self._session = super()._create_session()
            return self._session

    def _get_write_parameters(self, name: str, content: object = None) -> dict[str, object]:
        """Objects say themselves that they are downloads: a CDN may pass on nothing that we ask."""
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
        """A signed address: of the bucket, or of the CDN, which is to pass on what it asks S3."""
        if not self.custom_domain:
            return str(super().url(name, parameters, expire, http_method))
        wanted = {IN_ADDRESSES[key]: value for key, value in (parameters or {}).items()}
        address = f"{self.url_protocol}//{self.custom_domain}/{quote(name)}"
        if wanted:
            address += f"?{urlencode(wanted, quote_via=quote)}"
        until = datetime.now(UTC) + timedelta(seconds=expire or self.querystring_expire)
        return str(self.cloudfront_signer.generate_presigned_url(address, date_less_than=until))
