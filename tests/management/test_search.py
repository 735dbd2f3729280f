"""The search command: it names pages whose index is wrong, and rebuilds it."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from services.models import Word
from services.search.search import search_pages
from tests.search.test_index import found
from tests.support.pages import make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def page():
    return make_topic(title="One", notes="alpha words")


def test_check_names_what_is_wrong_and_rebuild_mends_it(page, capsys):
    call_command("search", "check")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_page")
        cursor.execute("UPDATE services_page SET outline = 'no JSON'")
        cursor.execute("DELETE FROM search_page")
    Word.objects.all().delete()
    with pytest.raises(CommandError, match="1 page"):
        call_command("search", "check")
    assert "One" in capsys.readouterr().out
    call_command("search", "rebuild")
    call_command("search", "check")
    assert found("alpha") == ["One"]
    assert search_pages("alhpa").hits[0].name == "One"
