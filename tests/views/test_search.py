"""The page of a search and the list below the box."""

from __future__ import annotations

from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client

from services.models import Category, Page
from services.search.query import parse
from services.search.results import Hit, Place, Results
from services.search.search import MAX_PAGES
from services.views import search
from tests.support.elements import Elements, words
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db
NOTES = """Runs code.

# Starting

A cold start is slow.

Is a start free?

Left:

- [ ] start
"""


@pytest.fixture
def content() -> Page:
    compute = Category.objects.get(slug="compute")
    page = make_service(
        title="Lambda",
        category=compute,
        notes=NOTES,
    )
    page.tags.add("web-dev")
    make_topic(title="Plan", notes="Look at Lambda.\n")
    return page


def hit(title: str = "Lambda", **facts) -> Hit:
    facts = {"category": "Compute", "category_slug": "compute", "tags": (), "places": ()} | facts
    where = "/services/lambda/"
    return Hit(page_id=1, title=((title, False),), address=where, best=where, **facts)


@pytest.fixture
def finds(monkeypatch):
    """Let any search give these results."""

    def finds(hits: list[Hit], **facts) -> None:
        total = facts.setdefault("total", len(hits))
        facts.setdefault("found", total)

        def find(text: str, *, start=0, count=20, typing=False) -> Results:
            return Results(parse(text), hits[start : start + count], **facts)

        monkeypatch.setattr(search, "search_pages", find)

    return finds


def html(client: Client, path: str, **query: str) -> str:
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


# -- the full page --------------------------------------------------------------------------------


def test_a_search_shows_pages_and_their_places(as_reader, content):
    text = html(as_reader, "/search/", q="start")
    assert "1 page " in words(text)
    assert "Lambda Compute web-dev Question Starting Is a start free?" in words(text)
    assert "Checklist item Starting start" in words(text)
    assert "A cold <mark>start</mark> is slow." in text
    assert 'class="hit accent-compute"' in text


def test_the_query_is_in_the_box_and_in_the_title(as_reader, content):
    text = html(as_reader, "/search/", q='"cold start" is:open')
    assert 'value="&quot;cold start&quot; is:open"' in text
    title = unescape(text.partition("<title>")[2].partition("</title>")[0])
    assert " ".join(title.split()) == '“"cold start" is:open” · Search · Knowledge base'


def test_search_engines_keep_out(as_reader):
    assert '<meta name="robots" content="noindex">' in html(as_reader, "/search/")


def test_at_most_three_places_of_a_page_are_shown(as_reader, finds):
    places = [Place("text", f"/at/{number}", (), (("x", True),)) for number in range(5)]
    finds([hit(places=tuple(places))])
    text = html(as_reader, "/search/", q="x")
    assert "/at/2" in text
    assert "/at/3" not in text


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("heading", "Heading"),
        ("question", "Question"),
        ("item", "Checklist item"),
        ("file", "File"),
        ("text", "Text"),
    ],
)
def test_a_place_says_what_it_is(as_reader, finds, kind, name):
    finds([hit(places=(Place(kind, "/at/", ("One", "Two"), (("x", True),)),))])
    assert f"{name} One › Two x" in words(html(as_reader, "/search/", q="x"))


def test_many_pages_come_in_parts(as_reader, finds):
    finds([hit(f"Page {number}") for number in range(45)])
    text = html(as_reader, "/search/", q="x y", page="2")
    assert "45 pages" in words(text)
    assert "Page 20 " in words(text)
    assert "Page 2 of 3" in words(text)
    assert {"?q=x+y&page=1", "?q=x+y&page=3"} <= set(Elements(text).links)


def test_more_than_can_be_shown_is_told(as_reader, finds):
    finds([hit()] * MAX_PAGES, found=MAX_PAGES + 1)
    text = words(html(as_reader, "/search/", q="x"))
    assert "More than 500 pages, of which the first 500 are shown" in text


@pytest.mark.parametrize("page", ["abc", "-1", "0", "", "1.5", "99999", "9" * 400, "٣", "\0"])
def test_a_part_that_is_none_is_no_error(as_reader, finds, page):
    finds([hit(f"Page {number}") for number in range(45)])
    assert "45 pages" in words(html(as_reader, "/search/", q="x", page=page))


def test_a_part_beyond_the_last_is_the_last(as_reader, finds):
    finds([hit(f"Page {number}") for number in range(45)])
    assert "Page 44 " in words(html(as_reader, "/search/", q="x", page="9"))


def test_similar_words_follow_under_a_heading_of_their_own(as_reader, finds):
    finds([hit("Exact"), hit("Alike", forgiving=True)])
    assert "Exact Compute Similar words Alike Compute" in words(html(as_reader, "/search/", q="x"))


