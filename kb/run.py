"""What `make run` runs: the site on this computer as in production, with data and an account."""

import argparse
import hashlib
import importlib
import io
import os
import secrets
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from gunicorn.app.base import BaseApplication

HOST = "127.0.0.1"
# How many ports after the wished one are tried when that is taken.
FURTHER_PORTS = 20
# Variables that put data outside the data folder.
OTHER_PLACES = ("DATABASE_URL", "AWS_STORAGE_BUCKET_NAME")


def main(arguments: list[str] | None = None) -> None:
    """Make everything ready, then serve until Ctrl+C; a failure is a sentence, not a traceback."""
    try:
        options = read_arguments(arguments)
        choose_settings()
        migrate()
        collect_static()
        load_notes(options.notes)
        port = free_port(options.port)
        # Last, so that nothing can fail between making the password and showing it.
        serve(port, welcome(port, make_account()))
    except KeyboardInterrupt:
        say("\nStopped.")
    except ImproperlyConfigured as error:
        refuse(str(error), status=1)
    except DatabaseError as error:
        refuse(f"The database cannot be used: {str(error).strip()}", status=1)
    except PermissionError as error:
        refuse(f"{error.filename} cannot be written: {error.strerror}.", status=1)


def say(text: str) -> None:
    """Print at once, also when the output is a file or a pipe."""
    print(text, flush=True)


def refuse(sentence: str, status: int = 2) -> NoReturn:
    """Leave with a sentence instead of a traceback."""
    print(sentence, file=sys.stderr)
    raise SystemExit(status)


class Options(argparse.Namespace):
    """What the command line may say."""

    notes: Path | None
    port: int


def read_arguments(arguments: list[str] | None) -> Options:
    """Read and check the command line before anything is made or changed."""
    parser = argparse.ArgumentParser(prog="python -m kb.run", description=__doc__)
    parser.add_argument("notes", nargs="?", type=Path, help="a Markdown file or folder to import")
    parser.add_argument("--port", default="8000", help="the first port to try (default: 8000)")
    options = parser.parse_args(arguments, namespace=Options())
    if options.notes:
        options.notes = options.notes.expanduser()
        if not options.notes.exists():
            refuse(f"There is no file or folder {options.notes}: set NOTES to one that exists.")
    port = str(options.port)
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        refuse(f"PORT is {port!r}: set it to a number from 1 to 65535.")
    options.port = int(port)
    return options


def choose_settings() -> None:
    """Fill in what the environment leaves open: as in production, and open to read."""
    chosen = {
        "DEBUG": os.environ.get("DEBUG") or "off",
        "KB_PUBLIC": os.environ.get("KB_PUBLIC") or "on",
    }
    # Read as for development first: that makes the secret key once and keeps it.
    os.environ.update(DEBUG="on", DJANGO_SETTINGS_MODULE="kb.settings")
    from kb import settings as first

    os.environ.update(chosen, SECRET_KEY=first.SECRET_KEY)
    importlib.reload(first)
    django.setup()


def migrate() -> None:
    """Bring the database up to date."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Preparing the database.")
    call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    """Collect and compress the static files, unless the last ones still hold."""
    if settings.DEBUG:
        return
    stamp = settings.VAR_DIR / "static.stamp"
    digest = static_digest()
    collected = Path(settings.STATIC_ROOT, "staticfiles.json").exists()
    if collected and stamp.exists() and stamp.read_text() == digest:
        return
    say("Preparing the static files.")
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(digest)


def static_digest() -> str:
    """Sum up name, size and time of every static file; reading them all would take longer."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def load_notes(notes: Path | None) -> None:
    """Import the notes that were named, or the examples into an empty site."""
    from services.models import Page
    from services.pages.examples import remove_examples

    if notes is not None and (went := remove_examples(by=None)):
        say(f"Moved {went} example pages to the trash.")
    empty = not Page.objects.exists()
    if notes is None and not empty:
        return
    path = notes or settings.BASE_DIR / "examples"
    say(f"Importing {path}.")
    told = io.StringIO()
    try:
        call_command("import_markdown", str(path), stdout=told)
    except CommandError as error:
        print(error, file=sys.stderr, flush=True)
    except SystemExit:
        # What could be read is there; the command has named the files it refused.
        print("Not everything could be imported.", file=sys.stderr, flush=True)
    # The first time all is new, and its sum says as much as a line for each section.
    lines = told.getvalue().splitlines()
    say("\n".join(lines[-1:] if empty else lines))


def make_account() -> str:
    """Make the account `admin` if nobody may administer the site; return how to log in."""
    from django.contrib.auth.models import User

    administrator = User.objects.filter(is_superuser=True).order_by("pk").first()
    administrator = administrator or User.objects.filter(username="admin").first()
    if administrator:
        return (
            f"{administrator}, with the password shown when the account was made;\n"
            f"          .venv/bin/python manage.py changepassword {administrator} sets a new one"
        )
    password = readable_password()
    User.objects.create_superuser("admin", password=password)
    return f"admin, with the password {password} (it is shown only now)"


def readable_password() -> str:
    """Return ten random syllables, about 62 bits, that can be read out and typed: fase-lomi-…."""
    syllables = [
        secrets.choice("bdfghjklmnprstz") + secrets.choice("aeiou") for _syllable in range(10)
    ]
    return "-".join(map("".join, zip(syllables[::2], syllables[1::2], strict=True)))


def free_port(first: int) -> int:
    """Return the first port from `first` on that can be listened on."""
    ports = range(first, min(first + FURTHER_PORTS, 65535) + 1)
    for port in ports:
        with socket.socket() as probe:
            # As the server does it: a port that was in use a moment ago is not taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                reason = error.strerror
                continue
        if port != first:
            say(f"Port {first} cannot be used, so this is port {port}.")
        return port
    refuse(f"Ports {first} to {ports[-1]} cannot be used ({reason}): choose another PORT.", 1)


def welcome(port: int, login: str) -> str:
    """Return the closing lines: address, login, where the data is, how to stop."""
    places = [str(settings.VAR_DIR)]
    places += [f"what {name} names" for name in OTHER_PLACES if os.environ.get(name)]
    return f"""
  Open    http://{HOST}:{port}/
  Log in  {login}
  Data    {", ".join(places)}
  Stop    Ctrl+C
"""


class Server(BaseApplication):
    """Gunicorn with settings for one person's computer."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options over."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application, in the worker."""
        from kb.wsgi import application

        return application


def serve(port: int, closing: str) -> None:
    """Serve on this computer only, until Ctrl+C."""
    # A connection must not be shared with the worker, which is a fork of this process.
    connections.close_all()
    hangup = signal.getsignal(signal.SIGHUP)

    def when_ready(server: object) -> None:
        # Gunicorn would reload, and stay behind when the terminal window is closed.
        signal.signal(signal.SIGHUP, hangup)
        say(closing)

    Server(
        {
            "bind": f"{HOST}:{port}",
            "worker_class": "gthread",
            "threads": 8,
            "loglevel": "warning",
            # A browser keeps its connections open: stopping does not wait for them.
            "graceful_timeout": 2,
            "control_socket_disable": True,
            "when_ready": when_ready,
            "on_exit": lambda server: say("\nStopped. Your data stays where it is."),
        }
    ).run()


if __name__ == "__main__":
    main()
