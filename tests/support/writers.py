"""A real server with a database of its own, and people who write at once, for the hardest tests.

What they write on is made by `tests.support.writers_pages`.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from tests.support.html_forms import fields_of

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "c" * 32
STATES = ("open", "doing", "done", "na")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


# -- the server ---------------------------------------------------------------------------------


class Server:
    """The site in processes of its own; it can be killed, and started again on the same data."""

    def __init__(self, var: Path, database: str = "") -> None:
        names = ("PATH", "HOME", "LANG", "TMPDIR")
        self.environment = {name: os.environ[name] for name in names if name in os.environ}
        self.environment |= {"KB_VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "kb.settings"}
        if database:
            self.environment["DATABASE_URL"] = database
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        self.log = var / "server.log"

    def ask(self, what: str) -> Any:
        """What `prepare` or `look` of `tests.support.writers_pages` tells."""
        command = [sys.executable, "-m", "tests.support.writers_pages", what]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "kb.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "2", "--threads", "8", "--worker-class", "gthread"]
        command += ["--log-level", "warning", "--no-control-socket"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", "/login/")
                status = connection.getresponse().status
                connection.close()
                if status == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop it, or kill it and its workers in the middle of what they do."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, how)
            self.process.wait(30)
            self.process = None


# -- a person -----------------------------------------------------------------------------------


class Writer(threading.Thread):
    """A person who ticks, answers and edits, one request after the other, on one page.

    And on another, with links between the two and to small pages that this person makes, gives
    other titles, and deletes. What the server has acknowledged is remembered: `states` of items,
    the last `answer`, the `lines` that were added, the own `small` pages by address; `edits`,
    `answers` and `ticks` count what changed something.
    """

    def __init__(self, server: Server, plan: dict[str, Any], number: int, requests: int) -> None:
        super().__init__(daemon=True)
        self.server, self.number, self.left = server, number, requests
        self.mine, self.slug = plan["people"][number], plan["slug"]
        self.other, self.together = plan["other"], plan["together"]
        # Titles that are there, or are about to be, or were: everybody links to the last of them.
        self.titles: list[str] = plan.setdefault("titles", ["Plan", "Other"])
        self.small: dict[str, str] = {}
        self.dice = random.Random(number)
        self.states = dict.fromkeys(map(str, self.mine["items"]), "open")
        self.answer = ""
        self.lines: list[str] = []
        self.drafts: list[str] = []
        self.edits = self.answers = self.ticks = self.shared = self.clashes = 0
        self.trouble: list[str] = []
        self.connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        try:
            while self.left > 0:
                self.do_something()
        except (OSError, http.client.HTTPException) as error:
            # The server was ended while this was asked for.
            self.trouble.append(f"lost: {error!r}")
        finally:
            if self.connection is not None:
                self.connection.close()

    def do_something(self) -> None:
        works = [self.tick, self.tick_together, self.answer_it, self.edit]
        works += [self.link, self.make, self.rename, self.delete]
        self.dice.choices(works, (56, 15, 11, 6, 6, 3, 2, 1))[0]()

    def send(
        self, method: str, path: str, form: dict[str, Any] | None = None, **headers: str
    ) -> Any:
        self.left -= 1
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        cookie = f"sessionid={self.mine['session']}; csrftoken={TOKEN}"
        given = {"Cookie": cookie, "X-CSRFToken": TOKEN, **(FORM if form else {}), **headers}
        body = urlencode(form, doseq=True) if form else None
        self.connection.request(method, path, body, given)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status >= 500 or answer.status in (400, 403, 404):
            self.trouble.append(f"{method} {path}: {answer.status} {content[:300]!r}")
        place = answer.headers.get("Location") or ""
        return SimpleNamespace(status=answer.status, content=content, place=place)

    def tick(self) -> None:
        item = self.dice.choice(list(self.states))
        state = self.dice.choice(STATES)
        if self.send_tick(item, state):
            self.ticks += self.states[item] != state
            self.states[item] = state

    def tick_together(self) -> None:
        item = str(self.dice.choice(self.together))
        self.shared += self.send_tick(item, self.dice.choice(STATES))

    def send_tick(self, item: str, state: str) -> bool:
        form = {"tick": f"{item} {state}"}
        return self.send("POST", "/items/tick/", form, Accept="application/json").status == 200

    def answer_it(self) -> None:
        path = f"/questions/{self.mine['question']}/"
        fields = fields_of(self.send("GET", path))
        text = f"Answer {self.number}.{self.left} of many."
        if self.send("POST", path, {**fields, "answer": text}).status == 302:
            self.answer = text
            self.answers += 1

    def edit(self) -> None:
        self.add_line(self.slug, "")

    def link(self) -> None:
        title = self.dice.choice(["Plan", "Other", *self.titles[-6:]])
        self.add_line(self.dice.choice((self.slug, self.other)), f" [[{title}]]")

    def add_line(self, slug: str, more: str) -> None:
        path = f"/pages/{slug}/edit/?section={self.mine['section']}"
        fields = fields_of(self.send("GET", path))
        line = f"Line {self.number}.{self.left} by somebody."
        notes = str(fields["notes"]).rstrip() + f"\r\n{line}{more}\r\n\r\n"
        answer = self.send("POST", path, {**fields, "notes": notes})
        if answer.status == 302:
            self.lines.append(line)
            self.edits += 1
        self.clashes += answer.status == 409

    def make(self) -> None:
        title = f"Small {self.number} {self.left}"
        notes = f"- [ ] {self.titles[-1]}\r\n\r\nSee [[{self.titles[-1]}]] and [[Other]].\r\n"
        self.titles.append(title)
        answer = self.send("POST", "/pages/new/", {"title": title, "notes": notes})
        if answer.status == 302:
            self.small[answer.place.strip("/").split("/")[-1]] = title

    def rename(self) -> None:
        """Give a small page another title, and let all links to it ask for that."""
        if not self.small:
            return
        slug = self.dice.choice(list(self.small))
        fields = fields_of(self.send("GET", f"/pages/{slug}/edit/"))
        title = f"{self.small[slug].split(' is')[0]} is {self.left}"
        self.titles.append(title)
        given = {**fields, "title": title, "rewrite": "on"}
        answer = self.send("POST", f"/pages/{slug}/edit/", given)
        self.clashes += answer.status == 409
        if answer.status == 302:
            del self.small[slug]
            self.small[answer.place.strip("/").split("/")[-1]] = title

    def delete(self) -> None:
        if self.small:
            slug = self.dice.choice(list(self.small))
            if self.send("POST", f"/pages/{slug}/delete/").status == 302:
                del self.small[slug]

    def draft(self) -> None:
        """What the editor's script sends while somebody types: first that it is open, then text."""
        here = {"page": self.mine["page"], "version": 1}
        now = self.send_draft(here)
        text = f"Draft {self.number}.{self.left}"
        typed = {**here, "draft": now["draft"], "since": now["saved_at"], "notes": text}
        if "saved_at" in self.send_draft(typed):
            self.drafts.append(text)

    def send_draft(self, form: dict[str, Any]) -> dict[str, Any]:
        answer = self.send("POST", "/drafts/", form, Accept="application/json")
        return json.loads(answer.content)  # type: ignore[no-any-return]


def write_at_once(people: list[Writer]) -> None:
    for person in people:
        person.start()
    for person in people:
        person.join(300)
