"""Start the site on this computer as in production, with notes and an account: `make run`."""

import argparse
import os
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from django.db.models import Q
from django.utils.crypto import get_random_string
from gunicorn.app.wsgiapp import WSGIApplication

HOST = "127.0.0.1"
WELCOME = f"""
  Open    http://{HOST}:{{port}}/
  Log in  {{login}}
  Data    {{data}}
  Stop    Ctrl+C
"""


def main() -> None:
    """Prepare everything, then serve until Ctrl+C; report failures as a sentence."""
    try:
        notes, port = read_arguments()
        # First, so that nothing is changed while another process serves the site.
        listener = open_port(port)
        set_environment()
        print("Preparing the database and the static files.", flush=True)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        load_notes(notes)
        print(WELCOME.format(port=port, login=make_account(), data=settings.VAR_DIR), flush=True)
        Server(listener).run()
    except KeyboardInterrupt:
        pass
    except ImproperlyConfigured as error:
        refuse(str(error))
    except DatabaseError as error:
        refuse(f"The database cannot be used: {str(error).strip()}")
    except PermissionError as error:
        refuse(f"{error.filename} cannot be written: {error.strerror}.")


def refuse(sentence: str, status: int = 1) -> NoReturn:
    """Exit with a sentence."""
    print(sentence, file=sys.stderr)
    raise SystemExit(status)


def read_arguments() -> tuple[Path | None, int]:
    """Read and check the command line: the notes to import, and the port."""
    parser = argparse.ArgumentParser(prog="python -m kb.run", description=__doc__)
    parser.add_argument("notes", nargs="?", help="a Markdown file or folder to import")
    parser.add_argument("--port", default="8000", help="the port to serve on (default: 8000)")
    options = parser.parse_args()
    notes = Path(options.notes).expanduser() if options.notes else None
    if notes and not notes.exists():
        refuse(f"There is no file or folder {notes}: set NOTES to one that exists.", 2)
    if not (options.port.isdecimal() and 0 < int(options.port) < 65536):
        refuse(f"PORT is {options.port!r}: set it to a number from 1 to 65535.", 2)
    return notes, int(options.port)


def open_port(port: int) -> socket.socket:
    """Open the port on this computer only; requests wait until the server takes them."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        refuse(f"Port {port} cannot be used ({error.strerror}): choose another with PORT.")


def set_environment() -> None:
    """Set what the environment does not: as in production, but public."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "kb.settings"
    for name, value in {"DEBUG": "off", "KB_PUBLIC": "on", "KB_RUN": "on"}.items():
        os.environ[name] = os.environ.get(name) or value
    django.setup()


def load_notes(notes: Path | None) -> None:
    """Import the notes that were named, or the examples into an empty site."""
    # Models can be imported only after set_environment().
    from services.models import Page
    from services.pages.examples import remove_examples

    if notes and (went := remove_examples(by=None)):
        print(f"Moved {went} example pages to the trash.")
    is_empty = not Page.objects.exists()
    if not notes and not is_empty:
        return
    path = notes or settings.BASE_DIR / "examples"
    print(f"Importing {path}.", flush=True)
    try:
        call_command("import_markdown", str(path), verbosity=0 if is_empty else 1)
    except CommandError as error:
        print(error, file=sys.stderr)
    except SystemExit:
        # The rest was imported; the command has named the files that it refused.
        print("Not everything could be imported.", file=sys.stderr)


def make_account() -> str:
    """Make the account `admin` unless there is an administrator; return how to log in."""
    users = get_user_model().objects
    administrators = users.filter(Q(is_superuser=True) | Q(username="admin"))
    if name := administrators.order_by("-is_superuser", "pk").first():
        return f"{name}; .venv/bin/python manage.py changepassword {name} sets a new password"
    password = get_random_string(16)
    users.create_superuser("admin", password=password)
    return f"admin, with the password {password} (it is shown only now)"


class Server(WSGIApplication):
    """Gunicorn with settings for one person's computer."""

    def __init__(self, listener: socket.socket) -> None:
        self.app_uri, self.listener = "kb.wsgi", listener
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from Gunicorn's own defaults."""
        # A connection must not be shared with the worker, which is a fork of this process.
        connections.close_all()
        self.cfg.set("bind", f"fd://{self.listener.fileno()}")
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", 8)
        self.cfg.set("loglevel", "warning")
        # Browsers leave connections open; do not wait for them to close.
        self.cfg.set("graceful_timeout", 2)
        self.cfg.set("control_socket_disable", True)
        # Closing the terminal stops the site; Gunicorn would load it again.
        hangup = signal.getsignal(signal.SIGHUP)
        self.cfg.set("when_ready", lambda server: signal.signal(signal.SIGHUP, hangup))


if __name__ == "__main__":
    main()
