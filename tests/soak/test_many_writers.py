"""Twenty people write on the same pages at once, on a real server: nothing that was acknowledged
is lost, nothing is there twice, nobody is refused, and every link leads to where it should."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.soak import TIMES
from tests.support.writers import Server, Writer, write_at_once
from tests.support.writers_pages import WRITERS

REQUESTS = 10 * TIMES  # for each person


@pytest.mark.databases("sqlite", "postgres")
def test_twenty_people_lose_nothing(database, request, tmp_path):
    url = ""
    if database == "postgres":
        url = request.getfixturevalue("postgres_server").create("writers")
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
    check_the_pages(people, now)
    check_the_history(people, now)


def check_the_pages(people, now):
    """Each person's last word is what stands there, once; links in it may have been rewritten."""
    both = (now["notes"] + now["other"]["notes"]).splitlines()
    found = Counter(line.split(" [[")[0] for line in both)
    for person in people:
        assert {item: now["items"][item] for item in person.states} == person.states
        assert now["answers"][str(person.mine["question"])] == person.answer
        assert {line: found[line] for line in person.lines} == dict.fromkeys(person.lines, 1)
    assert sum(line.endswith("by somebody.") for line in found) == sum(p.edits for p in people)
    small = [title for person in people for title in person.small.values()]
    assert sorted(now["titles"]) == sorted(["Other", "Plan", *small])
    assert "every index was right" in now["rederive"]


def check_the_history(people, now):
    """Every acknowledged change is one revision of whoever made it."""
    pages = now["revisions"], now["other"]["revisions"]
    for rows in pages:
        assert [version for version, *_ in rows] == list(range(1, len(rows) + 1))
    made = Counter((reason, who) for rows in pages for _, reason, who, _ in rows)
    for person in people:
        name = person.mine["name"]
        assert made["site", name] == person.edits
        assert made["answer", name] == person.answers
        assert person.ticks <= made["tick", name] <= person.ticks + person.shared
    assert [rows[-1][3] for rows in pages] == [now["notes"], now["other"]["notes"]]
