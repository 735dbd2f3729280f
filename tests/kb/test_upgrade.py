"""A database that version 0.1.0 made is upgraded: all of it is there, right, and can be opened.

What it holds, and how it was made: `tests/data/README.md`.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import ROOT

OLD = ROOT / "tests" / "data" / "0.1.0"

ITEM = (
    "SELECT i.state, u.username, substr(CAST(i.state_changed_at AS text), 1, 16), i.reason "
    "FROM services_checklistitem i LEFT JOIN auth_user u ON u.id = i.state_changed_by_id "
    "WHERE i.text = "
)
REVISION = (
    "SELECT r.version, u.username, r.history_change_reason, r.history_type, r.folded, "
    "CAST(r.tags AS text), substr(CAST(r.history_date AS text), 1, 16) FROM services_revision r "
    "JOIN services_page p ON p.id = r.id LEFT JOIN auth_user u ON u.id = r.history_user_id "
)
THEIRS = (
    "SELECT s.theirs FROM services_section s JOIN services_page p ON p.id = s.page_id "
    "WHERE p.slug = "
)
# What is to be found afterwards: a query, and its rows.
FACTS: dict[str, tuple[str, list[list[Any]]]] = {
    "a tick": (
        ITEM + "'Read the guide'",
        [["done", "edgar", "2024-05-06 09:32", "read it twice"]],
    ),
    "a tick of someone who left": (
        ITEM + "'networking / load balancers'",
        [["doing", None, "2024-05-06 09:40", ""]],
    ),
    "the reason of an item that is open again": (
        ITEM + "'Convert this file'",
        [["open", "edgar", "2024-05-06 11:52", "with tr"]],
    ),
    "questions dismissed": (
        "SELECT text, substr(CAST(asked_at AS text), 1, 16) FROM services_question WHERE dismissed",
        [["Is this where a scaffold would go?", "2024-05-06 09:30"]],
    ),
    "an answer": (
        "SELECT answer FROM services_question WHERE text = 'What is a hot partition?'",
        [["One key that gets most of the traffic."]],
    ),
    "a dismissed question whose line is gone": (
        "SELECT CAST(kept AS text) FROM services_page WHERE slug = 'api-gateway'",
        [[{"questions": [["Does it call Lambda?", True, "2024-05-06T09:30:00+00:00"]]}]],
    ),
    "a history": (
        REVISION + "WHERE p.slug = 'eks' ORDER BY r.version",
        [
            [1, None, "import", "+", False, [], "2024-05-06 09:30"],
            [2, "edgar", "site", "~", False, None, "2024-05-06 12:39"],
            [3, "emma", "site", "~", False, ["containers", "kubernetes"], "2024-05-06 12:54"],
            [4, None, "site", "~", False, ["containers"], "2024-05-06 13:09"],
            [
                5,
                "edgar",
                "site",
                "~",
                False,
                ["containers", "paid by the hour"],
                "2024-05-06 13:24",
            ],
            [6, "ada", "restore", "~", False, ["containers", "kubernetes"], "2024-05-06 13:34"],
        ],
    ),
    "ticks that are one entry of a history": (
        REVISION + "WHERE p.slug = 'lambda' AND r.version BETWEEN 2 AND 5 ORDER BY r.version",
        [
            [2, "edgar", "tick", "~", False, None, "2024-05-06 09:32"],
            [3, "edgar", "tick", "~", True, None, "2024-05-06 09:34"],
            [4, "edgar", "tick", "~", True, None, "2024-05-06 09:36"],
            [5, "emma", "tick", "~", False, None, "2024-05-06 09:38"],
        ],
    ),
    "a text that was set aside": (
        "SELECT notes FROM services_revision WHERE title = 'CloudFront' AND version = 3",
        [["A network of caches.\n\n"]],
    ),
    "every reason of a revision": (
        "SELECT DISTINCT history_change_reason FROM services_revision ORDER BY 1",
        [
            [reason]
            for reason in "admin answer aside import kept links restore site tick trash".split()
        ],
    ),
    "drafts of a new page and of an answer": (
        "SELECT u.username, d.version, CAST(d.fields AS text) FROM services_draft d "
        "JOIN auth_user u ON u.id = d.person_id "
        "WHERE d.place = '0a1b2c3d' OR d.place LIKE 'answer.%' ORDER BY d.place",
        [
            ["edgar", 0, {"notes": "Begun, too.\n", "title": "Another page to be"}],
            [
                "emma",
                3,
                {
                    "answer": "Deep Archive.",
                    "asked": "Which class is the cheapest?",
                    "seen": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                },
            ],
        ],
    ),
    "a conflict with a file": (
        THEIRS + "'rds'",
        [
            [
                "Base line one.\n\nTheir line two.\n\nBase line three.\n\n"
                "## Backups\n\nKept for 35 days, as AWS says at most.\n"
            ]
        ],
    ),
    "a conflict with a file that has nothing left": (THEIRS + "'kms'", [[""]]),
    "a section that is gone from its file": (
        "SELECT title FROM services_section WHERE gone",
        [["Neptune"]],
    ),
    "pages in the trash": (
        "SELECT p.slug, u.username FROM services_page p JOIN auth_user u ON u.id = p.trashed_by_id "
        "ORDER BY p.slug",
        [["fsx", "emma"], ["thrown-away", "emma"]],
    ),
    "a file in the trash": (
        "SELECT a.name, u.username FROM services_attachment a "
        "JOIN auth_user u ON u.id = a.trashed_by_id",
        [["outdated.txt", "edgar"]],
    ),
    "notes whose lines end in a return alone": (
        "SELECT notes FROM services_page WHERE slug = 'old-mac'",
        [["Lines that end in a return alone.\r\r- [ ] Convert this file\r"]],
    ),
    "line ends and encodings of files": (
        "SELECT path, line_end, encoding FROM services_document "
        "WHERE line_end <> '\n' OR encoding <> 'utf-8' ORDER BY path",
        [
            ["Compute/Lambda.md", "\r\n", "utf-8"],
            ["Exam/Plan.md", "\n", "utf-8-sig"],
            ["Journal.md", "\n", "utf-16-le"],
            ["Old Mac.md", "\r", "utf-8"],
            ["Topics/Limits of Lambda.md", "\r\n", "utf-8"],
        ],
    ),
}
MOVED = {
    "brain-dump": "/topics/unsorted-thoughts/",
    "how-aws-thinks-of-the-application-stack": "/topics/the-application-stack/",
    "loose-ends": "/topics/unsorted-thoughts/",
}


def _on_sqlite(var: Path, _: pytest.FixtureRequest) -> str:
    (var / "kb.sqlite3").write_bytes(gzip.decompress((OLD / "kb.sqlite3.gz").read_bytes()))
    return f"sqlite:///{var / 'kb.sqlite3'}"


def _on_postgres(_: Path, request: pytest.FixtureRequest) -> str:
    address = request.getfixturevalue("postgres_server").create("old")
    with psycopg.connect(address) as connection:
        connection.execute(gzip.decompress((OLD / "kb.sql.gz").read_bytes()))
    return address


ON_BOTH = [_on_sqlite, pytest.param(_on_postgres, marks=pytest.mark.postgres)]


@pytest.fixture(scope="module", params=ON_BOTH, ids=["sqlite", "postgres"])
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What `tests.support.upgrading` prints of the old database, on each of the two kinds."""
    var = tmp_path_factory.mktemp("upgrade")
    shutil.unpack_archive(OLD / "media.zip", var)
    address = request.param(var, request)
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.upgrading"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": address, "KB_VAR_DIR": str(var)},
        input=json.dumps({name: query for name, (query, _) in FACTS.items()}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-5000:]
    return json.loads(done.stdout)


def test_no_row_is_lost_or_changed(upgraded: Any) -> None:
    assert min(upgraded["tables"].values()) > 0
    assert upgraded["changed by migrate"] == {}


def test_rederive_changes_nothing(upgraded: Any) -> None:
    assert upgraded["changed by rederive"] == {}


@pytest.mark.parametrize("fact", FACTS)
def test_it_says_what_it_said(upgraded: Any, fact: str) -> None:
    def plain(value: Any) -> Any:
        is_json = isinstance(value, str) and value.startswith(("{", "["))
        return json.loads(value) if is_json else value

    found = [[plain(value) for value in row] for row in upgraded["facts"][fact]]
    assert found == FACTS[fact][1]


def test_everything_opens(upgraded: Any) -> None:
    assert len(upgraded["opened"]) > 150
    assert {at: code for at, code in upgraded["opened"].items() if code != 200} == {}


def test_old_addresses_lead_on(upgraded: Any) -> None:
    assert upgraded["moved"] == MOVED
