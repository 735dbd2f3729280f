"""Items that may name a page, found by the database: none that does name it is missed."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.aws.catalog import name_key
from services.models import ChecklistItem
from services.pages.names import items_that_may_name, mentions, resolve_again
from tests.support.pages import make_topic
from tests.support.queries import queries

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

# Letters that become others when names are compared, markup, and what items are cut at.
PIECES = [
    "s3",
    "S3",
    "ec2",
    "Lambda",
    "IAM Identity Center",
    "straße",
    "STRASSE",
    "Größe",
    "naïve",
    "ß",
    "ſ",
    "\u212a",
    "k",
    "K",
    "İ",
    "ı",
    "i",
    "ﬁ",
    "fi",
    "①",
    "1",
    "½",
    "Ｓ３",
    "e\u0301",
    "é",
    "\u0301",
    "\u00ad",
    "雲",
    "日本",
    "c++",
    "++",
    "%41",
    "md",
    ".md",
    "a/b",
    "\\|",
    "Ⅳ",
    "℡",
    " ",
    "  ",
    "\u00a0",
    "\t",
    "/",
    ",",
    "&",
    " and ",
    " vs. ",
    "*",
    "**",
    "`",
    "“",
    "”",
    "'",
    "[[",
    "]]",
    "![[",
    "|",
    "#",
    "(",
    ")",
    "_",
    ".",
    ":",
    "!",
    "<",
    ">",
    "-",
    "\u0338",
]
texts = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"]), max_size=8)
texts = texts.map("".join).filter(lambda text: "\0" not in text)
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def page():
    return make_topic(title="Plan")


def found(*keys: str) -> list[int]:
    return [pk for pk, _, _ in items_that_may_name(keys)]


def stored(page, text) -> ChecklistItem:
    ChecklistItem.objects.all().delete()
    return ChecklistItem.objects.create(page=page, text=text, position=0)


@many
@given(texts, st.data())
@example("learn S3", None)
@example("\u212aMS", None)
@example("[[notes/ﬁle.md|x]]", None)
@example("Größe ſ3", None)
def test_whatever_names_a_page_is_among_them(page, text, data):
    item = stored(page, text)
    keys = sorted(mentions(text).keys)
    if data is not None and keys:
        keys = data.draw(st.lists(st.sampled_from(keys), min_size=1, max_size=1))
    for name in keys:
        assert found(name) == [item.pk]
    others = {"something else", "nowhere"}
    assert not keys or found(*keys, *others) == [item.pk]


@many
@given(texts, texts)
def test_a_title_of_any_kind_is_found_in_words_around_it(page, title, text):
    item = stored(page, f"{text} / {title} / {text}")
    if not mentions(item.text).keys.isdisjoint({name_key(title)}):
        assert found(name_key(title)) == [item.pk]


@pytest.mark.parametrize("text", ["something else", "S-3", "learn", "für", "Größe 3", ""])
def test_what_has_none_of_the_letters_is_not_read(page, text):
    stored(page, text)
    assert not found("s3", "amazon s3")


def test_a_name_in_longer_ones_is_asked_for_alone(page):
    stored(page, "learn")
    asked = queries(lambda: found("lambda", "aws lambda", "lambdas"))
    assert [sql.count("LIKE") for sql in asked] == [1]


@pytest.mark.parametrize("keys", [{"雲", "s3"}, {"++"}, {f"name{n}" for n in range(99)}])
def test_all_are_read_where_the_letters_tell_nothing(page, keys):
    stored(page, "nothing")
    assert len(found(*keys)) == 1


def test_no_names_are_in_no_items(page):
    stored(page, "nothing")
    assert not found()


def test_items_without_the_name_are_not_cut_into_words(page, monkeypatch):
    for n in range(20):
        ChecklistItem.objects.create(page=page, text=f"thing {n}", position=n)
    ChecklistItem.objects.create(page=page, text="Learn about [[Glacier]]", position=20)
    seen = []
    monkeypatch.setattr(
        "services.pages.names.mentions", lambda text: seen.append(text) or mentions(text)
    )
    resolve_again({"glacier", "s3 glacier"})
    assert seen == ["Learn about [[Glacier]]"]
