"""Killed at any point of an upload, a replacement, a deletion, a sweep or a move: no row is ever
without its bytes, and what else is left is named and can be swept."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.conftest import ROOT
from tests.soak import TIMES

# Each kind of work is killed once: on a bucket there are five.
ROUNDS = 3 * TIMES


def test_what_is_left_is_named_and_swept(storage: str, tmp_path) -> None:
    names = ("PATH", "HOME", "LANG", "TMPDIR", "AWS_")
    environment = {name: value for name, value in os.environ.items() if name.startswith(names)}
    environment |= {"KB_VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "kb.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.kill_files", str(ROUNDS)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert len(told) == ROUNDS
    left = [words for each in told for words in each["left"]]
    assert {words.partition(":")[0] for words in left} <= {"no row refers to it"}
    assert [each["after"] for each in told] == [[]] * ROUNDS
    assert max(each["rows"] for each in told) > 5
