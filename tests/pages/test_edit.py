"""Editing pages on the site: what is stored, merged, refused and said."""

import pytest
from django.test import Client

from services.models import Category, Document, Draft, Page, Revision, Section
from services.pages import drafts
from services.pages.revise import revise
from tests.conftest import client_of, person
from tests.support.editing import NOTES, PATH, opened, revisions, said
from tests.support.html_forms import fields_of
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Page:
    return make_topic(title="Plan", notes=NOTES)


@pytest.fixture
def as_olga(db) -> Client:
    return client_of(person("olga", "editors"))


def test_saving_works(as_editor, plan, editor):
    response = as_editor.post(PATH, opened(as_editor) | {"notes": "Changed.\r\n"})
    assert response["Location"] == "/topics/plan/"
    assert said(response) == ["Saved."]
    page = Page.objects.get()
    assert (page.notes, page.version, page.updated_by) == ("Changed.\n", 2, editor)
    assert revisions(page)[-1] == (2, "site")


def test_saving_without_a_change_makes_no_revision(as_editor, plan):
    response = as_editor.post(PATH, opened(as_editor))
    assert said(response) == ["No changes."]
    assert Page.objects.get().version == 1


def test_readers_do_not_edit(as_reader, plan):
    assert as_reader.get(PATH).status_code == 403
    response = as_reader.post(PATH, {"notes": "Mine.", "version": 1})
    assert response.status_code == 403
    assert "Mine." in response.content.decode()
    assert Page.objects.get().notes == NOTES


def test_all_facts_are_stored(as_editor, plan):
    compute = Category.objects.get(slug="compute")
    facts = {
        "title": "  Elastic   Container Service ",
        "abbreviation": "ECS",
        "category": str(compute.pk),
        "aliases": "Containers\r\nFargate's home",
        "tags": "tools, web-dev",
    }
    response = as_editor.post(PATH, opened(as_editor) | facts)
    page = Page.objects.get()
    assert response["Location"] == "/services/elastic-container-service/"
    assert page.title == "Elastic Container Service"
    assert (page.kind, page.category, page.aws_id) == ("service", compute, "ecs")
    assert page.aliases == ["Containers", "Fargate's home"]
    assert sorted(page.tags.names()) == ["tools", "web-dev"]
    assert page.version == 2


def test_a_service_that_leaves_its_category_is_a_topic_and_keeps_the_rest(as_editor):
    compute = Category.objects.get(slug="compute")
    page = make_service(title="Lambda", category=compute, aliases=["Functions"])
    as_editor.post(
        "/pages/lambda/edit/", opened(as_editor, "/pages/lambda/edit/") | {"category": ""}
    )
    page = Page.objects.get(pk=page.pk)
    assert (page.kind, page.category, page.aliases) == ("topic", None, ["Functions"])
    assert page.aws_id == "lambda"


def test_a_topic_about_a_service_that_becomes_one_is_about_none(as_editor, plan):
    compute = Category.objects.get(slug="compute")
    service = make_service(title="Lambda", category=compute)
    revise(plan, version=1, about=service)
    as_editor.post(PATH, opened(as_editor) | {"category": str(compute.pk), "title": "AWS Lambda"})
    page = Page.objects.get(pk=plan.pk)
    # The id is the other's already.
    assert (page.kind, page.about, page.aws_id) == ("service", None, "")


def test_crlf_of_stored_notes_is_kept_where_nothing_was_changed(as_editor):
    page = make_topic(title="Plan", notes="One.\r\nTwo.\nThree.\r\n")
    fields = opened(as_editor)
    as_editor.post(PATH, fields | {"notes": "One.\r\nTwo!\r\nThree.\r\nFour.\r\n"})
    page = Page.objects.get()
    assert page.notes == "One.\r\nTwo!\r\nThree.\r\nFour.\r\n"
    revise(page, "One.\r\nTwo.\nThree.\r\n", version=2)
    as_editor.post(PATH, opened(as_editor) | {"title": "Plans"})
    assert Page.objects.get().notes == "One.\r\nTwo.\nThree.\r\n"


def test_new_lines_end_as_in_the_page_s_file(as_editor, plan):
    document = Document.objects.create(path="plan.md", line_end="\r\n")
    Section.objects.create(document=document, position=0, page=plan)
    as_editor.post(PATH, opened(as_editor) | {"notes": NOTES + "New.\r\n"})
    assert Page.objects.get().notes == NOTES + "New.\r\n"


def test_changes_of_two_people_are_merged_and_said(as_editor, as_olga, plan):
    mine, theirs = opened(as_editor), opened(as_olga)
    as_olga.post(PATH, theirs | {"notes": NOTES.replace("One's", "Her")})
    response = as_editor.post(PATH, mine | {"notes": NOTES.replace("Two's", "His")})
    assert said(response) == ["Saved, and merged with what olga changed in the meantime."]
    assert Page.objects.get().notes == NOTES.replace("One's", "Her").replace("Two's", "His")


