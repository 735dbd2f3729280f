"""Who may do what in the admin: nobody, readers, editors, admins and superusers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from services.models import Attachment, Category, Document, Page
from tests.conftest import client_of, person
from tests.support.html_forms import fields_of
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


class TestPeople:
    """Admins manage people, but nobody becomes more than the one who makes them."""

    @pytest.fixture
    def root(self, db: None) -> User:
        return User.objects.create_superuser("root", password="correct horse")

    def change(self, client: Client, user: User, **values: object) -> object:
        url = f"/admin/auth/user/{user.pk}/change/"
        return client.post(url, fields_of(client.get(url)) | values)

    def test_an_admin_adds_an_editor(self, as_admin: Client) -> None:
        url = "/admin/auth/user/add/"
        fields = fields_of(as_admin.get(url)) | {
            "username": "eve",
            "password1": "a long good password",
            "password2": "a long good password",
            "usable_password": "true",
            "groups": Group.objects.get(name="editors").pk,
            "is_superuser": "on",
            "is_staff": "on",
        }
        assert as_admin.post(url, fields).status_code == 302
        eve = User.objects.get(username="eve")
        assert [group.name for group in eve.groups.all()] == ["editors"]
        assert not eve.is_superuser
        assert eve.check_password("a long good password")

    def test_an_admin_cannot_make_a_superuser(self, as_admin: Client, reader: User) -> None:
        assert b"is_superuser" not in as_admin.get(f"/admin/auth/user/{reader.pk}/change/").content
        admins = Group.objects.get(name="admins").pk
        response = self.change(
            as_admin, reader, is_superuser="on", user_permissions=1, groups=admins
        )
        assert response.status_code == 302  # type: ignore[attr-defined]
        reader.refresh_from_db()
        assert not reader.is_superuser
        assert not reader.user_permissions.exists()
        assert [group.name for group in reader.groups.all()] == ["admins"]

    def test_an_admin_cannot_touch_a_superuser(self, as_admin: Client, root: User) -> None:
        base = f"/admin/auth/user/{root.pk}"
        assert as_admin.get(f"{base}/change/").status_code == 200
        assert as_admin.post(f"{base}/change/", {"username": "x"}).status_code == 403
        passwords = {"password1": "a long good password", "password2": "a long good password"}
        assert as_admin.post(f"{base}/password/", passwords).status_code == 403
        assert as_admin.post(f"{base}/delete/", {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"}
        as_admin.post("/admin/auth/user/", chosen)
        root.refresh_from_db()
        assert root.username == "root"
        assert root.check_password("correct horse")

    def test_a_superuser_makes_another(self, root: User, reader: User) -> None:
        response = self.change(client_of(root), reader, is_superuser="on")
        assert response.status_code == 302  # type: ignore[attr-defined]
        reader.refresh_from_db()
        assert reader.is_superuser

    def test_the_last_admin_stays_one(self, as_admin: Client, admin: User) -> None:
        response = self.change(as_admin, admin, groups=[])
        assert b"the only account that can manage people" in response.content  # type: ignore[attr-defined]
        person("other", "admins")
        assert self.change(as_admin, admin, groups=[]).status_code == 302  # type: ignore[attr-defined]

    def test_users_cannot_delete_themselves(self, as_admin: Client, admin: User) -> None:
        url = f"/admin/auth/user/{admin.pk}/delete/"
        assert as_admin.post(url, {"post": "yes"}).status_code == 403
