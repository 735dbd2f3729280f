"""Categories in the admin: added, and deleted only when nothing is in them."""

from __future__ import annotations

import pytest
from django.test import Client

from services.models import Category, Document, Page, Section

pytestmark = pytest.mark.django_db

SERVICES = "/admin/services/service/"


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
