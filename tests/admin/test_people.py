"""Users in the admin: admins manage them, but cannot give more rights than they have."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from tests.conftest import client_of, person
from tests.support.html_forms import fields_of

pytestmark = pytest.mark.django_db


class TestPeople:
    """Admins manage people, and no user gets more rights than the one who edits them."""

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
