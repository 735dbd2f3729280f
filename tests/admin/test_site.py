"""Who may open what in the admin: anonymous users, readers, editors, admins and superusers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from services.models import Attachment, Category, Document, Page
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db

FOR_EDITORS = (
    "/admin/",
    "/admin/services/",
    "/admin/services/service/",
    "/admin/services/service/add/",
    "/admin/services/service/{service}/change/",
    "/admin/services/service/{service}/delete/",
    "/admin/services/topic/",
    "/admin/services/topic/add/",
    "/admin/services/topic/{topic}/change/",
    "/admin/services/topic/{topic}/delete/",
    "/admin/services/document/",
    "/admin/services/document/import/",
    "/admin/services/document/{document}/change/",
    "/admin/services/document/{document}/delete/",
    "/admin/services/attachment/",
    "/admin/services/attachment/add/",
    "/admin/services/attachment/{attachment}/change/",
    "/admin/services/attachment/{attachment}/delete/",
    "/admin/services/attachment/{attachment}/history/",
)
# They lead to the page's history on the site.
LEADING_AWAY = (
    "/admin/services/service/{service}/history/",
    "/admin/services/topic/{topic}/history/",
)
FOR_ADMINS = (
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/user/{user}/change/",
    "/admin/auth/user/{user}/delete/",
    "/admin/auth/user/{user}/password/",
    "/admin/auth/group/",
    "/admin/auth/group/{group}/change/",
    "/admin/services/category/",
    "/admin/services/category/add/",
    "/admin/services/category/{category}/change/",
    "/admin/services/category/{category}/delete/",
    "/admin/taggit/tag/",
    "/admin/taggit/tag/add/",
)
# The groups are fixed, and files come by the import.
FOR_NOBODY = (
    "/admin/auth/group/add/",
    "/admin/auth/group/{group}/delete/",
    "/admin/services/document/add/",
)


@pytest.fixture
def numbers(db: None) -> dict[str, Any]:
    category = Category.objects.create(name="Empty", slug="empty")
    service = make_service(title="ECS", category=Category.objects.get(slug="compute"))
    return {
        "service": service.pk,
        "topic": make_topic(title="Setup").pk,
        "document": Document.objects.create(path="a.md", digest="x").pk,
        "attachment": Attachment.objects.create(
            name="a.pdf", file="x", size=1, content_type="application/pdf"
        ).pk,
        "category": category.pk,
        "user": User.objects.create_user("somebody").pk,
        "group": Group.objects.get(name="readers").pk,
    }


@pytest.mark.parametrize("address", FOR_EDITORS + FOR_ADMINS + FOR_NOBODY)
def test_pages_open_for_whom_they_should(
    as_nobody: Client,
    as_reader: Client,
    as_editor: Client,
    as_admin: Client,
    numbers: dict[str, Any],
    address: str,
) -> None:
    url = address.format(**numbers)
    response = as_nobody.get(url, follow=True)
    assert response.redirect_chain[-1][0].startswith(f"/login/?next={url}")
    assert as_reader.get(url, follow=True).status_code == 403
    assert as_editor.get(url).status_code == (200 if address in FOR_EDITORS else 403)
    allowed = address not in FOR_NOBODY
    assert as_admin.get(url).status_code == (200 if allowed else 403)


@pytest.mark.parametrize("address", LEADING_AWAY)
def test_a_pages_history_is_the_sites(
    as_nobody: Client,
    as_reader: Client,
    as_editor: Client,
    as_admin: Client,
    numbers: dict[str, Any],
    address: str,
) -> None:
    url = address.format(**numbers)
    response = as_nobody.get(url, follow=True)
    assert response.redirect_chain[-1][0].startswith(f"/login/?next={url}")
    assert as_reader.get(url, follow=True).status_code == 403
    for client in (as_editor, as_admin):
        there = client.get(url)["Location"]
        assert there in ("/pages/ecs/history/", "/pages/setup/history/")


@pytest.mark.parametrize("address", FOR_ADMINS)
def test_editors_cannot_post_there_either(
    as_editor: Client, numbers: dict[str, int], address: str
) -> None:
    assert as_editor.post(address.format(**numbers), {"post": "yes"}).status_code == 403
    assert User.objects.filter(username="somebody").exists()


def test_readers_cannot_post(as_reader: Client, numbers: dict[str, int]) -> None:
    as_reader.post(f"/admin/services/service/{numbers['service']}/delete/", {"post": "yes"})
    assert Page.objects.filter(pk=numbers["service"]).exists()


def test_the_index_shows_editors_their_models(as_editor: Client, as_admin: Client) -> None:
    html = as_editor.get("/admin/").content.decode()
    assert "/admin/services/service/add/" in html
    assert "/admin/services/document/import/" in html
    assert "/admin/auth/user/" not in html
    assert "/admin/services/category/" not in html
    html = as_admin.get("/admin/").content.decode()
    assert "/admin/auth/user/" in html
    assert html.index("/service/") < html.index("/topic/") < html.index("/taggit/tag/")
