"""The server is killed in the middle of saves, many times over: what it holds is always whole."""

from __future__ import annotations

import signal
import time

from tests.soak import TIMES
from tests.support.writers import Server, Writer

ROUNDS = 3 * TIMES


class Hasty(Writer):
    """Saves, or types without saving, until the server is gone."""

    def do_something(self) -> None:
        works = (self.draft,) if self.number % 2 else (self.tick, self.edit)
        self.dice.choice(works)()


def test_a_killed_server_leaves_every_page_whole(tmp_path):
    server = Server(tmp_path)
    plan = server.ask("prepare")
    lines: list[str] = []
    drafts: dict[str, list[str]] = {}
    for number in range(ROUNDS):
        # What is left to do also numbers the lines: no two rounds write the same.
        left = 10_000 * (number + 1)
        people = [Hasty(server, plan, (number * 4 + n) % 20, left) for n in range(4)]
        server.start()
        for person in people:
            person.start()
        while all(person.is_alive() for person in people):
            if any(person.lines for person in people) and any(p.drafts for p in people):
                break
            time.sleep(0.01)
        # In the middle of what follows, wherever that is.
        time.sleep(0.03 * (number % 5))
        server.end(signal.SIGKILL)
        for person in people:
            person.join(30)
            lines += person.lines
            drafts.setdefault(person.mine["name"], []).extend(person.drafts)
        now = server.ask("look")
        assert now["notes"] == now["revisions"][-1][3]
        assert [row[0] for row in now["revisions"]] == list(range(1, now["version"] + 1))
        assert "every index was right" in now["rederive"]
    assert lines, "nothing was saved between the kills"
    assert [line for line in lines if now["notes"].count(line + "\n") != 1] == []
    kept = {name: texts for name, texts in drafts.items() if texts}
    assert kept, "no draft was kept between the kills"
    # The last one that was acknowledged, or one that was on its way when the server died.
    assert all(now["drafts"][name].startswith("Draft ") for name in kept)
    assert all(_number(now["drafts"][name]) <= _number(texts[-1]) for name, texts in kept.items())


def _number(draft: str) -> int:
    """Drafts are numbered downwards within a round, and each round begins higher."""
    return int(draft.rsplit(".", 1)[1]) % 10_000
