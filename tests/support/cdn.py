"""A CDN on this machine, which does as CloudFront does: who has an address that is signed for it,
and not too old, gets the object, which it asks the bucket for with a key of its own."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_ID = "K2JCJMDEHXQW5F"
# What it adds to an address (CloudFront developer guide, "signed URL using a canned policy").
ITS_OWN = ("Expires", "Signature", "Key-Pair-Id")
OVERRIDES = {
    "response-content-type": "ResponseContentType",
    "response-content-disposition": "ResponseContentDisposition",
}
PASSED_ON = ("Content-Type", "Content-Disposition", "ETag")


class Cdn:
    """Its address and private key; `client` asks the bucket, and `forwards` the query or not."""

    def __init__(self, port: int, key_number: int) -> None:
        self.domain = f"127.0.0.1:{port}"
        self.key = private_key(key_number)
        self.client: Any = None
        self.forwards = True
        self.asked: list[str] = []

    @property
    def pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    def lets_in(self, resource: str, own: dict[str, str]) -> bool:
        if own.keys() != set(ITS_OWN) or own["Key-Pair-Id"] != KEY_ID:
            return False
        until = int(own["Expires"])
        condition = {"DateLessThan": {"AWS:EpochTime": until}}
        policy = {"Statement": [{"Resource": resource, "Condition": condition}]}
        said = json.dumps(policy, separators=(",", ":")).encode()
        try:
            signature = base64.b64decode(own["Signature"].translate(str.maketrans("-_~", "+=/")))
            self.key.public_key().verify(signature, said, padding.PKCS1v15(), hashes.SHA1())
        except (InvalidSignature, ValueError):
            return False
        return until > time.time()

    def fetched(self, address: str) -> tuple[int, dict[str, str], bytes]:
        """What it answers for a path and query."""
        path, _, query = address.partition("?")
        parts = [part for part in query.split("&") if part]
        theirs = [part for part in parts if part.partition("=")[0] not in ITS_OWN]
        own = dict(part.split("=", 1) for part in parts if part not in theirs)
        resource = f"http://{self.domain}{path}" + (f"?{'&'.join(theirs)}" if theirs else "")
        if not self.lets_in(resource, own):
            return 403, {}, b""
        self.asked.append(path)
        wanted = {}
        if self.forwards:
            given = dict(parse_qsl("&".join(theirs)))
            wanted = {OVERRIDES[name]: value for name, value in given.items() if name in OVERRIDES}
        try:
            found = self.client.get_object(Bucket="notes", Key=unquote(path[1:]), **wanted)
        except ClientError as error:
            return int(error.response["ResponseMetadata"]["HTTPStatusCode"]), {}, b""
        said = found["ResponseMetadata"]["HTTPHeaders"]
        kept = {name: said[name.lower()] for name in PASSED_ON if name.lower() in said}
        return 200, kept, found["Body"].read()


@cache
def private_key(number: int) -> rsa.RSAPrivateKey:
    """Return a key, the same for the same number: generating one takes up to 0.3 s."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@contextmanager
def running(key_number: int = 1) -> Iterator[Cdn]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = cdn.fetched(self.path)
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    cdn = Cdn(server.server_address[1], key_number)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield cdn
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
