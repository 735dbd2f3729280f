"""Restoring a version: its bytes and facts come back, and nothing is lost by it."""

import re

import pytest

from services.models import Category, Page, Reason, Revision
from services.pages.restore import NoSuchVersion, restore_version
from services.pages.revisions import find_revision, tags_at
from services.pages.trash import throw_away
from tests.support.pages import make_service, make_topic
from tests.support.revisions_maker import revised

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

BYTES = "One\r\n\r\n- [ ] Two\r\tThree  \n\n— ü 雲"


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def posted(client, page, version, seen=None, **more):
    form = {"seen": page.version if seen is None else seen}
    return client.post(f"/pages/{page.slug}/history/{version}/restore/", form, **more)


def service(title="ECS", **facts):
    category = Category.objects.get(slug="compute")
    return make_service(**{"title": title, "category": category} | facts)


def test_gives_the_bytes_and_facts_of_that_version_in_one_revision(editor):
    page = service(notes="old")
    facts = {"title": "Elastic", "abbreviation": "E", "aliases": ["a", "b"]}
    revised(page, BYTES, tags=["x", "y"], **facts)
    other = Category.objects.get(slug="other")
    revised(page, "new", tags=[], title="New", abbreviation="", aliases=[], category=other)
    page = Page.objects.get(pk=page.pk)
    done = restore_version(page, 2, seen=3, by=editor)
    page = Page.objects.get(pk=page.pk)
    assert (done.changed, done.left) == (True, ())
    assert page.notes == BYTES
    assert (page.title, page.abbreviation, page.aliases) == ("Elastic", "E", ["a", "b"])
    assert page.category.slug == "compute"
    assert sorted(page.tags.names()) == ["x", "y"]
    kept = find_revision(page.pk, 4)
    assert (kept.reason, kept.user) == (Reason.RESTORE, editor)
    assert tags_at(page.pk, 4) == ["x", "y"]
    assert page.version == 4
    assert page.slug == "ecs"


def test_restoring_derives_anew(editor):
    page = make_topic(title="Plan", notes="- [ ] One\n")
    revised(page, "None\n")
    restore_version(page, 1, seen=2, by=editor)
    assert list(page.items.values_list("text", flat=True)) == ["One"]


def test_a_topic_becomes_a_service_again_and_the_other_way(editor):
    page = service()
    about = service("S3")
    revised(page, kind="topic", category=None, about=about)
    restore_version(page, 1, seen=2, by=editor)
    page = Page.objects.get(pk=page.pk)
    assert (page.kind, page.category.slug, page.about) == ("service", "compute", None)
    restore_version(page, 2, seen=3, by=editor)
    page = Page.objects.get(pk=page.pk)
    assert (page.kind, page.category, page.about_id) == ("topic", None, about.pk)


def test_a_title_that_another_page_has_now_is_left(editor):
    page = make_topic(title="Plan", notes="old")
    revised(page, "new", title="Other")
    make_topic(title="plan")
    done = restore_version(page, 1, seen=2, by=editor)
    page.refresh_from_db()
    assert (page.title, page.notes) == ("Other", "old")
    assert done.left == ("Another page is called “plan” now, so this one stays “Other”.",)


def test_a_category_that_is_gone_is_left(editor):
    gone = Category.objects.create(name="Gone", slug="gone")
    page = service(category=gone, notes="old")
    revised(page, "new", category=Category.objects.get(slug="compute"))
    revised(page, kind="topic", category=None)
    gone.delete()
    done = restore_version(Page.objects.get(pk=page.pk), 1, seen=3, by=editor)
    assert done.left == ("The category that it was in is gone, so the page stays a topic.",)
    revised(page, kind="service", category=Category.objects.get(slug="compute"))
    page = Page.objects.get(pk=page.pk)
    done = restore_version(page, 1, seen=page.version, by=editor)
    page.refresh_from_db()
    assert done.left == ("The category that it was in is gone, so the page stays in Compute.",)
    assert page.notes == "old"


