"""The pages that the editor offers for a link."""

from __future__ import annotations

import pytest

from services.models import Category, Page, PageName
from services.pages.trash import throw_away
from services.selectors.link_suggestions import can_link
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages():
    compute = Category.objects.get(slug="compute")
    other = Category.objects.get(slug="other")
    make_service(title="ECS", category=compute)
    iam = "Identity and Access Management"
    make_service(title=iam, abbreviation="IAM", category=other)
    make_service(title="IAM Identity Center", category=other)
    make_topic(title="Brain dump", aliases=["Zettel"])


def titles(client, words: str) -> list[str]:
    response = client.get("/pages/names/", {"q": words})
    assert response.status_code == 200
    return [page["title"] for page in response.json()["pages"]]


def test_works(as_reader):
    response = as_reader.get("/pages/names/", {"q": "ec"})
    assert response.json()["pages"][0] == {"title": "ECS", "category": "Compute"}
    brain = as_reader.get("/pages/names/", {"q": "BRAIN "}).json()
    assert brain == {"pages": [{"title": "Brain dump", "category": ""}]}


def test_finds_by_any_name_and_the_beginning_first(as_reader):
    iam = "Identity and Access Management"
    assert titles(as_reader, "iam") == [iam, "IAM Identity Center"]
    assert titles(as_reader, "zett") == ["Brain dump"]
    assert titles(as_reader, "identity")[0] == iam
    assert "IAM Identity Center" in titles(as_reader, "identity")
    # By part: whole words before the middle of one.
    assert titles(as_reader, "dump") == ["Brain dump"]
    assert titles(as_reader, "rain") == ["Brain dump"]
    assert titles(as_reader, "container")[0] == "ECS"


def test_without_words_the_last_changed(as_reader):
    assert titles(as_reader, "")[0] == "Brain dump"
    assert len(titles(as_reader, " ")) == 4


@pytest.mark.parametrize(
    "words", ["%", "_", "\\", "'", "x" * 5000, "\0x\0y", "é", "\U0010ffff", "]]"]
)
def test_takes_any_words(as_reader, words):
    assert titles(as_reader, words) == []


def test_at_most_ten_and_none_from_the_trash(as_reader, editor):
    for number in range(30):
        make_topic(title=f"Many {number}")
    assert len(titles(as_reader, "many")) == 10
    throw_away(Page.objects.get(title="Brain dump"), by=editor)
    assert titles(as_reader, "brain") == []


def test_offers_no_title_that_a_link_could_not_have(as_reader):
    make_topic(title="Odd C# notes")
    make_topic(title="Odd CI/CD")
    make_topic(title="Odd [x]")
    make_topic(title="Odd one")
    assert titles(as_reader, "odd") == ["Odd one"]
    assert not can_link("a|b")


def test_offers_a_page_by_another_name_where_a_link_cannot_hold_its_title(as_reader):
    make_topic(title="Odd C# notes", aliases=["x|y", "Odd C notes", "ODD"])
    make_topic(title="Odd CI/CD", aliases=["ecs"])
    found = as_reader.get("/pages/names/", {"q": "odd"}).json()["pages"]
    # The other's only name that a link can hold leads to the service.
    assert found == [{"title": "Odd C# notes", "category": "", "link": "Odd C notes"}]


def test_asks_little_however_many_there_are(as_reader, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        titles(as_reader, "e")
    for number in range(20):
        make_topic(title=f"E {number}")
    with django_assert_max_num_queries(4):
        titles(as_reader, "e")


def test_the_beginning_of_a_name_is_found_by_index():
    names = PageName.objects.filter(key__startswith="ec", key__gte="ec", key__lt="ec\U0010ffff")
    plan = names.order_by("key", "rank").explain()
    assert "name_lookup" in plan
