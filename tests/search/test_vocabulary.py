"""The words of all pages, in memory, follow the table of words."""

import pytest

from services.models import Word
from services.search.vocabulary import load_vocabulary

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_words_that_were_numbered_before_others_and_stored_after_them():
    Word.objects.create(pk=9_000, text="laterword")
    assert "laterword" in load_vocabulary().words
    Word.objects.create(pk=5_000, text="earlierword")
    assert "earlierword" in load_vocabulary().words
    Word.objects.filter(pk=9_000).delete()
    assert "laterword" not in load_vocabulary().words
