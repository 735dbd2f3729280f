"""A page's new title: its address, its old names, and the links that other pages have to it."""

import pytest

from services.models import OldAddress, Page
from services.pages.revise import revise
from tests.support.editing import PATH, opened, revisions, said
from tests.support.pages import make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]
LINKS = "See [[Plan]], [[plan#One|there]], `[[Plan]]` and ![[notes/Plan]].\n"


@pytest.fixture
def plan() -> Page:
    return make_topic(title="Plan", abbreviation="PL", notes="# One\n\n[[Plan]]\n")


@pytest.fixture
def other(plan) -> Page:
    return make_topic(title="Other", notes=LINKS)


def renamed(client, **fields: str):
    return client.post(PATH, opened(client) | {"title": "Goals"} | fields)


def leads(page: Page) -> set[str | None]:
    return set(page.links.values_list("to__title", flat=True))


def test_the_old_addresses_lead_to_the_new_one(as_editor, as_reader, plan):
    assert renamed(as_editor)["Location"] == "/topics/goals/"
    for old, new in (
        ("/topics/plan/", "/topics/goals/"),
        ("/services/plan/", "/topics/goals/"),
        ("/pages/plan/raw/", "/pages/goals/raw/"),
    ):
        response = as_reader.get(old)
        assert (response.status_code, response["Location"]) == (302, new)
    response = as_editor.get("/pages/plan/edit/?section=one")
    assert (response.status_code, response["Location"]) == (302, "/pages/goals/edit/?section=one")


def test_a_page_that_is_renamed_back_is_at_its_address_again(as_editor, plan):
    renamed(as_editor)
    # Browsers keep what is moved for good, and would go round in circles from now on.
    assert as_editor.get("/topics/plan/").status_code == 302
    back = opened(as_editor, "/pages/goals/edit/") | {"title": "Plan"}
    assert as_editor.post("/pages/goals/edit/", back)["Location"] == "/topics/plan/"
    assert as_editor.get("/topics/plan/").status_code == 200
    assert as_editor.get("/topics/goals/")["Location"] == "/topics/plan/"


def test_an_address_that_another_page_took_over_is_that_page_s(as_editor, as_reader, plan):
    renamed(as_editor)
    # Its own old address is free for itself alone.
    assert make_topic(title="Plan").slug == "plan-2"
    as_editor.post(
        "/pages/goals/edit/", opened(as_editor, "/pages/goals/edit/") | {"title": "Aims"}
    )
    assert as_reader.get("/topics/plan/")["Location"] == "/topics/aims/"
    assert set(OldAddress.objects.values_list("slug", flat=True)) == {"plan", "goals"}


def test_an_old_address_of_a_page_in_the_trash_leads_nowhere(as_editor, as_reader, plan):
    renamed(as_editor)
    as_editor.post("/pages/goals/delete/")
    assert as_reader.get("/topics/plan/").status_code == 404


def test_links_follow_on_request(as_editor, plan, other):
    response = renamed(as_editor, rewrite="on")
    other.refresh_from_db()
    assert other.notes == "See [[Goals]], [[Goals#One|there]], `[[Plan]]` and ![[Goals]].\n"
    assert revisions(other) == [(1, "site"), (2, "links")]
    plan.refresh_from_db()
    assert (plan.notes, plan.aliases, plan.version) == ("# One\n\n[[Goals]]\n", [], 2)
    assert leads(other) == leads(plan) == {"Goals"}
    assert said(response) == ["Saved.", "4 links on 2 pages changed."]


def test_otherwise_the_old_title_stays_a_name(as_editor, plan, other):
    response = renamed(as_editor)
    other.refresh_from_db()
    plan.refresh_from_db()
    assert (other.notes, plan.aliases, plan.version) == (LINKS, ["Plan"], 2)
    assert leads(other) == {"Goals"}
    assert said(response)[1] == "Links that say “Plan” still lead here."


def test_without_links_nothing_is_kept(as_editor):
    make_topic(title="Plan")
    assert 'name="rewrite"' not in as_editor.get(PATH).content.decode()
    renamed(as_editor)
    assert Page.objects.get().aliases == []


def test_another_spelling_of_the_same_title_needs_nothing(as_editor, plan, other):
    renamed(as_editor, title="PLAN", rewrite="on")
    other.refresh_from_db()
    plan.refresh_from_db()
    assert (other.version, plan.aliases, plan.slug) == (1, [], "plan")


