"""The admin's lists: what they tell, find and filter, and that their queries do not grow."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services.models import Category, Document, Page, Section
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db
SERVICES = "/admin/services/service/"
TOPICS = "/admin/services/topic/"


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