def test_another_query_is_offered(as_reader, finds):
    finds([], instead="lambda is:open")
    text = html(as_reader, "/search/", q="lamda is:open")
    assert "Did you mean lambda is:open?" in words(text)
    assert "/search/?q=lambda%20is%3Aopen" in Elements(text).links


def test_without_a_query_it_says_what_can_be_searched(as_reader):
    text = html(as_reader, "/search/")
    assert "Search syntax" in text
    assert "/search/?q=is%3Aquestion" in Elements(text).links


def test_where_nothing_is_found_filters_can_be_taken_away(as_reader, finds):
    finds([])
    text = html(as_reader, "/search/", q="one two category:compute is:open")
    assert "Use fewer words" in text
    links = Elements(text).links
    assert "/search/?q=one%20two%20is%3Aopen" in links
    assert "/search/?q=one%20two%20category%3Acompute" in links


def test_it_takes_few_queries(as_reader, finds, django_assert_max_num_queries):
    finds([hit(f"Page {number}", tags=("a", "b")) for number in range(45)])
    with django_assert_max_num_queries(4):
        html(as_reader, "/search/", q="x is:open")


def test_the_box_costs_other_pages_no_query(as_reader, content, django_assert_num_queries):
    with django_assert_num_queries(2):
        html(as_reader, "/keys/")


# -- filters --------------------------------------------------------------------------------------


def apply(client: Client, **form: object) -> str:
    response = client.get("/search/?" + urlencode(form, doseq=True))
    assert response.status_code == 302
    address = urlsplit(response["Location"])
    assert address.path == "/search/"
    return parse_qs(address.query).get("q", [""])[0]


def test_the_fields_become_one_query(as_reader):
    form = {"category": "data-store", "tag": "two words", "is": ["open", "question"]}
    form |= {"has": "attachment", "in": "title", "changed": "2026-01-31", "without": "old -new"}
    assert apply(as_reader, q="lambda", **form) == (
        'lambda category:data-store tag:"two words" is:open is:question'
        " has:attachment in:title changed:>2026-01-31 -old -new"
    )


def test_fields_that_are_empty_leave_the_query_as_it_is(as_reader):
    query = "lambda category:compute tag:a tag:b changed:<2026 -x"
    assert apply(as_reader, q=query, category="", tag="", changed="", phrase="") == query
    assert apply(as_reader, q="", tag=" ") == ""


def test_fields_are_empty_again_below_their_filters(as_reader):
    text = html(as_reader, "/search/", q='x category:"Data Store" tag:a is:done -y')
    assert "Category: Data Store (remove)" in words(text)
    assert "selected" not in text
    assert "checked" not in text
    assert 'value="a"' not in text


def test_each_filter_can_be_removed_by_a_link(as_reader):
    text = html(as_reader, "/search/", q="lambda is:open -python")
    assert {"/search/?q=lambda%20-python", "/search/?q=lambda%20is%3Aopen"} <= set(
        Elements(text).links
    )


# -- the list below the box -----------------------------------------------------------------------


def test_suggestions_are_options_with_the_find_marked(as_reader, content):
    text = html(as_reader, "/search/suggest/", q="lam")
    assert text.count('role="option"') == 3
    assert "<mark>Lam</mark>bda" in text
    assert "Compute" in words(text)
    assert "Show all results" in words(text)
    assert "/search/?q=lam" in Elements(text).links


def test_eight_pages_are_suggested(as_reader, finds):
    finds([hit()] * 37)
    text = html(as_reader, "/search/suggest/", q="x")
    assert text.count('role="option"') == 9
    assert "Show all results" in words(text)


def test_more_than_can_be_turned_to_are_not_called_all(as_reader, finds):
    finds([hit()] * MAX_PAGES, found=MAX_PAGES + 1)
    text = words(html(as_reader, "/search/suggest/", q="x"))
    assert text.startswith("More than 500 pages")
    assert text.endswith("Show all results")


def test_pages_with_similar_words_say_so_in_the_list(as_reader, finds):
    finds([hit("Alike", forgiving=True)])
    text = words(html(as_reader, "/search/suggest/", q="x"))
    assert text.startswith("1 page with similar words Alike similar words Compute")


def test_nothing_typed_suggests_nothing(as_reader):
    assert 'role="option"' not in html(as_reader, "/search/suggest/", q="  ")


def test_a_fault_while_suggesting_is_told(as_reader, monkeypatch, caplog):
    monkeypatch.setattr(search, "search_pages", lambda *args, **options: 1 / 0)
    response = as_reader.get("/search/suggest/?q=x")
    assert response.status_code == 500
    assert "The search does not answer" in response.content.decode()
    assert "ZeroDivisionError" in caplog.text
