"""The words that pages hold, and those among them that somebody may have meant."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection
from django.db.models import Count, Max
from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.db.bulk import chunks
from services.models import Page, Word
from services.search.tokens import SHORTEST_WORD, worth_knowing

# A word with so many letters may have one typo, or two.
ONE_TYPO, TWO_TYPOS = 4, 7
SHORTEST_PART = 4
MOST_ALIKE = 12
MOST_LOOKED_AT = 500


def learn(pages: Sequence[Page]) -> None:
    """Store the words of pages that are not known yet."""
    words: set[str] = set()
    for page in pages:
        names = [page.title, page.abbreviation, *map(str, page.aliases)]
        words |= worth_knowing("\n".join([*names, page.notes]))
    insert = "INSERT INTO services_word (text) VALUES (%s) ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(insert, [(word,) for word in sorted(words)])
            return
        # In one order, so that two who learn the same words do not wait for each other for ever.
        for some in chunks(sorted(words)):
            cursor.execute(
                "INSERT INTO services_word (text) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
                [list(some)],
            )


def forget() -> None:
    """Forget all words. Until this transaction ends nobody else learns any: two who store the same
    words in different order wait for each other."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE services_word IN SHARE ROW EXCLUSIVE MODE")
    Word.objects.all().delete()


class Vocabulary:
    """All known words in memory, brought up to date by reading only what is new."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.last = 0
        self.words: set[str] = set()
        self.text, self.text_of = "\n", 0
        self.by_length: dict[int, list[str]] = defaultdict(list)

    def refresh(self) -> None:
        with self.lock:
            there = Word.objects.aggregate(last=Max("pk"), count=Count("pk"))
            if (there["last"] or 0) != self.last:
                self._read(self.last)
            if there["count"] != len(self.words):
                # They were made anew, or of rows that were numbered before others some, as those of
                # a long load, were stored after them.
                self.last, self.words, self.by_length = 0, set(), defaultdict(list)
                self._read(0)

    def _read(self, after: int) -> None:
        rows = Word.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "text")
        for pk, text in rows.iterator(chunk_size=10_000):
            if text not in self.words:
                self.words.add(text)
                self.by_length[len(text)].append(text)
            self.last = max(self.last, pk)

    def alike(self, word: str) -> list[str]:
        """The words that a word may stand for, the likeliest first, itself left out."""
        typos = 2 if len(word) >= TWO_TYPOS else 1 if len(word) >= ONE_TYPO else 0
        found: dict[str, tuple[int, int, str]] = {}
        for length in range(len(word) - typos, len(word) + typos + 1):
            near = process.extract(
                word,
                self.by_length.get(length, ()),
                scorer=OSA.distance,
                processor=None,
                score_cutoff=typos,
                limit=MOST_ALIKE,
            )
            for other, distance, _ in near:
                # Few mistype a word's first letter.
                found[other] = (int(distance), int(other[0] != word[0]), other)
        found.pop(word, None)
        best = sorted(found, key=found.__getitem__)
        nearest = found[best[0]][0] if best else 0
        return [other for other in best if found[other][0] == nearest][:MOST_ALIKE]

    def holding(self, part: str) -> list[str]:
        """The words that a part is in, not at their beginning, the shortest first."""
        if len(part) < SHORTEST_PART:
            return []
        text = self._text()
        found: list[str] = []
        place = text.find(part)
        while place >= 0 and len(found) < MOST_LOOKED_AT:
            end = text.index("\n", place)
            word = text[text.rindex("\n", 0, place) + 1 : end]
            if not word.startswith(part):
                found.append(word)
            place = text.find(part, end)
        return sorted(found, key=lambda word: (len(word), word))[:MOST_ALIKE]

    def _text(self) -> str:
        """All words in one text, a line each: no way to look into each of them is faster."""
        if self.text_of != len(self.words):
            self.text, self.text_of = "\n" + "\n".join(self.words) + "\n", len(self.words)
        return self.text

    def apart(self, word: str) -> tuple[str, str] | None:
        """Two words that were run together in one, the parts as equal in length as can be."""
        cuts = range(SHORTEST_WORD, len(word) - SHORTEST_WORD + 1)
        for cut in sorted(cuts, key=lambda cut: abs(2 * cut - len(word))):
            if word[:cut] in self.words and word[cut:] in self.words:
                return word[:cut], word[cut:]
        return None

    def __contains__(self, word: str) -> bool:
        return word in self.words


_shared = Vocabulary()


def vocabulary() -> Vocabulary:
    """The vocabulary of this process, as new as the database."""
    _shared.refresh()
    return _shared
