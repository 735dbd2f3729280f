"""The admin's lists: what they tell, find and filter, and that their queries do not grow."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services.models import Category, Document, Page, Section
from services.pages.names import refresh_names
from tests.support.html_forms import fields_of
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db
SERVICES = "/admin/services/service/"
TOPICS = "/admin/services/topic/"


@pytest.fixture
def pages(db: None) -> dict[str, Page]:
    compute = Category.objects.get(slug="compute")
    store = Category.objects.get(slug="data-store")
    ecs = make_service(
        title="Elastic Container Service",
        abbreviation="ECS",
        category=compute,
        aliases=["Überbehälter"],
        notes="- [x] Clusters\n- [x] Tasks\n- [ ] Costs\n\nWhy?\n\nHow?\n",
    )
    s3 = make_service(title="S3", category=store, notes="Buckets hold everything.")
    eks = make_service(title="EKS", category=compute, notes="- [x] Pods\n")
    sqs = make_service(title="SQS", category=compute, notes="- [ ] Queues\n")
    plan = make_topic(title="Plan", notes="- [x] ECS\n- [/] S3\n")
    document = Document.objects.create(path="notes/AWS.md", digest="x")
    Section.objects.create(document=document, position=0, page=ecs, theirs="Clash")
    ecs.tags.add("containers")
    return {"ecs": ecs, "s3": s3, "eks": eks, "sqs": sqs, "plan": plan}


def cells(client: Client, address: str) -> dict[str, dict[str, str]]:
    """The rows of a list by title, each cell's text by its column."""
    response = client.get(address)
    assert response.status_code == 200, response
    rows = {}
    html = response.content.decode()
    for row in re.findall(r"<tr><td class=\"action-checkbox.*?</tr>", html, re.DOTALL):
        found = re.findall(r'class="field-(\w+)[^"]*">(.*?)</t[hd]>', row, re.DOTALL)
        texts = {name: re.sub("<[^>]*>", "", text).strip() for name, text in found}
        rows[texts["name"]] = texts
    return rows


def test_services_tell_how_they_stand(as_editor: Client, pages: dict[str, Page]) -> None:
    rows = cells(as_editor, SERVICES)
    ecs = rows["Elastic Container Service (ECS) Conflict"]
    assert ecs["category"] == "Compute"
    assert ecs["progress"] == "3 of 4"
    assert ecs["questions"] == "2"
    assert ecs["document"] == "notes/AWS.md"
    assert rows["S3"]["progress"] == "0 of 1"
    assert rows["S3"]["questions"] == "–"
    assert list(cells(as_editor, TOPICS)) == ["Plan"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=tasks+clusters", "ecs"),
        ("q=ECS", "ecs"),
        ("q=überBEHÄLTER", "ecs"),
        ("q=buckets+everything", "s3"),
        ("q=buckets+nothing", ""),
        ("learning=done", "eks"),
        ("learning=doing", "ecs s3"),
        ("learning=todo", "sqs"),
        ("questions=open", "ecs"),
        ("questions=none", "eks s3 sqs"),
        ("conflict=yes", "ecs"),
        ("tag=containers", "ecs"),
        ("category__id__exact={store}", "s3"),
        ("q=e&questions=none&learning=todo", "sqs"),
    ],
)
def test_services_are_found(
    as_editor: Client, pages: dict[str, Page], query: str, found: str
) -> None:
    query = query.format(store=Category.objects.get(slug="data-store").pk)
    names = {name.removesuffix(" Conflict") for name in cells(as_editor, f"{SERVICES}?{query}")}
    assert names == {str(pages[name]) for name in found.split()}


