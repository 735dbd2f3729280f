"""Made-up notes of 1 to 6 KB, the same ones each time, for measuring."""

from __future__ import annotations

import random
from pathlib import Path

WORDS = (
    "bucket queue table region latency policy role stream event retry cost limit shard index "
    "cache replica token network subnet gateway handler cold start quota billing alarm metric "
    "trace snapshot backup key secret rotation lifecycle version object prefix consumer producer "
    "order once twice never always region zone failover throughput partition sort scan filter"
).split()
NAMES = ("S3", "DynamoDB", "SQS", "Lambda", "Step Functions", "CloudFront", "IAM")


def note(number: int, notes: int) -> str:
    """One note: front matter, prose, a checklist, a question, links to other notes, some code."""
    dice = random.Random(number)

    def sentence(words: int) -> str:
        return " ".join(dice.choices(WORDS, k=words)).capitalize() + "."

    lines = ["---", f"tags: [note, area-{number % 20}]", "created: 2024-05-01", "---", ""]
    lines += [f"# Note {number} about {dice.choice(WORDS)}", ""]
    size = dice.randint(1_000, 6_000)
    while sum(map(len, lines)) < size:
        lines += [f"## {sentence(3)[:-1]}", "", *(sentence(12) for _ in range(4)), ""]
        if dice.random() < 0.5:
            lines += [f"See [[Note {dice.randrange(notes)}]] and *{sentence(4)}*", ""]
        if dice.random() < 0.2:
            lines += ["To do", "", f"- [ ] learn {dice.choice(NAMES)}", f"- [x] {sentence(4)}", ""]
        if dice.random() < 0.2:
            lines += [f"> [!question] {sentence(6)[:-1]}?", ""]
        if dice.random() < 0.2:
            lines += ["```python", "for name in buckets:", "    print(name)", "```", ""]
    return "\n".join(lines)


def write_notes(folder: Path, notes: int) -> None:
    """Write that many notes, some hundred to a folder."""
    for number in range(notes):
        # One in fifty is a service, by the folder that it lies in.
        area = f"area {number // 100}" if number % 50 else "Compute"
        file = folder / area / f"note {number}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(note(number, notes), encoding="utf-8")