def test_what_cannot_be_rewritten_still_leads_here(as_editor, plan):
    file_link = make_topic(title="Other", notes="[a](notes/Plan.md) and [[Plan]]\n")
    renamed(as_editor, rewrite="on")
    file_link.refresh_from_db()
    plan.refresh_from_db()
    assert file_link.notes == "[a](notes/Plan.md) and [[Goals]]\n"
    assert plan.aliases == ["Plan"]
    assert leads(file_link) == {"Goals"}


def test_links_follow_to_the_name_of_a_title_that_they_cannot_hold(as_editor, plan, other):
    response = renamed(as_editor, title="CI/CD", rewrite="on")
    assert "This title can’t be used in links; use “CI-CD” instead." in said(response)[-1]
    other.refresh_from_db()
    plan.refresh_from_db()
    assert other.notes == "See [[CI-CD]], [[CI-CD#One|there]], `[[Plan]]` and ![[CI-CD]].\n"
    assert (plan.notes, plan.aliases) == ("# One\n\n[[CI-CD]]\n", ["CI-CD"])
    assert leads(other) == {"CI/CD"}


def test_a_title_that_ends_as_the_old_one_did_loses_no_link(as_editor, plan, other):
    renamed(as_editor, title="My/Plan")
    plan.refresh_from_db()
    assert plan.aliases == ["Plan", "My-Plan"]
    assert leads(other) == {"My/Plan"}


def test_a_title_that_no_link_can_hold_keeps_the_old_name(as_editor, plan, other):
    """Where the name that links would use is another page's."""
    make_topic(title="CI-CD")
    response = renamed(as_editor, title="CI/CD", rewrite="on")
    assert "be used in links" not in " ".join(said(response))
    other.refresh_from_db()
    plan.refresh_from_db()
    assert (other.notes, plan.aliases) == (LINKS, ["Plan"])
    assert leads(other) == {"CI/CD"}


@pytest.mark.parametrize(
    ("title", "name"),
    [("C#", "C"), ("a/b", "a-b"), ("x|y", "x y"), ("a]] b", "a b"), ("Old.md", "Old"), ("##", "")],
)
def test_a_new_page_has_a_name_that_links_can_hold(as_editor, title, name):
    fields = opened(as_editor, "/pages/new/") | {"title": title, "notes": f"[[{name}]]\n"}
    response = as_editor.post("/pages/new/", fields)
    page = Page.objects.get()
    assert page.aliases == ([name] if name else [])
    assert [f"“{name}”" in words for words in said(response)] == (
        [False, True] if name else [False]
    )
    assert leads(page) == ({title} if name else set())
    offered = as_editor.get("/pages/names/", {"q": title}).json()["pages"]
    assert offered == ([{"title": title, "category": "", "link": name}] if name else [])


def test_links_by_abbreviation_follow_too(as_editor, plan):
    other = make_topic(title="Other", notes="[[PL]] and [[Plan]]\n")
    renamed(as_editor, title="Plan", abbreviation="PLN", rewrite="on")
    other.refresh_from_db()
    assert other.notes == "[[PLN]] and [[Plan]]\n"
    as_editor.post(PATH, opened(as_editor) | {"abbreviation": "", "rewrite": "on"})
    other.refresh_from_db()
    assert other.notes == "[[Plan]] and [[Plan]]\n"


def test_links_to_another_page_of_that_name_stay(as_editor, plan):
    make_topic(title="PL")
    other = make_topic(title="Other", notes="[[PL]]\n")
    renamed(as_editor, title="Plan", abbreviation="PLN", rewrite="on")
    other.refresh_from_db()
    assert other.notes == "[[PL]]\n"


def test_links_follow_in_notes_with_crlf(as_editor, plan):
    other = make_topic(title="Other", notes="A\r\n[[Plan]]\r\nB\n")
    renamed(as_editor, rewrite="on")
    other.refresh_from_db()
    assert other.notes == "A\r\n[[Goals]]\r\nB\n"


def test_a_rename_that_conflicts_changes_no_links(as_editor, plan, other):
    fields = opened(as_editor)
    revise(plan, "# One\n\nTheirs\n", version=1)
    mine = {"notes": "# One\r\n\r\nMine\r\n", "title": "Goals", "rewrite": "on"}
    response = as_editor.post(PATH, fields | mine)
    assert response.status_code == 409
    other.refresh_from_db()
    assert (other.notes, other.version) == (LINKS, 1)


def test_the_form_says_on_how_many_pages_it_would_change_links(as_editor, plan, other):
    text = " ".join(as_editor.get(PATH).content.decode().split())
    assert "also change the links on the 2 pages that say “Plan”" in text
