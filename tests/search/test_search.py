"""What is found, in which order and where: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from taggit.models import Tag

from services.attachments.store import store
from services.models import Category, Page
from services.pages.revise import create, revise
from services.search import highlight
from services.search import search as finding
from services.search.highlight import Pattern
from services.search.query import Term
from services.search.search import search_pages

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def page(title: str, notes: str = "", **facts: object) -> Page:
    tags = facts.pop("tags", ())
    if facts.get("category"):
        facts |= {"kind": "service", "category": Category.objects.get(slug=facts["category"])}
    made = create(Page(**({"kind": "topic", "title": title, "notes": notes} | facts)))
    if tags:
        made.tags.add(*tags)
    return made


def titles(query: str, **options: object) -> list[str]:
    return [hit.name for hit in search_pages(query, **options).hits]


def shown(pieces: tuple[tuple[str, bool], ...]) -> str:
    return "".join(f"[{text}]" if marked else text for text, marked in pieces)


# -- order ---------------------------------------------------------------------------------------


def test_a_page_that_is_called_so_comes_before_those_that_mention_it():
    for number in range(10):
        page(f"Note {number}", "s3 s3 s3 S3\n\n## S3\n\nS3")
    page("S3", "Objects in buckets.", category="data-store")
    assert titles("s3")[0] == "S3"


@pytest.mark.parametrize("asked", ["IAM", "iam", "who may", "Identity and Access Management"])
def test_titles_abbreviations_and_aliases_are_names(asked):
    page("Other", f"{asked} {asked} {asked}\n\n# {asked}")
    page(f"{asked} and more", f"{asked} {asked}")
    page("Identity and Access Management", "x", abbreviation="IAM", aliases=["Who may"])
    assert titles(asked)[0] == "Identity and Access Management (IAM)"


@pytest.mark.parametrize("asked", ["simple storage service", "Amazon S3", "simple queue service"])
def test_the_names_that_aws_uses_are_names(asked):
    page("S3", "Objects in buckets.", category="data-store")
    page("SQS", "Messages in queues.", category="integration")
    page("Storage", "A simple service for storage of many a queue.")
    assert titles(asked)[0] == ("SQS" if "queue" in asked else "S3")


def test_then_titles_that_begin_so_then_headings_questions_and_text():
    page("In the text", "Some words, and snapshots among many others that say something else.")
    page("Asked", "Some words.\n\n> [!question] Do snapshots cost\n\nMany others, something else.")
    page("Headed", "# Snapshots\n\nSome words among many others that say something else.")
    page("Snapshots of disks", "Words.")
    assert titles("snapshots") == ["Snapshots of disks", "Headed", "Asked", "In the text"]


def test_words_side_by_side_in_a_heading_come_first():
    for number in range(8):
        page(f"Note {number}", "Other words.")
    page("Apart", "## Start\n\nStart here, cold or not.\n\n## Cold\n\nIt may be cold at start.")
    page("Together", "## A cold start\n\n" + "Other words fill this page up. " * 5)
    assert titles("cold start")[0] == "Together"


def test_of_two_languages_the_one_that_is_asked_in_comes_first():
    page("Лямбда", "Холодный запуск: cold start. " + "Слова и слова. " * 5)
    page("Lambda in English", "A cold start. " + "Words and more words follow here. " * 9)
    assert titles("cold start")[0] == "Lambda in English"
    assert titles("запуск cold")[0] == "Лямбда"


def test_a_word_that_very_many_pages_hold_is_found_by_name_and_heading_first(monkeypatch):
    monkeypatch.setattr(finding, "MOST_RANKED", 5)
    page("Old, but headed", "## Everywhere\n\nwords")
    page("Everywhere we look", "words")
    for number in range(8):
        page(f"Note {number}", "everywhere")
    found = titles("everywhere")
    assert found[:3] == ["Everywhere we look", "Old, but headed", "Note 7"]
    assert len(found) == 10


# -- what matches --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("CAFE", True),
        ("café", True),
        ("naïve", True),
        ("naive", True),
        ("snake case", True),
        ("eks", True),
        ("tcp/ip", True),
        ("policies", True),
        ("bucket", True),
        ('"buckets policy"', True),
        ('"policy buckets"', False),
        ('"bucket"', False),
    ],
)
def test_case_accents_punctuation_and_number_do_not_matter(asked, found):
    page("One", "Naïve Café, snake_case, ECS/EKS over TCP/IP; buckets: policy.")
    assert bool(search_pages(asked).hits and not search_pages(asked).hits[0].forgiving) == found


@pytest.mark.parametrize("asked", ["数据", "据库", "数据库", "库", "务", "데이터", "イ"])
def test_scripts_without_spaces_are_found_by_parts(asked):
    page("One", "亚马逊数据库服务。데이터베이스。データベースとイベント")
    page("Two", "Other words")
    assert titles(asked) == ["One"]


@pytest.mark.parametrize("word", ["नमस्ते", "தமிழ்", "ที่", "العَرَبِيَّة", "ﬁle", "Ⅳ", "ガ", "Σίσυφος"])
def test_words_of_any_script_are_found_as_they_are_written(word):
    page("One", f"before {word} after")
    page("Other", "before and after")
    for asked in (word, f'"before {word}"'):
        assert [(hit.name, hit.forgiving) for hit in search_pages(asked).hits][:1] == [
            ("One", False)
        ]


def test_parts_that_are_not_side_by_side_are_not_found():
    page("One", "数据与图书库")
    assert titles("数据库") == []


def test_words_from_the_title_the_tags_the_files_and_the_text_count_together():
    one = page("Queues", "Visibility of messages", tags=["serverless"])
    store(ContentFile(b"words", name="diagram.txt"), name="diagram.txt", page=one)
    page("Other", "Queues with visibility")
    hits = search_pages("queues serverless visibility diagram").hits
    assert [(hit.name, hit.forgiving) for hit in hits] == [("Queues", False), ("Other", True)]


def test_the_last_word_may_go_on_while_it_is_typed():
    page("DynamoDB", "Tables")
    assert titles("dyna", typing=True) == ["DynamoDB"]
    assert search_pages("dyna", typing=True).hits[0].forgiving is False
    # One letter is enough for a name.
    assert titles("d", typing=True) == ["DynamoDB"]


def test_pages_in_the_trash_are_not_found(editor):
    from services.pages.trash import throw_away

    one = page("Gone", "words that were here")
    throw_away(one, by=editor)
    assert titles("words") == []
    assert titles("gone") == []


# -- forgiving -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    ["dynmodb", "dynamodbb", "dyanmodb", "dynomodb", "dymanodb", "namodb", "dynamo db", "dynamod"],
)
def test_one_or_two_typos_and_parts_of_words_are_forgiven(asked):
    page("DynamoDB", "Tables and items")
    page("Other", "Nothing of the kind")
    assert titles(asked) == ["DynamoDB"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("stepfunctions", "Step Functions"),
        ("step functions", "Step Functions"),
        ("open search", "OpenSearch"),
        ("opensearch", "OpenSearch"),
        ("loadbalancer", "Traffic"),
        ("data base", "Tables"),
        ("ec 2", "Machines"),
        ("balanc", "Traffic"),
        ("alancer", "Traffic"),
    ],
)
def test_words_run_together_or_apart_are_found(asked, found):
    page("Step Functions", "States")
    page("OpenSearch", "Indexes")
    page("Traffic", "A load balancer spreads it")
    page("Tables", "in a database")
    page("Machines", "on ec2")
    assert titles(asked)[0] == found


def test_what_is_only_alike_is_marked_and_follows():
    page("Exact", "the word balance")
    page("Alike", "the word balanced")
    hits = search_pages("balance").hits
    assert (hits[0].name, hits[0].forgiving) == ("Exact", False)
    hits = search_pages("balanxe").hits
    assert (hits[0].name, hits[0].forgiving) == ("Exact", True)


def test_did_you_mean():
    page("DynamoDB", "Tables")
    assert search_pages("dynmodb").instead == "dynamodb"
    assert search_pages("dynmodb category:compute").instead == "dynamodb category:compute"
    assert search_pages("dynamodb").instead == ""
    assert search_pages("qqqqqqqq").instead == ""


def test_did_you_mean_leaves_filters_alone():
    page("DynamoDB", "Tables")
    assert search_pages("tag:dynmodb dynmodb").instead == "tag:dynmodb dynamodb"
    assert search_pages("category:in dynmodb -dynmodb").instead == "category:in dynamodb -dynmodb"


def test_some_of_the_words_are_better_than_nothing():
    page("Standby", "Reading from the standby")
    page("Other", "Nothing")
    hits = search_pages("can I read from the multi-az standby").hits
    assert [(hit.name, hit.forgiving) for hit in hits] == [("Standby", True)]


# -- narrowing -----------------------------------------------------------------------------------


@pytest.fixture
def shelf():
    s3 = page("S3", "Buckets hold words.\n\nIs it cheap?\n", category="data-store", tags=["Cheap"])
    page("EC2", "Machines run words.\n\n- [ ] learn spot\n- [x] learn types\n", category="compute")
    page("Lambda", "Words run.\n\n- [x] learn layers\n", category="compute", tags=["serverless"])
    page("Words", "A topic of words.\n\n> [!question] Why\n\n> [!answer] So\n")
    store(ContentFile(b"text", name="plan.txt"), name="plan.txt", page=s3)
    Page.objects.filter(title="EC2").update(updated_at=datetime(2020, 5, 5, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("words category:compute", {"EC2", "Lambda"}),
        ("words category:Compute", {"EC2", "Lambda"}),
        ('category:"Data Store" words', {"S3"}),
        ("words category:storage", {"S3"}),
        ("words category:nowhere", set()),
        ("words tag:serverless", {"Lambda"}),
        ("words tag:cheap", {"S3"}),
        ("words is:open", {"EC2", "S3"}),
        ("words is:done", {"EC2", "Lambda", "Words"}),
        ("words is:question", {"S3", "Words"}),
        ("words is:question is:open", {"S3"}),
        ("words has:attachment", {"S3"}),
        ("in:title words", {"Words"}),
        ('in:title "simple storage service"', {"S3"}),
        ("words -machines -buckets", {"Lambda", "Words"}),
        ('words -"a topic"', {"S3", "EC2", "Lambda"}),
        ("words changed:<2021", {"EC2"}),
        ("words changed:2020-05-05", {"EC2"}),
        ("words changed:>2020-05-05", {"S3", "Lambda", "Words"}),
        ("category:compute", {"EC2", "Lambda"}),
        ("-machines", {"S3", "Lambda", "Words"}),
        ("is:question -why", {"S3"}),
        ("words is:odd", set()),
    ],
)
def test_what_is_asked_can_be_narrowed(shelf, asked, found):
    assert {hit.name for hit in search_pages(asked).hits if not hit.forgiving} == found


def test_as_many_tags_as_can_be_typed(shelf):
    asked = "words " + " ".join(f"tag:{number}" for number in range(50))
    assert titles(asked) == []
    assert titles("words " + "tag:cheap " * 35) == ["S3"]


def test_tags_in_any_spelling_count_a_page_once():
    one = page("One", "words", tags=["Кот"])
    for name, slug in (("Cheap", "one"), ("cheap", "two")):
        one.tags.through.objects.create(
            tag=Tag.objects.create(name=name, slug=slug), content_object=one
        )
    for asked in ("tag:cheap", "tag:CHEAP words", "tag:кот", "tag:cheap tag:КОТ"):
        assert (search_pages(asked).total, search_pages(asked).found) == (1, 1)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/New_York"])
@pytest.mark.parametrize("when", [">0001-01-01", ">=0001", "<=9999", ">9999-12-31", "9999", "0001"])
def test_days_at_either_end_of_the_calendar(settings, zone, when):
    settings.TIME_ZONE = zone
    page("One", "words")
    early = when in (">0001-01-01", ">=0001", "<=9999")
    assert titles(f"words changed:{when}") == (["One"] if early else [])


def test_without_words_of_its_own_the_last_changed_come_first(shelf, monkeypatch):
    # However few can be turned to.
    monkeypatch.setattr(finding, "MOST", 1)
    assert titles("-machines") == ["Words"]
    old = Page.objects.get(title="S3")
    revise(old, "Buckets again.", version=old.version)
    assert titles("-machines") == ["S3"]


# -- places --------------------------------------------------------------------------------------

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


def test_results_come_in_parts():
    for number in range(30):
        page(f"Note {number:02}", "needle")
    first, second = search_pages("needle", count=20), search_pages("needle", start=20, count=20)
    assert (len(first.hits), len(second.hits), first.total) == (20, 10, 30)
    assert not {h.name for h in first.hits} & {h.name for h in second.hits}


# -- any text ------------------------------------------------------------------------------------


@given(st.text(max_size=60), st.text(max_size=120), st.booleans())
@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_text_is_searched_in_and_for(asked, notes, typing):
    row = Page.objects.filter(title="Any").first() or page("Any")
    revise(row, notes.replace("\0", ""), version=row.version)
    for hit in search_pages(asked, typing=typing).hits:
        assert hit.name
        for place in hit.places:
            assert all(isinstance(text, str) for text, _ in place.snippet)


def test_a_search_takes_few_queries(django_assert_max_num_queries):
    for number in range(30):
        page(f"Note {number}", "needle in hay", tags=["a"])
    search_pages("needle")
    with django_assert_max_num_queries(8):
        search_pages("needle")


def test_a_heading_may_name_a_null_character():
    page("Escapes", "# Write \\u0000 so\n\nalpha")
    hit = search_pages("alpha").hits[0]
    assert hit.places[0].path == ("Write \\u0000 so",)
    assert titles("write") == ["Escapes"]


def test_an_outline_that_was_broken_breaks_no_search():
    page("One", "# Heading\n\nalpha")
    Page.objects.update(outline="no JSON")
    assert shown(search_pages("alpha").hits[0].places[0].snippet) == "[alpha]"


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


def test_looking_for_a_letter_has_an_end(monkeypatch):
    text = "banana " * 1_000 + "a"
    assert Pattern([Term(("a",))]).finds(text) == [(7_000, 7_001, 0)]
    monkeypatch.setattr(highlight, "MOST_LOOKS", 100)
    assert Pattern([Term(("a",))]).finds(text) == []
