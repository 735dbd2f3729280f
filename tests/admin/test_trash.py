"""Deleting in the admin, and what else there meets pages in the trash."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client

from services.models import Attachment, Category, Document, Page, Revision, Section
from services.pages import trash
from services.pages.revise import revise
from tests.support.html_forms import fields_of
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(db: None) -> Page:
    compute = Category.objects.get(slug="compute")
    return make_service(title="ECS", category=compute, notes="- [ ] x\n\nWhy?\n")


def address(page: Page, what: str = "change") -> str:
    return f"/admin/services/{page.kind}/{page.pk}/{what}/"


def thrown(page: Page) -> Page:
    trash.throw_away(page, by=None)
    return Page.everything.get(pk=page.pk)


def test_deleting_moves_to_the_trash_with_a_message(
    as_editor: Client, page: Page, editor: User
) -> None:
    asked = as_editor.get(address(page, "delete")).content.decode()
    assert "goes to the trash" in asked
    assert "hecklist" not in asked and "evision" not in asked
    response = as_editor.post(address(page, "delete"), {"post": "yes"}, follow=True)
    html = response.content.decode()
    assert "“ECS” is in the" in html and 'href="/trash/"' in html
    gone = Page.everything.get(pk=page.pk)
    assert (gone.trashed_by, gone.version) == (editor, 2)
    assert Revision.objects.of_page(page.pk).count() == 2


def test_several_pages_are_moved_together(as_editor: Client, page: Page, editor: User) -> None:
    other = make_service(title="EKS", category=page.category)
    data = {"action": "delete_selected", "_selected_action": [page.pk, other.pk]}
    asked = as_editor.post("/admin/services/service/", data).content.decode()
    assert "These go to the trash" in asked
    assert "<li>ECS</li>" in asked and "<li>EKS</li>" in asked
    assert Page.objects.count() == 2
    done = as_editor.post("/admin/services/service/", data | {"post": "yes"}, follow=True)
    assert "2 pages are in the" in done.content.decode()
    assert {gone.trashed_by for gone in Page.everything.all()} == {editor}
    assert not Page.objects.exists()


def test_readers_delete_nothing(as_reader: Client, as_nobody: Client, page: Page) -> None:
    data = {"action": "delete_selected", "_selected_action": [page.pk], "post": "yes"}
    for client in (as_reader, as_nobody):
        client.post(address(page, "delete"), {"post": "yes"})
        client.post("/admin/services/service/", data)
    assert Page.objects.filter(pk=page.pk).exists()


def test_pages_in_the_trash_are_not_in_the_admin(as_editor: Client, page: Page) -> None:
    thrown(page)
    assert "ECS" not in as_editor.get("/admin/services/service/").content.decode()
    for what in ("change", "delete", "history"):
        assert as_editor.get(address(page, what)).status_code in (302, 404)


def test_typed_text_survives_moving_the_page_to_the_trash(as_editor: Client, page: Page) -> None:
    fields = fields_of(as_editor.get(address(page))) | {"notes": "Typed for long\r\n"}
    thrown(page)
    response = as_editor.post(address(page), fields)
    html = response.content.decode()
    assert response.status_code == 200
    assert "was moved to the" in html and 'href="/trash/"' in html
    assert "Typed for long" in html
    assert Page.everything.get(pk=page.pk).version == 2
    trash.take_out(page, by=None)
    again = as_editor.post(address(page), fields_of(response))
    assert again.status_code == 302 or b"put together" in again.content


def test_an_address_in_the_trash_or_once_had_is_taken(as_editor: Client, page: Page) -> None:
    topic = make_topic(title="Notes")
    revise(topic, version=1, slug="new-notes")
    thrown(page)
    other = make_topic(title="Other")
    for slug, words in (("ecs", "in the <a"), ("notes", "already has this address")):
        fields = fields_of(as_editor.get(address(other))) | {"slug": slug}
        response = as_editor.post(address(other), fields)
        assert response.status_code == 200
        assert words in response.content.decode()
    fields = fields_of(as_editor.get(address(topic))) | {"slug": "notes"}
    assert as_editor.post(address(topic), fields).status_code == 302
    assert Page.objects.get(pk=topic.pk).slug == "notes"


def test_a_title_and_aws_id_in_the_trash_are_free(as_editor: Client, page: Page) -> None:
    thrown(page)
    fields = fields_of(as_editor.get("/admin/services/service/add/"))
    fields |= {"title": "ECS", "category": str(page.category_id), "aws_id": "ecs"}
    assert as_editor.post("/admin/services/service/add/", fields).status_code == 302
    assert Page.objects.get(title="ECS").slug == "ecs-2"


def test_a_topic_stays_about_a_service_in_the_trash(as_editor: Client, page: Page) -> None:
    topic = make_topic(title="More", about=page)
    assert "More about" in as_editor.get("/topics/more/").content.decode()
    thrown(page)
    fields = fields_of(as_editor.get(address(topic))) | {"notes": "New"}
    assert as_editor.post(address(topic), fields).status_code == 302
    assert Page.objects.get(pk=topic.pk).about_id == page.pk
    assert "More about" not in as_editor.get("/topics/more/").content.decode()
    trash.take_out(page, by=None)
    assert "More about" in as_editor.get("/topics/more/").content.decode()


def test_a_category_of_pages_in_the_trash_says_why_it_stays(as_admin: Client, page: Page) -> None:
    shelf = page.category
    thrown(page)
    listed = as_admin.get("/admin/services/category/").content.decode()
    assert '<td class="field-services">0</td>' in listed
    url = f"/admin/services/category/{shelf.pk}/delete/"
    html = as_admin.post(url, {"post": "yes"}, follow=True).content.decode()
    assert "still has 1 service in the" in html
    trash.empty()
    as_admin.post(url, {"post": "yes"})
    assert not Category.objects.filter(pk=shelf.pk).exists()


def test_files_count_and_name_it_apart(as_editor: Client, page: Page) -> None:
    document = Document.objects.create(path="a.md", digest="x")
    Section.objects.create(document=document, position=0, page=page, base="", theirs="clash")
    thrown(page)
    listed = as_editor.get("/admin/services/document/").content.decode()
    assert '<td class="field-pages">0</td>' in listed
    assert '<td class="field-conflicts">–</td>' in listed
    shown = as_editor.get(f"/admin/services/document/{document.pk}/change/").content.decode()
    assert "ECS (in the" in shown and address(page) not in shown


class TestFiles:
    @pytest.fixture
    def file(self, page: Page) -> Attachment:
        file = Attachment(page=page, name="a.png", content_type="image/png", size=3, sha256="x")
        file.file.save("a", ContentFile(b"abc"))
        file.file.close()
        return file

    def statuses(self, file: Attachment, *clients: Client) -> list[int]:
        responses = [client.get(file.get_absolute_url()) for client in clients]
        for response in responses:
            # Read to its end, for that closes the file.
            b"".join(response.streaming_content if response.streaming else response)
        return [response.status_code for response in responses]

    def test_editors_alone_see_a_file_in_the_trash(
        self, as_reader: Client, as_editor: Client, as_admin: Client, page: Page, file: Attachment
    ) -> None:
        everyone = (as_reader, as_editor, as_admin)
        assert self.statuses(file, *everyone) == [200, 200, 200]
        thrown(page)
        assert self.statuses(file, *everyone) == [404, 200, 200]
        trash.take_out(page, by=None)
        assert self.statuses(file, *everyone) == [200, 200, 200]

    def test_strangers_never_do(
        self, as_nobody: Client, page: Page, file: Attachment, settings: object
    ) -> None:
        thrown(page)
        assert self.statuses(file, as_nobody) == [302]
        settings.KB_PUBLIC = True  # type: ignore[attr-defined]
        assert self.statuses(file, as_nobody) == [404]

    def test_a_file_that_another_page_shows_goes_on(
        self, as_reader: Client, page: Page, file: Attachment
    ) -> None:
        make_topic(title="Split off", notes=f"![]({file.get_absolute_url()})")
        thrown(page)
        assert self.statuses(file, as_reader) == [200]