def test_the_merge_keeps_line_ends_of_both(as_editor, as_olga):
    make_topic(title="Plan", notes="One.\r\n\r\nTwo.\r\n")
    mine, theirs = opened(as_editor), opened(as_olga)
    as_olga.post(PATH, theirs | {"notes": "One!\r\n\r\nTwo.\r\n"})
    as_editor.post(PATH, mine | {"notes": "One.\r\n\r\nTwo!\r\n"})
    assert Page.objects.get().notes == "One!\r\n\r\nTwo!\r\n"


def test_nobody_s_other_facts_are_put_back(as_editor, as_olga, plan):
    mine, theirs = opened(as_editor), opened(as_olga)
    as_olga.post(PATH, theirs | {"title": "Plans", "tags": "tools"})
    response = as_editor.post(PATH, mine | {"abbreviation": "PL"})
    page = Page.objects.get()
    assert (page.title, page.abbreviation, list(page.tags.names())) == ("Plans", "PL", ["tools"])
    assert response["Location"] == "/topics/plans/"


def test_of_a_fact_that_both_changed_mine_is_stored_and_theirs_told(as_editor, as_olga, plan):
    mine, theirs = opened(as_editor), opened(as_olga)
    as_olga.post(PATH, theirs | {"title": "Hers"})
    response = as_editor.post(PATH, mine | {"title": "His"})
    assert Page.objects.get().title == "His"
    assert "The title was changed to “Hers” by someone else." in said(response)[1]
    assert Revision.objects.get(version=2).title == "Hers"


def test_the_old_address_still_saves(as_editor, as_olga, plan):
    mine = opened(as_editor)
    as_olga.post(PATH, opened(as_olga) | {"title": "Plans"})
    as_editor.post(PATH, mine | {"notes": "Changed.\r\n"})
    assert Page.objects.get().notes == "Changed.\n"


@pytest.mark.parametrize("title", ["Goals", " goals ", "GOALS"])
def test_a_title_that_is_taken_is_refused_with_a_link_to_the_other(as_editor, plan, title):
    make_topic(title="Goals")
    response = as_editor.post(PATH, opened(as_editor) | {"title": title, "notes": "Typed.\r\n"})
    text = response.content.decode()
    assert response.status_code == 200
    assert 'There is already a page with this title: <a href="/topics/goals/">Goals</a>' in text
    assert "Typed." in text
    assert Page.objects.get(pk=plan.pk).version == 1


def test_an_error_among_the_details_opens_them(as_editor, plan):
    response = as_editor.post(PATH, opened(as_editor) | {"category": "999"})
    assert '<details class="details" open>' in response.content.decode()


@pytest.mark.parametrize("bad", [{"title": " "}, {"notes": "NUL \0"}, {"tags": "x" * 101}])
def test_bad_input_is_refused(as_editor, plan, bad):
    response = as_editor.post(PATH, opened(as_editor) | bad)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert Page.objects.get().version == 1


@pytest.mark.parametrize("version", ["", "x", "99", "-1", "9" * 30])
def test_a_version_that_never_was_loses_no_text(as_editor, plan, version):
    response = as_editor.post(PATH, opened(as_editor) | {"notes": "Typed.", "version": version})
    assert response.status_code == 409
    assert "Typed." in response.content.decode()
    assert Page.objects.get().notes == NOTES


def test_a_draft_is_offered_taken_up_and_ended(as_editor, editor, plan):
    fields = {"notes": "Drafted.\n", "title": "Plans", "tags": "tools"}
    drafts.save_draft(editor, plan, 1, fields)
    assert NOTES.split("\n")[0] in opened(as_editor)["notes"]
    assert "?draft=1" in as_editor.get(PATH).content.decode()
    taken = opened(as_editor, PATH + "?draft=1")
    assert (taken["notes"], taken["title"], taken["version"]) == ("Drafted.\r\n", "Plans", "1")
    as_editor.post(PATH, taken)
    page = Page.objects.get()
    assert (page.notes, page.title, list(page.tags.names())) == ("Drafted.\n", "Plans", ["tools"])
    assert not Draft.objects.exists()


def test_a_draft_over_an_older_version_is_merged(as_editor, editor, plan):
    drafts.save_draft(editor, plan, 1, {"notes": NOTES.replace("Two's", "My")})
    revise(plan, NOTES.replace("One's", "Her"), version=1, abbreviation="PL")
    as_editor.post(PATH, opened(as_editor, PATH + "?draft=1"))
    page = Page.objects.get()
    assert page.notes == NOTES.replace("One's", "Her").replace("Two's", "My")
    assert page.abbreviation == "PL"


# -- a page that is no longer there --------------------------------------------------------------


def test_a_page_in_the_trash_keeps_the_text_and_offers_to_restore(as_editor, as_olga, plan):
    mine = opened(as_editor) | {"notes": "Typed.\r\n"}
    as_olga.post("/pages/plan/delete/")
    response = as_editor.post(PATH, mine)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Typed." in text
    assert "Restore the page and save" in text
    again = fields_of(response)
    as_editor.post(PATH, again | {"restore": "1"})
    page = Page.objects.get()
    assert (page.notes, page.trashed_at) == ("Typed.\n", None)


