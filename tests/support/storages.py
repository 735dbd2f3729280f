"""Where files are kept in tests: in a folder, and on a real S3 server that checks signatures."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import cache as cache_results
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.loaders import create_loader
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.test import override_settings

KEY, SECRET, BUCKET = "notes-key", "notes-secret-notes-secret", "notes"


class S3Server:
    """`rclone serve s3` over a folder; can be stopped and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / BUCKET).mkdir(exist_ok=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        rclone = Path(sys.executable).parent / "rclone"
        options = ["--auth-key", f"{KEY},{SECRET}", "--addr", f"127.0.0.1:{self.port}"]
        # Browsers send to it from the live server's address.
        options += ["--allow-origin", "*", "--vfs-cache-mode", "off"]
        self.process = subprocess.Popen(
            [rclone, "serve", "s3", *options, self.folder],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"HOME": str(self.folder)},
        )
        _wait_for(self.port)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """moto's server, which knows what rclone's does not: buckets that are not there, and rules."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet)
    _wait_for(port)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)


def _wait_for(port: int) -> None:
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server does not start")


def s3_environment(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """What somebody sets who keeps files in a bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_STORAGE_BUCKET_NAME", BUCKET)
    monkeypatch.setenv("AWS_S3_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_S3_REGION_NAME", "us-east-1")
    monkeypatch.setenv("AWS_S3_ADDRESSING_STYLE", "path")
    monkeypatch.setenv("AWS_S3_CONNECT_TIMEOUT", "1")
    monkeypatch.setenv("AWS_S3_READ_TIMEOUT", "2")


@pytest.fixture(scope="session", autouse=True)
def one_loader() -> Iterator[None]:
    """Load the description of S3 once: each bucket of a test has a session of its own, and takes
    0.2 s to read it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache_results(create_loader))
        yield


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """Files are kept in a bucket, which is empty."""
    from kb import settings

    s3_environment(monkeypatch, s3_server.url)
    if s3_server.process is None:
        s3_server.start()
    cache.clear()
    with override_settings(STORAGES=settings.STORAGES | {"default": settings.uploads()}):
        for key in objects():
            default_storage.delete(key)
        yield s3_server
    cache.clear()


@pytest.fixture(params=["local", "s3"])
def storage(request: pytest.FixtureRequest) -> str:
    """Each test that asks for it runs twice: on a folder of its own, and on a bucket."""
    if request.param == "s3":
        request.getfixturevalue("s3")
    return str(request.param)


def objects(folder: str = "") -> set[str]:
    """The keys of all that is in the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return set()
    inside = f"{folder}/" if folder else ""
    found = {f"{inside}{name}" for name in files}
    return found.union(*(objects(f"{inside}{name}") for name in folders))


def fetch(url: str, method: str = "GET", **options: Any) -> tuple[int, bytes, dict[str, str]]:
    """What a browser gets from the bucket itself."""
    request = urllib.request.Request(url, method=method, **options)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b"", {}


def body_of(client: Any, address: str, **headers: str) -> bytes:
    """The bytes at an address of ours, also where it leads on to the bucket."""
    response = client.get(address, headers=headers)
    if response.status_code == 302:
        return fetch(response["Location"], headers=headers)[1]
    return b"".join(response.streaming_content)
