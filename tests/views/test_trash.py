"""Deleting on the site, the trash, and who may empty it."""

import pytest

from services.models import Category, Document, Page, Revision, Section
from services.pages import drafts
from tests.support.editing import said
from tests.support.html_forms import fields_of
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Page:
    return make_topic(title="Plan", notes="Notes.\n")


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_page_says_what_will_happen(as_editor, plan):
    make_topic(title="Other", notes="[[Plan]]")
    document = Document.objects.create(path="plan.md")
    Section.objects.create(document=document, position=0, page=plan)
    text = words(as_editor.get("/pages/plan/delete/"))
    assert "One page links to it." in text
    assert "It came from plan.md." in text
    assert Page.objects.count() == 2


def test_deleting_works_and_can_be_undone(as_editor, plan, editor):
    response = as_editor.post("/pages/plan/delete/")
    assert response["Location"] == "/topics/"
    gone = Page.everything.get(pk=plan.pk)
    assert (gone.trashed_by, Page.objects.count()) == (editor, 0)
    text = as_editor.get("/topics/").content.decode()
    assert f'action="/trash/{plan.pk}/restore/"' in text
    response = as_editor.post(f"/trash/{plan.pk}/restore/")
    assert response["Location"] == "/topics/plan/"
    assert Page.objects.get().notes == "Notes.\n"


def test_deleting_a_service_leads_to_its_category(as_editor):
    make_service(title="ECS", category=Category.objects.get(slug="compute"))
    assert as_editor.post("/pages/ecs/delete/")["Location"] == "/categories/compute/"


def test_deleting_twice_is_no_error(as_editor, plan):
    as_editor.post("/pages/plan/delete/")
    assert as_editor.post("/pages/plan/delete/").status_code == 302
    assert as_editor.get("/pages/plan/delete/")["Location"] == "/trash/"
    assert Revision.objects.count() == 2


@pytest.mark.parametrize("path", ["/pages/plan/delete/", "/trash/{}/restore/", "/trash/empty/"])
def test_readers_and_strangers_do_nothing(as_nobody, as_reader, plan, path):
    path = path.format(plan.pk)
    assert as_reader.post(path).status_code == 403
    assert as_nobody.post(path)["Location"].startswith("/login/")
    assert Page.objects.count() == 1


@pytest.mark.parametrize("path", ["/trash/1/restore/", "/trash/empty/"])
def test_only_posting_changes_something(as_admin, path):
    assert as_admin.get(path).status_code == 405


def test_the_trash_lists_pages_the_last_first(as_editor, plan):
    make_topic(title="Later", notes="12345")
    as_editor.post("/pages/plan/delete/")
    as_editor.post("/pages/later/delete/")
    text = words(as_editor.get("/trash/"))
    assert text.index(">Later</a>") < text.index(">Plan</a>")
    assert "5 characters" in text
    assert "by edgar" in text


def test_an_empty_trash_says_so(as_editor):
    assert "The trash is empty." in words(as_editor.get("/trash/"))


def test_a_long_trash_comes_in_parts(as_editor, django_assert_max_num_queries):
    for number in range(51):
        page = make_topic(title=f"Page {number}")
        as_editor.post(f"/pages/{page.slug}/delete/")
    with django_assert_max_num_queries(9):
        first = words(as_editor.get("/trash/"))
    assert "Page 50" in first
    assert "Page 1 of 2" in first
    assert "Page 0<" in words(as_editor.get("/trash/?page=2"))


def test_a_page_whose_title_was_taken_is_restored_under_another(as_editor, plan):
    as_editor.post("/pages/plan/delete/")
    make_topic(title="Plan")
    response = as_editor.post(f"/trash/{plan.pk}/restore/")
    words_said = said(response)[-1]
    assert words_said.startswith("“Plan” is restored as “Plan (restored)”, since another page")


def test_restoring_what_is_not_in_the_trash_says_so(as_editor, plan):
    response = as_editor.post(f"/trash/{plan.pk}/restore/")
    assert response["Location"] == "/topics/plan/"
    assert said(response) == ["“Plan” is not in the trash."]


def test_admins_empty_the_trash_and_editors_do_not(as_editor, as_admin, plan):
    make_topic(title="Stays")
    as_editor.post("/pages/plan/delete/")
    assert "/trash/empty/" not in words(as_editor.get("/trash/"))
    assert as_editor.post("/trash/empty/").status_code == 403
    assert Page.everything.count() == 2
    text = words(as_admin.get("/trash/"))
    assert "It cannot be undone." in text
    response = as_admin.post("/trash/empty/")
    assert said(response) == ["The trash is empty: 1 page is deleted for good."]
    assert Page.everything.get().title == "Stays"


def test_unsaved_text_keeps_its_page_in_the_trash_and_can_be_read(
    as_editor, as_admin, editor, plan
):
    make_topic(title="Other")
    drafts.save_draft(editor, plan, 1, {"notes": "An hour of work\n", "title": "Plan"})
    as_editor.post("/pages/plan/delete/")
    as_editor.post("/pages/other/delete/")
    assert said(as_admin.post("/trash/empty/")) == [
        "1 page is deleted for good. 1 page stays: someone has an unsaved draft of it."
    ]
    assert said(as_admin.post("/trash/empty/"))[-1].startswith("Nothing is deleted. 1 page stays")
    # Its author sees it on the home page, reads it, and decides.
    home = words(as_editor.get("/"))
    assert '<a href="/pages/plan/edit/?draft=1">Plan</a> <span class="muted"> in the trash' in home
    opened = as_editor.get("/pages/plan/edit/")
    fields = fields_of(opened)
    assert "Restore the page and save" in words(opened)
    assert "Discard the text" in words(opened)
    assert fields["notes"] == "An hour of work\r\n"
    assert as_admin.get("/pages/plan/edit/").status_code == 404
    as_editor.post("/pages/plan/edit/", fields | {"restore": "1"})
    assert Page.objects.get().notes == "An hour of work\n"
    assert drafts.find_draft(editor, plan) is None
