"""A hit names the places of a page that hold the words, and leads there."""

from __future__ import annotations

import unicodedata

import pytest
from django.core.files.base import ContentFile

from services.attachments.store import store
from services.models import Page
from services.search.search import search_pages
from tests.support.finding import page, shown

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


NOTES = """Before all.

# Storage

Some **bold words** about [buckets](https://example.org/x) and `code`.

## Cost of buckets

Is a bucket cheap?

What is left:

- [ ] learn lifecycle rules
- [x] read about | pipes

| Store | Price |
|---|---|
| Glacier | low |
"""


@pytest.mark.parametrize(
    ("asked", "kind", "path", "snippet", "fragment"),
    [
        ("cost", "heading", ("Storage",), "[Cost] of buckets", "#cost-of-buckets"),
        ("cheap", "question", ("Storage", "Cost of buckets"), "Is a bucket [cheap]?", "cheap"),
        (
            "lifecycle",
            "item",
            ("Storage", "Cost of buckets"),
            "learn [lifecycle] rules",
            "lifecycle",
        ),
        ("bold", "text", ("Storage",), "Some [bold] words about buckets and code.", "#storage"),
        ("before", "text", (), "[Before] all.", "#:~:text=Before"),
        ("glacier", "text", ("Storage", "Cost of buckets"), "[Glacier] · low", "Glacier"),
    ],
)
def test_a_hit_leads_to_the_very_place(asked, kind, path, snippet, fragment):
    page("S3", NOTES, category="data-store")
    place = search_pages(asked).hits[0].places[0]
    assert (place.kind, place.path, shown(place.snippet)) == (kind, path, snippet)
    assert place.address.startswith("/services/s3/#")
    assert fragment in place.address


def test_notes_that_were_changed_behind_our_back_lead_to_no_wrong_place():
    one = page("S3", NOTES, category="data-store")
    Page.objects.filter(pk=one.pk).update(notes="Other words.\n\n" + NOTES)
    place = search_pages("cheap").hits[0].places[0]
    assert (place.kind, place.path) == ("text", ())
    assert place.address.startswith("/services/s3/#:~:text=cheap")


def test_a_hit_in_a_table_leads_to_its_cell():
    page("One", "| a | b | c |\n|---|---|---|\n| one | needle here | two |\n")
    place = search_pages("needle").hits[0].places[0]
    assert shown(place.snippet) == "one · [needle] here · two"
    assert place.address.endswith(":~:text=needle%20here")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_markdown_has_it(end):
    page("One", end.join(["# Top é", "", "Some words", "", "- [ ] needle 😀", "", "> > Others"]))
    place = search_pages("needle").hits[0].places[0]
    assert (place.kind, place.path, shown(place.snippet)) == ("item", ("Top é",), "[needle] 😀")


def test_a_hit_by_a_file_leads_to_the_file():
    one = page("S3", "Words")
    row = store(ContentFile(b"words", name="diagram.txt"), name="diagram.txt", page=one)
    place = search_pages("diagram").hits[0].places[0]
    assert (place.kind, place.address) == ("file", row.get_absolute_url())


def test_places_hold_as_many_of_the_words_as_can_be():
    page("One", "alpha\n\nbeta\n\n## Later\n\nalpha and beta\n")
    assert shown(search_pages("alpha beta").hits[0].places[0].snippet) == "[alpha] and [beta]"


def test_words_that_can_be_seen_come_before_those_in_addresses():
    page("One", "- [ ] read [this](https://needle.example/)\n\n# Later\n\nA needle here.\n")
    assert [shown(p.snippet) for p in search_pages("needle").hits[0].places] == ["A [needle] here."]


def test_a_long_line_is_cut_around_the_hit():
    page("One", "word " * 500 + "needle " + "word " * 500)
    text = shown(search_pages("needle").hits[0].places[0].snippet)
    assert "[needle]" in text
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert len(text) < 220


def test_titles_are_marked():
    page("Step Functions", "States")
    assert shown(search_pages("functions").hits[0].title) == "Step [Functions]"


@pytest.mark.parametrize(
    "asked", ["e\u0301te\u0301", "été", "ete", '"bel e\u0301te\u0301"', "x\u030cyz"]
)
@pytest.mark.parametrize(
    "notes", ["# Top\n\nbel été x\u030cyz", "# Top\n\nbel e\u0301te\u0301 x\u030cyz"]
)
def test_accents_that_stand_apart_from_their_letters(asked, notes):
    page("One", notes)
    hit = search_pages(asked).hits[0]
    assert not hit.forgiving
    marked = next(text for text, found in hit.places[0].snippet if found)
    assert bare(marked) == bare(asked.strip('"'))


def bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