def test_a_page_deleted_for_good_becomes_a_new_one(as_editor, plan):
    mine = opened(as_editor) | {"notes": "Typed.\r\n", "tags": "tools"}
    plan.delete()
    response = as_editor.post(PATH, mine)
    assert response.status_code == 404
    assert 'action="/pages/new/"' in response.content.decode()
    as_editor.post("/pages/new/", fields_of(response))
    page = Page.objects.get()
    assert (page.title, page.notes, list(page.tags.names())) == ("Plan", "Typed.\n", ["tools"])


def test_what_is_not_there_cannot_be_opened(as_editor, as_olga, plan):
    assert as_editor.get("/pages/nothing/edit/").status_code == 404
    as_olga.post("/pages/plan/delete/")
    assert as_editor.get(PATH).status_code == 404


# -- new pages -----------------------------------------------------------------------------------


def test_a_new_page_in_a_category(as_editor, editor):
    fields = opened(as_editor, "/pages/new/?category=compute&title=AWS%20Lambda")
    assert fields["title"] == "AWS Lambda"
    response = as_editor.post(
        "/pages/new/", fields | {"notes": "Runs\r\ncode.\r\n", "tags": "tools"}
    )
    page = Page.objects.get()
    assert response["Location"] == "/services/aws-lambda/"
    assert (page.notes, page.aws_id, page.updated_by) == ("Runs\ncode.\n", "lambda", editor)
    assert revisions(page) == [(1, "site")]
    assert Revision.objects.get().tags == ["tools"]


def test_a_new_page_ends_red_links(as_editor, plan):
    revise(plan, "See [[Goals]].\n", version=1)
    red = '<a class="missing" href="/pages/new/?title=Goals"'
    assert red in as_editor.get("/topics/plan/").content.decode()
    as_editor.post("/pages/new/", opened(as_editor, "/pages/new/?title=Goals"))
    assert '<a href="/topics/goals/"' in as_editor.get("/topics/plan/").content.decode()


def test_readers_see_no_link_where_no_page_is(as_reader, plan):
    revise(plan, "See [[Goals]] and [[picture.png]].\n", version=1)
    text = as_reader.get("/topics/plan/").content.decode()
    assert '<span class="missing"' in text
    assert "/pages/new/" not in text


def test_a_link_to_a_file_that_is_not_there_makes_no_page(as_editor, plan):
    revise(plan, "See [[picture.png]] and ![[Goals]].\n", version=1)
    assert "/pages/new/?title" not in as_editor.get("/topics/plan/").content.decode()


def test_a_new_page_with_a_title_that_is_taken(as_editor, plan):
    fields = opened(as_editor, "/pages/new/")
    response = as_editor.post("/pages/new/", fields | {"title": "plan", "notes": "Typed."})
    text = response.content.decode()
    assert 'with this title: <a href="/topics/plan/">Plan</a>' in text
    assert "Typed." in text


def test_editors_find_the_ways_to_a_new_page(as_editor, as_reader):
    for path, link in (
        ("/", "/pages/new/"),
        ("/topics/", "/pages/new/"),
        ("/categories/compute/", "/pages/new/?category=compute"),
    ):
        assert f'href="{link}"' in as_editor.get(path).content.decode()
        assert "/pages/new/" not in as_reader.get(path).content.decode()


def test_a_page_offers_editors_what_they_may_do(as_editor, as_reader, plan):
    links = [f"/pages/plan/{name}/" for name in ("edit", "history", "delete")]
    text = as_editor.get("/topics/plan/").content.decode()
    assert all(f'href="{link}"' in text for link in links)
    assert f"/admin/services/topic/{plan.pk}/change/?from=site" in text
    assert "/pages/plan/edit/" not in as_reader.get("/topics/plan/").content.decode()


# -- logged out while writing --------------------------------------------------------------------


def test_who_was_logged_out_gets_the_text_back_and_sends_it_again(as_nobody, as_editor, plan):
    fields = opened(as_editor) | {"notes": "Typed <b>.\r\n", "title": "Plans"}
    del fields["csrfmiddlewaretoken"]
    response = as_nobody.post(PATH, fields)
    assert response.status_code == 401
    assert "Your session has ended" in response.content.decode()
    again = fields_of(response)
    assert again | fields == again
    as_editor.post(PATH, again)
    page = Page.objects.get()
    assert (page.notes, page.title) == ("Typed <b>.\n", "Plans")


def test_a_form_that_is_too_old_gives_the_text_back(editor, plan):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    fields = {"notes": "Typed.", "version": "1", "title": "Plan"}
    own = client.post(PATH, fields, headers={"origin": "http://testserver"})
    assert own.status_code == 403
    again = fields_of(own)
    assert again["notes"] == "Typed."
    client.post(PATH, again, headers={"origin": "http://testserver"})
    assert Page.objects.get().notes == "Typed."


def test_a_form_on_another_site_is_given_no_button(editor, plan):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    for headers in ({"origin": "https://example.com"}, {}):
        response = client.post(PATH, {"notes": "Evil."}, headers=headers)
        assert response.status_code == 403
        assert "Evil." not in response.content.decode()
