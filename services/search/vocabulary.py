"""The words of all pages, and searches for similar ones."""

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
from services.search.tokens import MIN_WORD_LENGTH, list_vocabulary

# From this many letters on, a word may have one typo, or two.
ONE_TYPO, TWO_TYPOS = 4, 7
MIN_PART_LENGTH = 4
MAX_SIMILAR = 12
MAX_CONTAINING = 500


def store_words(pages: Sequence[Page]) -> None:
    """Store the new words of pages."""
    words: set[str] = set()
    for page in pages:
        texts = [page.title, page.abbreviation, *map(str, page.aliases), page.notes]
        words |= list_vocabulary("\n".join(texts))
    insert = "INSERT INTO services_word (text) VALUES (%s) ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.executemany(insert, [(word,) for word in sorted(words)])
            return
        # In a fixed order, so that two transactions with the same words do not deadlock.
        for some in chunks(sorted(words)):
            cursor.execute(
                "INSERT INTO services_word (text) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
                [list(some)],
            )


def delete_words() -> None:
    """Delete all words, and lock their table until the transaction ends.

    Two transactions that store the same words in different orders would deadlock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE services_word IN SHARE ROW EXCLUSIVE MODE")
    Word.objects.all().delete()


class Vocabulary:
    """All words of the site in memory; a refresh reads only the new ones."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.last = 0
        self.words: set[str] = set()
        # All words in one text, a line each: the fastest way to search within words.
        self.text = "\n"
        self.by_length: dict[int, list[str]] = defaultdict(list)

    def refresh(self) -> None:
        with self.lock:
            stored = Word.objects.aggregate(last=Max("pk"), count=Count("pk"))
            if (stored["last"] or 0) != self.last:
                self._read(self.last)
            if stored["count"] != len(self.words):
                # The words were rebuilt, or rows with lower numbers were stored later, as by a long
                # import.
                self.last, self.words, self.by_length = 0, set(), defaultdict(list)
                self._read(0)

    def _read(self, after: int) -> None:
        rows = Word.objects.filter(pk__gt=after).order_by("pk").values_list("pk", "text")
        for pk, text in rows.iterator(chunk_size=10_000):
            if text not in self.words:
                self.words.add(text)
                self.by_length[len(text)].append(text)
            self.last = max(self.last, pk)
        self.text = "\n".join(["", *self.words, ""])

    def find_similar(self, word: str) -> list[str]:
        """Return the words that a word may be a typo of, the likeliest first, without itself."""
        typos = 2 if len(word) >= TWO_TYPOS else 1 if len(word) >= ONE_TYPO else 0
        found: dict[str, tuple[int, int, str]] = {}
        for length in range(len(word) - typos, len(word) + typos + 1):
            near = process.extract(
                word,
                self.by_length.get(length, ()),
                scorer=OSA.distance,
                processor=None,
                score_cutoff=typos,
                limit=MAX_SIMILAR,
            )
            for other, distance, _ in near:
                # Few typos are in the first letter of a word.
                found[other] = (int(distance), int(other[0] != word[0]), other)
        found.pop(word, None)
        best = sorted(found, key=found.__getitem__)
        nearest = found[best[0]][0] if best else 0
        return [other for other in best if found[other][0] == nearest][:MAX_SIMILAR]

    def find_containing(self, part: str) -> list[str]:
        """Return the words that contain a part, not at their beginning, the shortest first."""
        if len(part) < MIN_PART_LENGTH:
            return []
        text = self.text
        found: list[str] = []
        place = text.find(part)
        while place >= 0 and len(found) < MAX_CONTAINING:
            end = text.index("\n", place)
            word = text[text.rindex("\n", 0, place) + 1 : end]
            if not word.startswith(part):
                found.append(word)
            place = text.find(part, end)
        return sorted(found, key=lambda word: (len(word), word))[:MAX_SIMILAR]

    def split_word(self, word: str) -> tuple[str, str] | None:
        """Return two words that are joined in one, of lengths as equal as possible."""
        cuts = range(MIN_WORD_LENGTH, len(word) - MIN_WORD_LENGTH + 1)
        for cut in sorted(cuts, key=lambda cut: abs(2 * cut - len(word))):
            if word[:cut] in self.words and word[cut:] in self.words:
                return word[:cut], word[cut:]
        return None


_shared = Vocabulary()


def load_vocabulary() -> Vocabulary:
    """Return the vocabulary of this process, brought up to date with the database."""
    _shared.refresh()
    return _shared
