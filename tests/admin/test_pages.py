"""The form of a page in the admin: what is saved, what is kept, and what somebody else did."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client

from services.admin import pages
from services.models import Category, Document, Page, Section, StaleVersion
from services.pages.revise import Trashed, revise
from tests.support.html_forms import fields_of
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db

CRLF = "One\r\ntwo\r\n\r\nthree\r\n"
TEXTS = {
    "LF": "One\ntwo\n",
    "CRLF": CRLF,
    "lone CR": "One\rtwo\r\rthree\r",
    "mixed": "One\r\ntwo\nthree\rfour\n\r\nfive",
    "no line end at the end": "One\r\ntwo",
    "leading line ends": "\n\r\n\rOne",
    "blanks at the ends": "  \t One \t \r\n  \n\t",
    "tabs": "\tcode\n\t\tcode\r\n",
    "other separators": "One\u2028two\u2029three\x0bfour\x0cfive\x85six\u00a0",
    "markup": "</textarea>&lt;&amp;\r\n<b>\n",
    "empty": "",
}


@pytest.fixture
def page(db: None) -> Page:
    compute = Category.objects.get(slug="compute")
    return make_service(title="ECS", category=compute, notes="One\r\ntwo\r\n")


def address(page: Page) -> str:
    return f"/admin/services/{page.kind}/{page.pk}/change/"


def stored(page: Page) -> Page:
    return Page.objects.get(pk=page.pk)


def store(page: Page, notes: str) -> None:
    Page.objects.filter(pk=page.pk).update(notes=notes)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_saving_without_a_change_changes_no_byte(as_editor: Client, page: Page, text: str) -> None:
    store(page, text)
    response = as_editor.post(address(page), fields_of(as_editor.get(address(page))))
    assert response.status_code == 302
    assert stored(page).notes == text
    assert stored(page).version == 1


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_an_added_line_keeps_the_others(as_editor: Client, page: Page, text: str) -> None:
    store(page, text)
    fields = fields_of(as_editor.get(address(page)))
    fields["notes"] = f"First\r\n{fields['notes']}"
    as_editor.post(address(page), fields)
    assert stored(page).notes.endswith(text)
    assert stored(page).notes.startswith("First")
    assert stored(page).version == 2
    assert stored(page).updated_by is not None


def test_a_new_line_ends_as_the_document_does(as_editor: Client, page: Page) -> None:
    store(page, "One\ntwo")
    document = Document.objects.create(path="a.md", digest="x", line_end="\r\n")
    Section.objects.create(document=document, position=0, page=page, base="One\ntwo")
    fields = fields_of(as_editor.get(address(page)))
    fields["notes"] = "One\r\nnew\r\ntwo"
    as_editor.post(address(page), fields)
    assert stored(page).notes == "One\nnew\r\ntwo"


def test_a_new_page_is_made_whole(as_editor: Client) -> None:
    fields = fields_of(as_editor.get("/admin/services/service/add/"))
    fields |= {
        "title": "Elastic Container Service",
        "abbreviation": "ECS",
        "category": str(Category.objects.get(slug="compute").pk),
        "notes": "Why?\r\n\r\nSo.\r\n\r\n- [ ] Learn it\r\n",
        "aliases": "Containers\r\nTasks, Clusters",
        "tags": "aws, containers",
    }
    assert as_editor.post("/admin/services/service/add/", fields).status_code == 302
    page = Page.objects.get(title="Elastic Container Service")
    assert page.notes == "Why?\n\nSo.\n\n- [ ] Learn it\n"
    assert (page.version, page.kind, page.slug) == (1, "service", "elastic-container-service")
    assert page.aliases == ["Containers", "Tasks", "Clusters"]
    assert sorted(page.tags.names()) == ["aws", "containers"]
    assert page.aws_id == "ecs"
    assert [item.text for item in page.items.all()] == ["Learn it"]
    assert [question.text for question in page.questions.all()] == ["Why?"]
    assert page.updated_by is not None


def test_a_title_taken_at_the_last_moment_is_an_error(
    as_editor: Client, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []

    def save(self: Page, *args: object, **kwargs: object) -> None:
        if not taken:
            taken.append(True)
            raise IntegrityError("UNIQUE constraint failed")
        save_page(self, *args, **kwargs)

    save_page = Page.save
    monkeypatch.setattr(Page, "save", save)
    fields = fields_of(as_editor.get(address(page))) | {"title": "Fargate"}
    assert as_editor.post(address(page), fields).status_code == 302
    assert stored(page).title == "Fargate"


@pytest.mark.parametrize("error", [StaleVersion, Trashed, Page.DoesNotExist])
def test_a_save_that_another_overtakes_is_tried_again(
    as_editor: Client, page: Page, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """As on a database where the lock comes too late."""
    save = pages.save

    def overtaken(*args: object, **kwargs: object) -> None:
        monkeypatch.setattr(pages, "save", save)
        raise error(page)

    monkeypatch.setattr(pages, "save", overtaken)
    fields = fields_of(as_editor.get(address(page))) | {"notes": "Mine"}
    assert as_editor.post(address(page), fields).status_code == 302
    assert stored(page).notes == "Mine"


def test_text_for_a_deleted_page_can_become_a_new_page(as_editor: Client, page: Page) -> None:
    revise(page, "Why?\n", version=1)
    there = address(page)
    fields = fields_of(as_editor.get(there)) | {"questions-0-answer": "An hour of typing"}
    page.delete()
    response = as_editor.post(there, fields)
    assert response.status_code == 404
    assert "deleted for good" in response.content.decode()
    assert fields_of(response)["notes"] == "Why?\r\n\r\n> [!answer]\r\n> An hour of typing\r\n"


def test_the_form_is_shown_again_after_the_session_ended(as_editor: Client, page: Page) -> None:
    fields = fields_of(as_editor.get(address(page))) | {"notes": "An hour of typing"}
    as_editor.logout()
    response = as_editor.post(address(page), fields)
    assert response.status_code == 401
    assert fields_of(response)["notes"] == "An hour of typing"
    assert stored(page).version == 1


def test_a_page_called_questions_reads_its_lines_as_questions(as_editor: Client) -> None:
    page = make_topic(title="Brain dump", notes="Why is that?\n")
    fields = fields_of(as_editor.get(address(page))) | {"title": "Questions"}
    as_editor.post(address(page), fields)
    assert [question.text for question in page.questions.all()] == ["Why is that?"]


def test_a_conflict_with_the_file_links_the_conflict_page(as_editor: Client, page: Page) -> None:
    document = Document.objects.create(path="a.md", digest="x")
    Section.objects.create(document=document, position=0, page=page, base="One\n", theirs="1\n")
    assert 'href="/pages/ecs/file/"' in as_editor.get(address(page)).content.decode()


def test_deleting_several_frees_their_names(as_editor: Client, page: Page, editor: User) -> None:
    topic = make_topic(title="Notes", notes="[[ECS]]")
    assert topic.links.get().to == stored(page)
    data = {"action": "delete_selected", "_selected_action": [page.pk], "post": "yes"}
    as_editor.post("/admin/services/service/", data)
    assert not Page.objects.filter(pk=page.pk).exists()
    assert topic.links.get().to is None


def test_a_user_from_the_site_is_redirected_to_it(as_editor: Client, page: Page) -> None:
    assert f'href="{address(page)}?from=site"' in as_editor.get("/services/ecs/").content.decode()
    fields = fields_of(as_editor.get(address(page)))
    assert as_editor.post(f"{address(page)}?from=site", fields)["Location"] == "/services/ecs/"
    assert as_editor.post(address(page), fields)["Location"] == "/admin/services/service/"