def test_an_aws_id_that_another_page_has_now_is_left(editor):
    page = service(notes="old")
    assert page.aws_id == "ecs"
    revised(page, "new", aws_id="", title="Containers")
    service("Another one", aws_id="ecs")
    done = restore_version(page, 1, seen=2, by=editor)
    page.refresh_from_db()
    assert (page.notes, page.aws_id, page.title) == ("old", "", "ECS")
    assert done.left == ("Another page has the AWS id “ecs” now.",)


def test_a_page_about_which_it_was_may_be_gone(editor):
    about = service()
    page = make_topic(title="More", notes="old", about=about)
    revised(page, "new", about=None)
    about.delete()
    done = restore_version(page, 1, seen=2, by=editor)
    assert done.left == ("The page that it was about is gone.",)


def test_there_is_no_version_that_never_was(editor):
    page = make_topic(title="Plan")
    with pytest.raises(NoSuchVersion):
        restore_version(page, 7, seen=1, by=editor)


# -- on the site ---------------------------------------------------------------------------------


@pytest.fixture
def page(editor):
    page = make_topic(title="Plan", notes="old\n")
    return revised(page, "new\n", by=editor)


def test_restores_in_one_click_and_offers_to_undo_it(as_editor, page):
    response = posted(as_editor, page, 1, follow=True)
    assert response.redirect_chain == [("/topics/plan/", 302)]
    page.refresh_from_db()
    assert page.notes == "old\n"
    message = messages_of(response)[0]
    assert "Restored the version of " in message
    action = re.search(r'action="([^"]+)"', message)[1]
    seen = re.search(r'name="seen" value="(\d+)"', message)[1]
    assert message in response.content.decode()
    as_editor.post(action, {"seen": seen})
    page.refresh_from_db()
    assert page.notes == "new\n"
    assert Revision.objects.filter(page=page.pk).count() == 4


def test_what_could_not_be_restored_is_said(as_editor, page, editor):
    revised(page, by=editor, title="Other")
    make_topic(title="Plan")
    response = posted(as_editor, page, 1, follow=True)
    assert "stays “Other”" in messages_of(response)[1]


def test_a_title_is_never_html_in_the_message(as_editor, page, editor):
    revised(page, by=editor, title="<script>x</script>")
    response = posted(as_editor, page, 3, follow=True)
    assert "<script>x" not in response.content.decode()


def test_asks_again_where_somebody_changed_the_page_meanwhile(as_editor, page, admin):
    seen = page.version
    revised(page, "Ada's\n", by=admin)
    response = posted(as_editor, page, 1, seen=seen)
    html = response.content.decode()
    assert response.status_code == 409
    assert "by ada" in " ".join(html.split())
    assert f"?old={seen}&amp;new=3" in html
    page.refresh_from_db()
    assert page.notes == "Ada's\n"
    fresh = re.search(r'name="seen" value="(\d+)"', html)[1]
    assert posted(as_editor, page, 1, seen=fresh).status_code == 302
    page.refresh_from_db()
    assert page.notes == "old\n"


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
def test_a_form_that_says_nothing_sensible_restores_nothing(as_editor, page, seen):
    assert posted(as_editor, page, 1, seen=seen).status_code == 409
    page.refresh_from_db()
    assert page.notes == "new\n"


def test_what_is_there_already_is_said_to_be_there(as_editor, page):
    response = posted(as_editor, page, 2, follow=True)
    assert messages_of(response) == ["The page already says what that version said."]
    assert Revision.objects.filter(page=page.pk).count() == 2


def test_a_page_in_the_trash_is_not_restored_to_a_version(as_editor, page, editor):
    seen = page.version
    throw_away(page, by=editor)
    response = posted(as_editor, page, 1, seen=seen + 1)
    assert response.status_code == 409
    assert "in the trash" in response.content.decode()


def test_refuses_readers_strangers_and_get(as_nobody, as_reader, as_editor, page):
    assert posted(as_reader, page, 1).status_code == 403
    assert posted(as_nobody, page, 1)["Location"].startswith("/login/")
    assert as_editor.get("/pages/plan/history/1/restore/").status_code == 405
    assert posted(as_editor, page, 99).status_code == 404
    page.refresh_from_db()
    assert page.notes == "new\n"
