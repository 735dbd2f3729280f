"""Settings come from the environment, and a bad value says what to do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

NAMES = ("DEBUG", "SECRET_KEY", "DATABASE_URL", "KB_PUBLIC", "ALLOWED_HOSTS", "HTTPS")


def settings(tmp_path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in NAMES}
    return subprocess.run(
        [sys.executable, "-c", f"from kb import settings\n{code}"],
        cwd=ROOT,
        env=clean | {"KB_VAR_DIR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
    )


def test_nothing_set_works_locally(tmp_path):
    done = settings(tmp_path, "print(settings.DEBUG, settings.KB_PUBLIC, settings.DATABASES)")
    assert done.stdout.startswith("True False")
    assert str(tmp_path / "kb.sqlite3") in done.stdout


def test_the_local_secret_is_made_once_and_readable_by_its_owner_only(tmp_path):
    first = settings(tmp_path, "print(settings.SECRET_KEY)").stdout
    assert first == settings(tmp_path, "print(settings.SECRET_KEY)").stdout
    assert len(first.strip()) > 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"DEBUG": "off"}, "SECRET_KEY is not set"),
        ({"DEBUG": "perhaps"}, "DEBUG is 'perhaps': set it to on or off."),
        ({"KB_PUBLIC": "2"}, "KB_PUBLIC is '2': set it to on or off."),
        (
            {"DATABASE_URL": "mysql://x/y"},
            "DATABASE_URL must begin with sqlite:/// or postgresql://",
        ),
        ({"KB_UPLOAD_MAX_BYTES": "many"}, "KB_UPLOAD_MAX_BYTES is 'many'"),
        ({"CSRF_TRUSTED_ORIGINS": "notes.example"}, "write the scheme too"),
        ({"KB_VAR_DIR": "/dev/null/x"}, "cannot make the folder"),
    ],
)
def test_a_bad_value_stops_the_start_with_a_sentence(tmp_path, environment, told):
    done = settings(tmp_path, "", **environment)
    assert done.returncode != 0
    assert told in done.stderr


def test_sqlite_is_set_for_many_readers_and_one_writer(db):
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    options = connection.settings_dict["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_a_named_bucket_keeps_uploads_private_and_never_overwrites(tmp_path):
    done = settings(
        tmp_path,
        "options = settings.STORAGES['default']['OPTIONS']\n"
        "print(options, options['client_config'].signature_version)",
        AWS_STORAGE_BUCKET_NAME="notes",
    )
    assert "'file_overwrite': False" in done.stdout
    assert "'querystring_auth': True" in done.stdout
    assert done.stdout.endswith(" s3v4\n")
