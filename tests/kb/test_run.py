"""`make run`: what a first visitor sees, and that a second start changes nothing."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = [sys.executable, "-m", "kb.run"]
NOTES = "# Compute\n\n## ECS\n\nRuns containers.\n\n## EKS\n\nRuns pods.\n"


class Site:
    """A start in a process of its own; `output` is what it has printed so far."""

    def __init__(self, command: list[str], var: Path | None, folder: Path = ROOT) -> None:
        # The start must find its own way, whatever the tests themselves were started with.
        names = ("PATH", "HOME", "LANG", "TMPDIR")
        env = {name: value for name, value in os.environ.items() if name in names}
        env |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        if var:
            env["KB_VAR_DIR"] = str(var)
        self.output = ""
        self.ready = threading.Event()
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self.output += line
                if "Ctrl+C" in line:
                    self.ready.set()
        self.ready.set()

    def wait(self, seconds: float = 180) -> str:
        """Wait until it serves and return its address."""
        assert self.ready.wait(seconds), self.output
        address = re.search(r"http://127\.0\.0\.1:\d+/", self.output)
        assert address, self.output
        return address[0]

    def stop(self) -> int:
        """Press Ctrl+C, which reaches the whole group, and return the exit status."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            return self.process.wait(120)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        finally:
            self.reader.join(60)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def start() -> Iterator[Callable[..., Site]]:
    sites: list[Site] = []

    def run(*args: object, command: list[str] = START, **options: Path) -> Site:
        port = ["--port", free_port()] if command is START and "--port" not in args else []
        sites.append(Site([*command, *map(str, [*args, *port])], **options))
        return sites[-1]

    yield run
    for site in sites:
        site.stop()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "my notes.md"
    path.write_text(NOTES)
    return path


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as response:
        assert response.status == 200
        return response.read().decode()


def log_in(address: str, username: str, password: str) -> None:
    """Log in as a browser does: with the form's token and a cookie."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{address}login/", timeout=60).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    form = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
    browser.open(f"{address}login/", urlencode(form).encode(), timeout=60).close()
    assert "sessionid" in {cookie.name for cookie in jar}


def rows(var: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(var / "kb.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def shown(var: Path) -> list[tuple[str, str]]:
    """The titles and notes of the pages that are not in the trash."""
    query = "select title, notes from services_page where trashed_at is null order by position"
    return [(str(title), str(notes)) for title, notes in rows(var, query)]


def stored(var: Path) -> list[tuple[object, ...]]:
    pages = rows(var, "select id, title, notes, version from services_page order by id")
    return pages + rows(var, "select id, username, password from auth_user order by id")


@pytest.mark.soak
def test_four_starts(start: Callable[..., Site], tmp_path: Path) -> None:
    """First with the examples; then with notes, which take their place; then as it was left."""
    var, port = tmp_path / "var", free_port()
    first = start("--port", port, var=var)
    address = first.wait()
    assert f":{port}/" in address
    assert str(var) in first.output
    assert "ECS" in get(address)
    manifest = json.loads((var / "static" / "staticfiles.json").read_text())
    css = next(path for name, path in manifest["paths"].items() if name.endswith(".css"))
    get(f"{address}static/{css}")
    password = re.search(r"admin, with the password (\S+)", first.output)
    assert password
    log_in(address, "admin", password[1])
    assert first.stop() == 0
    assert "Traceback" not in first.output

    folder = tmp_path / "my notes"
    folder.mkdir()
    (folder / "AWS.md").write_text(NOTES)
    (folder / "binary.md").write_bytes(b"# EC2\n\0\n")
    second = start(folder, var=var)
    assert "ECS" in get(second.wait())
    second.stop()
    assert "example pages to the trash" in second.output
    assert "binary.md" in second.output
    assert "Not everything could be imported." in second.output
    assert [title for title, _ in shown(var)] == ["ECS", "EKS"]

    (folder / "AWS.md").write_text(NOTES.replace("Runs pods.", "Runs Kubernetes."))
    third = start(folder, var=var)
    get(third.wait())
    third.stop()
    assert "Importing" in third.output
    assert [title for title, _ in shown(var)] == ["ECS", "EKS"]
    assert "Runs Kubernetes." in shown(var)[1][1]

    before = stored(var)
    fourth = start("--port", port, var=var)
    get(fourth.wait())
    assert password[1] not in fourth.output
    assert "changepassword admin" in fourth.output
    assert "Importing" not in fourth.output
    assert fourth.stop() == 0
    assert stored(var) == before


def test_missing_notes_stop_it_first(start: Callable[..., Site], tmp_path: Path) -> None:
    var = tmp_path / "var"
    site = start(tmp_path / "nowhere", var=var)
    assert site.process.wait(60) == 2
    site.stop()
    assert site.output.count("\n") == 1
    assert "nowhere" in site.output
    assert not var.exists()


def test_bad_port_stops_it_first(start: Callable[..., Site], tmp_path: Path) -> None:
    site = start("--port", "80a", var=tmp_path / "var")
    assert site.process.wait(60) == 2
    site.stop()
    assert site.output == "PORT is '80a': set it to a number from 1 to 65535.\n"


def test_a_folder_that_cannot_be_made_is_a_sentence(
    start: Callable[..., Site], notes: Path
) -> None:
    site = start(var=notes / "var")
    assert site.process.wait(60) == 1
    site.stop()
    assert site.output.startswith("KB_VAR_DIR: cannot make the folder")
    assert "Traceback" not in site.output


def test_a_port_in_use_stops_it_first(start: Callable[..., Site], tmp_path: Path) -> None:
    var = tmp_path / "var"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        site = start("--port", port, var=var)
        assert site.process.wait(60) == 1
    site.stop()
    assert site.output.startswith(f"Port {port} cannot be used")
    assert site.output.count("\n") == 1
    assert not var.exists()


@pytest.mark.clone
def test_a_fresh_clone_runs(start: Callable[..., Site], tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    site = start(command=["make", "run", f"PORT={free_port()}"], var=None, folder=clone)
    assert "ECS" in get(site.wait(600))
    assert (clone / "var" / "kb.sqlite3").exists()
    assert site.stop() in (0, -signal.SIGINT)
    assert "Traceback" not in site.output
