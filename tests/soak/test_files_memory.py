"""Large files go through the server in pieces: its memory hardly grows, whoever sends how many."""

from __future__ import annotations

import http.client
import io
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from tests.soak import TIMES
from tests.support.storages import fetch
from tests.support.writers import TOKEN, Server

MEGABYTE = 1024 * 1024
FILES, SIZE = 4, 100 * TIMES * MEGABYTE
MOST = 60 * MEGABYTE
BOUNDARY = "a-boundary"


class Zeros(io.RawIOBase):
    """A file of so many bytes, the first of which tell it from others, within a form."""

    def __init__(self, number: int) -> None:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{number}"'
        self.head = f"{head}\r\n\r\nfile {number}\n".encode()
        self.tail = f"\r\n--{BOUNDARY}--\r\n".encode()
        self.zeros = SIZE - len(f"file {number}\n")
        self.length = len(self.head) + self.zeros + len(self.tail)
        self.pieces = self.all()

    def all(self) -> Iterator[bytes]:
        yield self.head
        left = self.zeros
        while left:
            piece = min(left, 64 * 1024)
            left -= piece
            yield bytes(piece)
        yield self.tail


@contextmanager
def highest(server: Server) -> Iterator[list[int]]:
    """How much more memory each worker had at its highest than before, in bytes."""
    assert server.process
    workers = psutil.Process(server.process.pid).children(recursive=True)
    before = [worker.memory_info().rss for worker in workers]
    peaks, done = list(before), threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for n, worker in enumerate(workers):
                peaks[n] = max(peaks[n], worker.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    grown: list[int] = []
    try:
        yield grown
    finally:
        done.set()
        watcher.join()
        grown += [peak - start for peak, start in zip(peaks, before, strict=True)]


def ask(server: Server, session: str, method: str, path: str, body: Any = None, **headers: str):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    cookie = f"sessionid={session}; csrftoken={TOKEN}"
    given = {"Cookie": cookie, "X-CSRFToken": TOKEN, "Accept": "application/json"} | headers
    connection.request(method, path, body, given)
    return connection, connection.getresponse()


def send(server: Server, session: str, number: int, told: dict[int, str]) -> None:
    body = Zeros(number)
    form = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    connection, answer = ask(
        server,
        session,
        "POST",
        "/attachments/",
        body.pieces,
        **form,
        **{"Content-Length": str(body.length)},
    )
    told[number] = json.loads(answer.read())["files"][0]["url"]
    connection.close()


def take(server: Server, session: str, path: str, sizes: list[int]) -> None:
    connection, answer = ask(server, session, "GET", path)
    if answer.status == 302:
        sizes.append(len(fetch(answer.headers["Location"])[1]))
    else:
        size = 0
        while piece := answer.read(MEGABYTE):
            size += len(piece)
        sizes.append(size)
    connection.close()


def at_once(work: Any, each: list[tuple[Any, ...]]) -> None:
    threads = [threading.Thread(target=work, args=arguments) for arguments in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)


def test_four_large_files_up_and_down_hardly_take_memory(storage: str, tmp_path) -> None:
    server = Server(tmp_path)
    names = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    server.environment |= names | {"KB_UPLOAD_MAX_BYTES": str(2 * SIZE), "TMPDIR": str(tmp_path)}
    session = server.ask("prepare")["people"][0]["session"]
    server.start()
    told: dict[int, str] = {}
    sizes: list[int] = []
    try:
        # What the first request loads is no file's fault.
        ask(server, session, "GET", "/")[0].close()
        ask(server, session, "POST", "/attachments/")[0].close()
        with highest(server) as grown:
            at_once(send, [(server, session, number, told) for number in range(FILES)])
            at_once(take, [(server, session, path, sizes) for path in told.values()])
    finally:
        server.end()
    assert sizes == [SIZE] * FILES
    assert max(grown) <= MOST, [f"{size / MEGABYTE:.0f} MB" for size in grown]
