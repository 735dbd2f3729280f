"""A real server with a database of its own, and people who write at once, for the hardest tests.

`python -m tests.writers prepare` and `… look` run in that server's surroundings: they make a page
to write on, and tell as JSON what is stored.
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

from tests.html_forms import fields_of

ROOT = Path(__file__).resolve().parent.parent
WRITERS = 20
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
        """What `prepare` or `look` tells."""
        command = [sys.executable, "-m", "tests.writers", what]
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

    What the server has acknowledged is remembered: `states` of items, the last `answer`, the
    `lines` that were added; `edits`, `answers` and `ticks` count what changed something.
    """

    def __init__(self, server: Server, plan: dict[str, Any], number: int, requests: int) -> None:
        super().__init__(daemon=True)
        self.server, self.number, self.left = server, number, requests
        self.mine, self.slug = plan["people"][number], plan["slug"]
        self.together: list[int] = plan["together"]
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
        works = (self.tick, self.tick_together, self.answer_it, self.edit)
        self.dice.choices(works, (55, 15, 12, 12))[0]()

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
        return SimpleNamespace(status=answer.status, content=content)

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
        path = f"/pages/{self.slug}/edit/?section={self.mine['section']}"
        fields = fields_of(self.send("GET", path))
        line = f"Line {self.number}.{self.left} by somebody."
        notes = str(fields["notes"]).rstrip() + f"\r\n{line}\r\n\r\n"
        answer = self.send("POST", path, {**fields, "notes": notes})
        if answer.status == 302:
            self.lines.append(line)
            self.edits += 1
        self.clashes += answer.status == 409

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


# -- inside the server's surroundings -----------------------------------------------------------


def notes() -> str:
    lines = ["## Together", "", "- [ ] first", "- [ ] second", "- [ ] third", ""]
    for number in range(WRITERS):
        lines += [f"## Part {number}", "", *(f"- [ ] item {number}.{n}" for n in range(4)), ""]
        lines += [f"> [!question] Why {number}?", "", f"Words of {number}.", ""]
    return "\n".join(lines)


def prepare() -> dict[str, Any]:
    """Make the page, the people and their sessions."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import Group, User
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command

    from services.models import Topic

    call_command("migrate", verbosity=0)
    page = Topic.objects.create(title="Plan", notes=notes())
    people = []
    items = list(page.items.order_by("position").values_list("pk", flat=True))
    questions = list(page.questions.order_by("position").values_list("pk", flat=True))
    for number in range(WRITERS):
        user = User.objects.create(username=f"writer{number}", password="!")
        user.groups.add(Group.objects.get(name="editors"))
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "services.access.Backend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        people.append(
            {
                "name": user.username,
                "session": session.session_key,
                "items": items[3 + 4 * number : 7 + 4 * number],
                "question": questions[number],
                "section": f"part-{number}",
                "page": page.pk,
            }
        )
    return {"slug": page.slug, "together": items[:3], "people": people}


def look() -> dict[str, Any]:
    """What is stored, and whether the indexes agree with it."""
    import io

    from django.core.management import call_command

    from services.models import Draft, Page, Revision

    page = Page.objects.get(title="Plan")
    told = io.StringIO()
    call_command("rederive", stdout=told)
    rows = Revision.objects.filter(id=page.pk).select_related("history_user").order_by("version")
    return {
        "notes": page.notes,
        "version": page.version,
        "items": dict(page.items.values_list("pk", "state")),
        "answers": dict(page.questions.values_list("pk", "answer")),
        "revisions": [
            [row.version, row.history_change_reason, str(row.history_user or ""), row.notes]
            for row in rows
        ],
        "drafts": {
            draft.person.get_username(): draft.fields.get("notes", "")
            for draft in Draft.objects.select_related("person")
        },
        "rederive": told.getvalue(),
    }


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps({"prepare": prepare, "look": look}[sys.argv[1]]()))
