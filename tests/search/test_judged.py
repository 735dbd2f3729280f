"""How often the first page that is found is the right one: over notes that no one here wrote."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from tests.bench.search import FORGIVING, judged, means, reciprocal_ranks
from tests.conftest import EXAMPLES, SHARED

CORPUS = SHARED / "corpora" / "og-aws"


def test_the_judged_set_is_large_enough():
    kinds = [one.kind for one in judged()]
    assert sum(kind not in FORGIVING for kind in kinds) >= 80
    assert sum(kind == "typo" for kind in kinds) >= 20


@pytest.mark.soak
@pytest.mark.django_db
@pytest.mark.databases("sqlite", "postgres")
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the notes of others are not on this machine")
def test_the_right_page_is_mostly_the_first():
    for folder in (EXAMPLES, CORPUS):
        call_command("import_markdown", str(folder), verbosity=0)
    exact, forgiving = means(reciprocal_ranks(judged()))
    assert exact >= 0.9
    assert forgiving >= 0.8
