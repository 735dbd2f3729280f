"""Documents in the admin: forgotten without their pages."""

from __future__ import annotations

import pytest
from django.test import Client

from services.models import Document, Page, Section
from services.pages.names import refresh_names
from tests.support.html_forms import fields_of
from tests.support.pages import make_topic

pytestmark = pytest.mark.django_db

SERVICES = "/admin/services/service/"


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
