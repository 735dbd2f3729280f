"""What the tests of the editor share: some notes, its form as a browser sends it, what it says."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import get_messages
from django.test import Client

from services.models import Page, Revision
from tests.support.html_forms import fields_of

NOTES = "First.\n\n# One\n\nOne's words.\n\n# Two\n\nTwo's words.\n"
PATH = "/pages/plan/edit/"


def opened(client: Client, path: str = PATH) -> dict[str, Any]:
    """The fields of the editor's form as a browser would send them."""
    response = client.get(path)
    assert response.status_code == 200
    return fields_of(response)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def revisions(page: Page) -> list[tuple[int, str]]:
    rows = Revision.objects.filter(page=page.pk).order_by("version")
    return list(rows.values_list("version", "reason"))