@pytest.mark.parametrize("address", [SERVICES, TOPICS, "/admin/services/document/"])
def test_queries_do_not_grow_with_the_list(as_editor: Client, address: str) -> None:
    compute = Category.objects.get(slug="compute")

    def fill(start: int, stop: int) -> None:
        for n in range(start, stop):
            notes = f"- [ ] Item {n}\n\nWhy {n}?\n"
            service = make_service(title=f"Service {n}", category=compute, notes=notes)
            make_topic(title=f"Topic {n}", notes=notes)
            document = Document.objects.create(path=f"{n}.md", digest="x")
            Section.objects.create(document=document, position=0, page=service)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_editor.get(address).status_code == 200
        return len(captured)

    fill(0, 2)
    as_editor.get(address)
    few = queries()
    fill(2, 8)
    assert queries() == few <= 15


def test_lists_have_pages(as_editor: Client) -> None:
    for n in range(60):
        make_topic(title=f"Topic {n:02}")
    assert len(cells(as_editor, TOPICS)) == 50
    assert len(cells(as_editor, f"{TOPICS}?p=2")) == 10


class TestCategories:
    def test_one_is_added(self, as_admin: Client) -> None:
        data = {"name": "Machine learning", "slug": "machine-learning", "position": "9"}
        assert as_admin.post("/admin/services/category/add/", data).status_code == 302
        assert Category.objects.filter(slug="machine-learning").exists()

    def test_one_with_services_is_not_deleted(
        self, as_admin: Client, pages: dict[str, Page]
    ) -> None:
        compute = pages["ecs"].category
        url = f"/admin/services/category/{compute.pk}/delete/"
        for response in (
            as_admin.get(url, follow=True),
            as_admin.post(url, {"post": "yes"}, follow=True),
        ):
            html = response.content.decode()
            assert "“Compute” still has" in html
            assert f'<a href="{SERVICES}?category__id__exact={compute.pk}">3 services</a>' in html
        assert Category.objects.filter(slug="compute").exists()

    def test_one_with_words_of_a_file_is_not_deleted(self, as_admin: Client) -> None:
        other = Category.objects.get(slug="other")
        document = Document.objects.create(path="a.md", digest="x")
        Section.objects.create(document=document, position=0, category=other, text="Words")
        response = as_admin.post(
            f"/admin/services/category/{other.pk}/delete/", {"post": "yes"}, follow=True
        )
        assert "is a heading in a.md" in response.content.decode()

    def test_an_empty_one_is_deleted(self, as_admin: Client) -> None:
        other = Category.objects.get(slug="other")
        as_admin.post(f"/admin/services/category/{other.pk}/delete/", {"post": "yes"})
        assert not Category.objects.filter(slug="other").exists()


class TestDocuments:
    def test_forgetting_one_keeps_its_pages(self, as_editor: Client) -> None:
        page = make_topic(title="Start", notes="Text")
        document = Document.objects.create(path="My file.md", digest="x")
        Section.objects.create(document=document, position=0, page=page)
        refresh_names([page])
        other = make_topic(title="Other", notes="[[My file]]")
        assert other.links.get().to_id == page.pk
        url = f"/admin/services/document/{document.pk}/delete/"
        assert "stay, with their notes" in as_editor.get(url).content.decode()
        as_editor.post(url, {"post": "yes"})
        assert not Document.objects.exists()
        assert Page.objects.get(pk=page.pk).notes == "Text"
        assert other.links.get().to is None

    def test_several_files_are_forgotten_together(self, as_editor: Client) -> None:
        made = [Document.objects.create(path=f"{n}.md", digest="x") for n in range(3)]
        chosen = {"action": "delete_selected", "_selected_action": [row.pk for row in made]}
        fields = fields_of(as_editor.post("/admin/services/document/", chosen))
        as_editor.post("/admin/services/document/", fields)
        assert not Document.objects.exists()

    def test_one_leads_to_its_pages(self, as_editor: Client, pages: dict[str, Page]) -> None:
        document = Document.objects.get()
        html = as_editor.get(f"/admin/services/document/{document.pk}/change/").content.decode()
        assert f'<a href="{SERVICES}{pages["ecs"].pk}/change/">Elastic Container' in html
