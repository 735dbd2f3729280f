"""The editor: a page that is saved, gone or new, and its drafts."""

import pytest

from services.models import Draft, Page, Revision
from services.pages import drafts
from services.pages.revise import revise
from tests.support.editing import NOTES, PATH, opened, revisions, said

pytestmark = pytest.mark.django_db


def test_saving_works(as_editor, plan, editor):
    response = as_editor.post(PATH, opened(as_editor) | {"notes": "Changed.\r\n"})
    assert response["Location"] == "/topics/plan/"
    assert said(response) == ["Saved."]
    page = Page.objects.get()
    assert (page.notes, page.version, page.updated_by) == ("Changed.\n", 2, editor)
    assert revisions(page)[-1] == (2, "site")


def test_readers_do_not_edit(as_reader, plan):
    assert as_reader.get(PATH).status_code == 403
    response = as_reader.post(PATH, {"notes": "Mine.", "version": 1})
    assert response.status_code == 403
    assert "Mine." in response.content.decode()
    assert Page.objects.get().notes == NOTES


def test_the_old_address_still_saves(as_editor, as_olga, plan):
    mine = opened(as_editor)
    as_olga.post(PATH, opened(as_olga) | {"title": "Plans"})
    as_editor.post(PATH, mine | {"notes": "Changed.\r\n"})
    assert Page.objects.get().notes == "Changed.\n"


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


def test_what_is_not_there_cannot_be_opened(as_editor, as_olga, plan):
    assert as_editor.get("/pages/nothing/edit/").status_code == 404
    as_olga.post("/pages/plan/delete/")
    assert as_editor.get(PATH).status_code == 404


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
